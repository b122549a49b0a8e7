import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import type { Asker } from '../../src/project/asker.js';
import { type InitOptions, type InitResult, initProject } from '../../src/project/init.js';
import { loadProject } from '../../src/project/load.js';
import { kwsJsonSchema } from '../../src/project/schema.js';
import { type PlainModel, plainModel } from '../support/plain-model.js';

/** A "model file" of these tests is its description as JSON. */
const openModel = (bytes: Uint8Array) =>
  plainModel(JSON.parse(new TextDecoder().decode(bytes)) as PlainModel);

let root: string;
let home: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kws init '));
  home = join(root, 'project');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: unknown): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const STREAM = { input: [1, 3, 40], streaming: true };
const V2 = {
  type: 'micro',
  wake_word: 'Okay Nabu',
  author: 'A',
  model: 'okay_nabu.tflite',
  version: 2,
  micro: { probability_cutoff: 0.9, feature_step_size: 10, sliding_window_size: 7, tensor_arena_size: 26080 },
};
const V1 = {
  ...V2,
  version: 1,
  micro: { probability_cutoff: 0.6, sliding_window_average_size: 9 },
};

function init(source: string, more: Partial<InitOptions> = {}): Promise<InitResult> {
  return initProject({ source, directory: home, openModel, ...more });
}

async function problems(source: string, more: Partial<InitOptions> = {}): Promise<string> {
  const error = await init(source, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KwsError)) throw error ?? new Error('no error');
  expect(error.exitCode).toBe(2);
  return error.message;
}

const kwsJson = () => JSON.parse(readFileSync(join(home, 'kws.json'), 'utf8')) as Record<string, unknown>;

describe('initProject', () => {
  test('a manifest of version 2: everything from it, the model copied', async () => {
    put('models/okay_nabu.tflite', STREAM);
    const { project, written } = await init(put('models/okay_nabu.json', V2));
    expect(kwsJson()).toEqual({
      $schema: './kws.schema.json',
      version: 1,
      name: 'okay_nabu',
      frontend: 'micro-wake-word',
      models: [
        {
          name: 'okay_nabu',
          file: 'okay_nabu.tflite',
          labels: ['Okay Nabu'],
          detector: { preset: 'micro-wake-word', cutoff: 0.9, window: 7 },
          manifest: { author: 'A', micro: { tensor_arena_size: 26080 } },
        },
      ],
    });
    expect(readdirSync(home).sort()).toEqual(['kws.json', 'kws.schema.json', 'okay_nabu.tflite']);
    expect(written).toEqual([
      join(home, 'kws.json'),
      join(home, 'kws.schema.json'),
      join(home, 'okay_nabu.tflite'),
    ]);
    expect(project.models[0]!.detector).toMatchObject({ cutoff: 0.9, window: 7, refractorySteps: 100 });
    expect((await loadProject(home, { openModel })).models).toEqual(project.models);
  });

  test('a manifest of version 1: 20 ms steps and the rule of its time', async () => {
    put('okay_nabu.tflite', { input: [1, 1, 40], streaming: true });
    const { project } = await init(put('okay_nabu.json', V1));
    expect(project.frontend).toMatchObject({ kind: 'micro', stepMs: 20 });
    expect(project.models[0]!.detector).toMatchObject({ cutoff: 0.6, window: 9, refractorySteps: 74 });
  });

  test('fields of a manifest that are not known here are kept', async () => {
    put('okay_nabu.tflite', STREAM);
    const later = { ...V2, license: 'MIT', micro: { ...V2.micro, quantized: { input: [1, 2] } } };
    const { project } = await init(put('okay_nabu.json', later));
    const manifest = {
      author: 'A',
      license: 'MIT',
      micro: { tensor_arena_size: 26080, quantized: { input: [1, 2] } },
    };
    expect(project.models[0]!.manifest).toEqual(manifest);
    expect(kwsJson()).toMatchObject({ models: [{ manifest }] });
  });

  test('several models share the front end of the first; names stay apart', async () => {
    put('a/okay_nabu.tflite', STREAM);
    put('b/alexa.tflite', STREAM);
    put('c/vad.tflite', STREAM);
    const first = put('a/okay_nabu.json', V2);
    const second = put('b/alexa.json', { ...V2, wake_word: 'Alexa', model: 'alexa.tflite' });
    const gate = put('c/vad.json', { ...V2, wake_word: 'vad', model: 'vad.tflite' });
    const { project } = await init(first, { further: [second, join(root, 'b', 'alexa.tflite')], gate });
    expect(project.models.map(({ name, labels }) => [name, labels])).toEqual([
      ['okay_nabu', ['Okay Nabu']],
      ['alexa', ['Alexa']],
      ['alexa-2', ['alexa']],
      ['vad', ['vad']],
    ]);
    expect(readdirSync(home)).toEqual(
      expect.arrayContaining(['okay_nabu.tflite', 'alexa.tflite', 'vad.tflite']),
    );
    expect((await loadProject(home, { openModel })).models).toEqual(project.models);
    const slow = put('b/slow.json', { ...V1, model: 'alexa.tflite' });
    expect(await problems(first, { further: [slow], force: true })).toMatch(
      /another front end than the first model/,
    );
    expect(await problems(first, { further: [second], labels: ['a'], force: true })).toMatch(
      /--labels: names the outputs/,
    );
  });

  test('a voice-activity model as gate', async () => {
    put('okay_nabu.tflite', STREAM);
    put('vad.tflite', STREAM);
    const gate = put('vad.json', { ...V2, wake_word: 'vad', model: 'vad.tflite' });
    const { project } = await init(put('okay_nabu.json', V2), { gate });
    expect(project.gate).toBe('vad');
    expect(project.models.map(({ name, labels }) => [name, ...labels])).toEqual([
      ['okay_nabu', 'Okay Nabu'],
      ['vad', 'vad'],
    ]);
  });

  test('options win over what is known', async () => {
    const options = { name: 'mine', board: 'native', runtime: 'aot', cutoff: 0.5, labels: ['hey'] } as const;
    put('okay_nabu.tflite', STREAM);
    await init(put('okay_nabu.json', V2), options);
    expect(kwsJson()).toMatchObject({
      name: 'mine',
      board: 'native',
      runtime: 'aot',
      models: [{ labels: ['hey'], detector: { cutoff: 0.5, window: 7 } }],
    });
  });

  test('a model inside the project stays where it is; --reference leaves any model', async () => {
    await init(put('project/models/m.tflite', STREAM));
    expect(kwsJson()).toMatchObject({ models: [{ file: 'models/m.tflite' }] });
    await init(put('elsewhere/m.tflite', STREAM), { reference: true, force: true });
    expect(kwsJson()).toMatchObject({ models: [{ file: '../elsewhere/m.tflite' }] });
    await expect(loadProject(home, { openModel })).resolves.toBeDefined();
  });

  test('a name that is none of ours becomes one', async () => {
    const { project } = await init(put('für Elise (v2).tflite', STREAM));
    expect(project.name).toBe('f_r_Elise_v2_');
  });

  test('a window model: labels are needed', async () => {
    const model = put('m.tflite', { input: [1, 1960], outputs: 4 });
    expect(await problems(model)).toBe(
      'm.tflite: the labels of its 4 outputs must be given\n  why: the file does not carry them, and any order but the one of training shows the wrong word\n  next: --labels a,b,… names all 4, in the order of training',
    );
    expect(await problems(model, { labels: ['a', 'b'] })).toBe(
      '--labels: 2 labels for a model with 4 outputs\n  next: give 4, in the order of training',
    );
    expect(existsSync(home)).toBe(false);
    const { project, notes } = await init(model, { labels: ['silence', 'unknown', 'yes', 'no'] });
    expect(project.frontend).toMatchObject({ stepMs: 20, tables: 'tflm' });
    expect(notes[0]).toBe(
      'front end micro-speech, because its input has the micro front end’s scale, and it takes 49 frames at once; --frontend names another one',
    );
  });

  test('a second of sound of several front ends: it must be named', async () => {
    const model = put('ref.tflite', { input: [1, 49, 10, 1], outputs: 2, scale: 0.58 });
    const message = await problems(model, { labels: ['a', 'b'] });
    expect(message).toContain('ref.tflite: its front end must be named');
    expect(message).toContain('why: its input is 1x49x10x1 int8, one second of sound');
    expect(message).toContain('give --frontend tensorflow-mfcc (10 of 40');
    expect(message).toContain('or --frontend mlperf-tiny-kws (10 of 40');
    const { project } = await init(model, { labels: ['a', 'b'], frontend: 'mlperf-tiny-kws' });
    expect(project.frontend).toMatchObject({ kind: 'spectral', normalization: { kind: 'peak' } });
  });

  test('no front end of ours fits: which there are, and the way out', async () => {
    const model = put('ref.tflite', { input: [1, 4, 7, 3], outputs: 2, scale: 0.58 });
    const message = await problems(model, { labels: ['a', 'b'] });
    expect(message).toContain('ref.tflite: no front end of kws-gen fits this model as it is');
    expect(message).toContain('why: its input is 1x4x7x3 int8, which is no second of sound of any of them');
    expect(message).toMatch(/--frontend none runs it on inputs pushed by the host, to test and measure it$/);
    expect(await problems(model, { labels: ['a', 'b'], frontend: 'micro-speech' })).toContain(
      'the model does not fit the front end micro-speech',
    );
    expect(await problems(model, { labels: ['a', 'b'], frontend: 'micro' })).toContain(
      'there is no front end "micro"',
    );
    const { project } = await init(model, { labels: ['a', 'b'], frontend: 'none' });
    expect(project.frontend.kind).toBe('none');
  });

  test('the right number of frames of one front end only proves nothing', async () => {
    const model = put('str_ww.tflite', { input: [1, 30, 1, 40], scale: 0.0037 });
    const message = await problems(model);
    expect(message).toContain('str_ww.tflite: its front end must be named');
    expect(message).toContain('its input is 1x30x1x40 int8, one second of sound, which proves nothing');
    expect(message).toContain('give --frontend mlperf-tiny-streaming (40');
    expect(message).toContain('kws-gen features CLIP.wav --frontend PRESET --compare THEIRS.npy');
    const { project } = await init(model, { frontend: 'mlperf-tiny-streaming' });
    expect(project.frontend).toMatchObject({ kind: 'spectral', stepSamples: 512 });
  });

  test.each<[number[], string, object]>([
    [[1, 44, 13], 'librosa-mfcc,dct.coefficients=13', { dct: { coefficients: 13 }, sampleRate: 22_050 }],
    [[1, 13, 44, 1], 'librosa-mfcc,dct.coefficients=13', { dct: { coefficients: 13 } }],
    [[1, 98, 32], 'micro-wake-word,channels=32', { channels: 32, stepMs: 10 }],
  ])('an input of %j: the preset and the setting, which init takes', async (input, hint, expected) => {
    const model = put('m.tflite', { input, scale: 0.5 });
    const message = await problems(model);
    expect(message).toContain(`with a setting changed it could be --frontend ${hint}`);
    const { project, kws } = await init(model, { frontend: hint });
    expect(project.frontend).toMatchObject(expected);
    expect(kws.frontend).toMatchObject({ preset: hint.split(',')[0] });
    expect(await problems(model, { frontend: 'tensorflow-mfcc', force: true })).toContain(
      `--frontend ${hint}`,
    );
  });

  test('an input of the right channels but another length is not taken for ours', async () => {
    const message = await problems(put('m.tflite', { input: [1, 35, 1, 40], scale: 0.0037 }));
    expect(message).toContain('which is no second of sound of any of them');
  });

  test.each([
    [
      'of version 1 with a model of 10 ms',
      V1,
      [1, 3, 40],
      'version 1 means 20 ms, the model was made for 10 ms',
    ],
    [
      'of 20 ms',
      { ...V2, micro: { ...V2.micro, feature_step_size: 20 } },
      [1, 3, 40],
      'feature_step_size says 20 ms, the model was made for 10 ms',
    ],
    [
      'of 10 ms with a window of 20 ms',
      V2,
      [1, 49, 40],
      'feature_step_size says 10 ms, the model was made for 20 ms',
    ],
  ])('a manifest %s: a warning', async (_, manifest, input, text) => {
    put('okay_nabu.tflite', { input, streaming: input[1] === 3 });
    const { notes } = await init(put('okay_nabu.json', manifest));
    expect(notes).toEqual([expect.stringContaining(`warning: the manifest contradicts the model: ${text}`)]);
  });

  test('one frame at a time: 10 or 20 ms must be said', async () => {
    const model = put('m.tflite', { input: [1, 1, 40], streaming: true });
    expect(await problems(model)).toContain(
      'give --frontend micro-wake-word (40 channels every 10 ms: microWakeWord models, version 2) or --frontend micro-wake-word-v1 (40',
    );
    const { project } = await init(model, { frontend: 'micro-wake-word-v1' });
    expect(project.models[0]!.detector.refractorySteps).toBe(74);
  });

  test('somebody who can be asked is asked', async () => {
    const asked: string[] = [];
    const asker: Asker = {
      choose: async (question, options) => {
        asked.push(question);
        return options[1]!.value;
      },
      text: async (question) => {
        asked.push(question);
        return 'a, b';
      },
    };
    const { project } = await init(put('m.tflite', { input: [1, 1, 40], outputs: 2, streaming: true }), {
      asker,
    });
    expect(asked).toEqual([
      expect.stringMatching(/^Which front end was it trained with\? \(/),
      'Labels of its 2 outputs, in the order of training, separated by commas',
    ]);
    expect(project.frontend).toMatchObject({ stepMs: 20 });
    expect(project.models[0]!.labels).toEqual(['a', 'b']);
  });

  test('a wrong answer is asked for again, saying what was wrong', async () => {
    const asked: string[] = [];
    const answers = ['a', 'a,a', 'a,', ' a, b '];
    const asker: Asker = {
      choose: async (_, options) => options[0]!.value,
      text: async (question) => {
        asked.push(question);
        return answers.shift()!;
      },
    };
    const { project } = await init(put('m.tflite', { input: [1, 3, 40], outputs: 2, streaming: true }), {
      asker,
      name: 'hey',
    });
    expect(project.models[0]).toMatchObject({ name: 'hey', labels: ['a', 'b'] });
    expect(asked.map((question) => question.split('. ')[0])).toEqual([
      'Labels of its 2 outputs, in the order of training, separated by commas',
      'That were 1 label for 2 outputs',
      '"a" stands there twice',
      'A label is empty',
    ]);
  });

  test('nothing of the user’s is overwritten', async () => {
    const model = put('m.tflite', STREAM);
    await init(model);
    expect(await problems(model)).toContain('kws.json is already there\n  next: --force replaces it');
    rmSync(join(home, 'kws.json'));
    put('project/m.tflite', 'another');
    expect(await problems(model)).toContain('another file of this name is already there');
    await init(model, { force: true });
  });

  test('a model that may only be read is written so that it can be replaced', async () => {
    const model = put('m.tflite', STREAM);
    chmodSync(model, 0o444);
    await init(model);
    expect(statSync(join(home, 'm.tflite')).mode & 0o200).toBe(0o200);
  });

  test('a folder that cannot be written: nothing is half there', async () => {
    const model = put('m.tflite', STREAM);
    const error = await init(model, { directory: join(model, 'inside') }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(2);
    expect((error as KwsError).message).toMatch(
      /inside: the project cannot be written\n {2}why: a part of it is a file.*\n {2}next: choose another folder with --project$/,
    );
  });

  test.runIf(process.platform === 'linux')('a file system that takes no folders', async () => {
    const home = '/proc/kws/project';
    const error = await init(put('m.tflite', STREAM), { directory: home }).catch((thrown: unknown) => thrown);
    expect((error as KwsError).message).toContain('/proc/kws/project: the project cannot be written');
  });

  test('the schema lies beside kws.json, whole', async () => {
    await init(put('m.tflite', STREAM));
    const { $schema } = kwsJson();
    expect(readFileSync(join(home, $schema as string), 'utf8')).toBe(kwsJsonSchema());
  });

  test('a label after the file, a front end other than the manifest’s: told', async () => {
    expect((await init(put('m.tflite', STREAM))).notes).toContain(
      'label "m", after the file; --labels names it otherwise',
    );
    put('okay_nabu.tflite', STREAM);
    const manifest = put('okay_nabu.json', V2);
    const notes = async (frontend: string) => (await init(manifest, { frontend, force: true })).notes;
    expect(await notes('micro-speech')).toEqual([
      'front end micro-speech, as --frontend says; the manifest says micro-wake-word',
    ]);
    expect(await notes('micro-wake-word')).toEqual([]);
  });

  test.each<[string, PlainModel, string]>([
    [
      'several outputs',
      { input: [1, 3, 40], outputs: 4 },
      '--gate vad.tflite: has 4 outputs\n  why: a voice-activity model has one: the probability that somebody speaks\n  next: give a voice-activity model, such as microWakeWord’s vad.json',
    ],
    [
      'another input',
      { input: [1, 49, 10, 1] },
      '--gate vad.tflite: does not fit the front end of the wake word\n  why: its input is 1x49x10x1 int8, the front end gives frames of 40 values\n  next: use a voice-activity model trained with the same front end',
    ],
  ])('a gate with %s', async (_, model, expected) => {
    const gate = put('vad.tflite', model);
    expect(await problems(put('m.tflite', STREAM), { gate })).toBe(expected);
  });

  test('a gate of another version', async () => {
    put('okay_nabu.tflite', STREAM);
    const gate = put('v1.json', V1);
    expect(await problems(put('okay_nabu.json', V2), { gate })).toBe(
      '--gate okay_nabu.tflite: was trained with another front end than the wake word\n  why: version 1 with a step of 20 ms, the wake word version 2 with 10 ms\n  next: use models of the same version',
    );
  });

  test('what options bring passes the checks of kws.json', async () => {
    const model = put('m.tflite', { input: [1, 1960], outputs: 2 });
    expect(await problems(model, { labels: ['a', ''] })).toContain('kws.json, models[0].labels[1]: is empty');
    expect(await problems(model, { labels: ['a', 'a'] })).toContain('"a" stands there twice');
    expect(existsSync(home)).toBe(false);
  });

  test('a manifest whose model is missing names both', async () => {
    expect(await problems(put('okay_nabu.json', V2))).toBe(
      'okay_nabu.json, model "okay_nabu.tflite": there is no such file\n  next: check the path',
    );
  });
});
