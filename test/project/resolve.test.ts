import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBoards } from '../../src/boards/index.js';
import { inputError, KwsError } from '../../src/diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { Model } from '../../src/model/types.js';
import { loadProject } from '../../src/project/load.js';
import { projectOn } from '../../src/project/overrides.js';
import { type LoadedProject, resolveProject } from '../../src/project/resolve.js';
import type { KwsFile, ModelEntry } from '../../src/project/schema.js';
import { plainModel } from '../support/plain-model.js';

const PRESETS = Object.keys(FRONTEND_PRESETS);

const MODELS: Readonly<Record<string, Model>> = {
  'stream3.tflite': plainModel({ input: [1, 3, 40], streaming: true }),
  'stream1.tflite': plainModel({ input: [1, 1, 40], streaming: true }),
  'window.tflite': plainModel({ input: [1, 1960], outputs: 4 }),
  'mfcc.tflite': plainModel({ input: [1, 49, 10, 1], outputs: 12 }),
  'labelled.tflite': plainModel({ input: [1, 1960], outputs: 2, labels: ['a', 'b'] }),
};
const FOUR = ['silence', 'unknown', 'yes', 'no'];
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws project '));
  for (const name of Object.keys(MODELS)) writeFileSync(join(directory, name), name);
  writeFileSync(join(directory, 'broken.tflite'), 'broken');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function openModel(bytes: Uint8Array, name: string): Model {
  const model = MODELS[new TextDecoder().decode(bytes)];
  if (model === undefined)
    throw inputError([
      { what: 'is cut off', where: `${name}, operator 3 (CONV_2D)`, next: 'copy it again' },
      { what: 'second' },
    ]);
  return model;
}

function project(models: readonly ModelEntry[], more: Partial<KwsFile> = {}): Promise<LoadedProject<Model>> {
  const kws: KwsFile = { version: 1, name: 'p', frontend: 'micro-wake-word', models: [...models], ...more };
  return resolveProject(kws, { directory, openModel });
}

async function problems(models: readonly ModelEntry[], more: Partial<KwsFile> = {}): Promise<string[]> {
  const error = await project(models, more).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return [];
  if (!(error instanceof KwsError)) throw error;
  expect(error.exitCode).toBe(2);
  return error.problems.map(({ what, where, why, next }) =>
    [`${where}: ${what}`, why, next].filter(Boolean).join(' | '),
  );
}

describe('resolveProject', () => {
  test('a streaming model: hop from its input, label from its name, its own detector rule', async () => {
    const { models, frontend, gate } = await project([{ name: 'okay_nabu', file: 'stream3.tflite' }]);
    expect(frontend).toMatchObject({ kind: 'micro', stepMs: 10 });
    expect(gate).toBeUndefined();
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({ name: 'okay_nabu', labels: ['okay_nabu'], hop: 3 });
    expect(models[0]!.model.name).toBe('okay_nabu');
    expect(models[0]!.detector).toMatchObject({
      cutoff: 0.97,
      window: 5,
      refractorySteps: 100,
      refractoryCounts: 'steps-below-cutoff',
      startDeaf: true,
      targets: [0],
    });
  });

  test('a 20 ms front end: the rule of its time', async () => {
    const { models } = await project([{ name: 'm', file: 'stream1.tflite' }], {
      frontend: 'micro-wake-word-v1',
    });
    expect(models[0]).toMatchObject({ hop: 1, detector: { refractorySteps: 74 } });
  });

  test('a model of whole windows: runs about ten times a second, silence and unknown only compete', async () => {
    const { models } = await project([{ name: 'm', file: 'window.tflite', labels: FOUR }], {
      frontend: 'micro-speech',
    });
    expect(models[0]).toMatchObject({
      hop: 5,
      detector: { targets: [2, 3], competition: 'top', refractorySteps: 76 },
    });
  });

  // RecognizeCommands averages what came in the last 1000 ms, wants 3 results and 250 ms of them, and is
  // deaf until *more* than 1500 ms have passed.
  test.each([
    [undefined, { window: 11, minimum: 4, refractorySteps: 76 }],
    [1, { window: 51, minimum: 14, refractorySteps: 76 }],
    [25, { window: 3, minimum: 3, refractorySteps: 76 }],
  ])('micro_speech’s rule every %s steps', async (hop, rule) => {
    const entry = { name: 'm', file: 'window.tflite', labels: FOUR, ...(hop === undefined ? {} : { hop }) };
    const { models } = await project([entry], { frontend: 'micro-speech' });
    expect(models[0]!.detector).toMatchObject(rule);
  });

  describe('the hop of a board', () => {
    const window: ModelEntry = { name: 'w', file: 'window.tflite', labels: FOUR, hop: 1 };

    test('is for models of whole windows, with the detector for it', async () => {
      const stream: ModelEntry = { name: 's', file: 'stream1.tflite' };
      const boards = { nano33ble: { hop: 25 }, native: {} };
      const loaded = await project([window], { frontend: 'micro-speech', boards });
      const { models, boardModels } = loaded;
      expect(Object.keys(boardModels)).toEqual(['nano33ble']);
      expect(models[0]).toMatchObject({ hop: 1, detector: { window: 51 } });
      expect(boardModels.nano33ble).toMatchObject([
        { name: 'w', hop: 25, detector: { window: 3, minimum: 3 } },
      ]);
      // Under whatever name of the board it stands.
      const own = projectOn(loaded, 'arduino-nano-33-ble', loadBoards());
      expect(own.models[0]!.hop).toBe(25);
      expect(projectOn(loaded, 'native', loadBoards())).toBe(loaded);
      expect(projectOn(loaded, undefined, loadBoards())).toBe(loaded);
      const both = await project([window, stream], { frontend: 'micro-wake-word-v1', boards });
      expect(both.boardModels.nano33ble!.map(({ hop }) => hop)).toEqual([25, 1]);
    });

    test('of models that stream is a mistake', async () => {
      expect(
        await problems([{ name: 's', file: 'stream3.tflite' }], { boards: { nano33ble: { hop: 2 } } }),
      ).toEqual([
        'kws.json, boards.nano33ble.hop: 2 for models that stream | their hop is the number of frames they take at a time | remove it',
      ]);
    });
  });

  test('labels of the file’s metadata', async () => {
    const { models } = await project([{ name: 'm', file: 'labelled.tflite' }], { frontend: 'micro-speech' });
    expect(models[0]!.labels).toEqual(['a', 'b']);
  });

  test('the gate comes last', async () => {
    const { models, gate } = await project([{ name: 'm', file: 'stream3.tflite' }], {
      gate: { name: 'vad', file: 'stream3.tflite', detector: { cutoff: 0.5 } },
    });
    expect(models.map(({ name }) => name)).toEqual(['m', 'vad']);
    expect(gate).toBe('vad');
    expect(models[1]!.detector.cutoff).toBe(0.5);
  });

  test('no front end: any input goes', async () => {
    const labels = Array.from({ length: 12 }, (_, i) => `l${i}`);
    const { models } = await project([{ name: 'm', file: 'mfcc.tflite', labels }], { frontend: 'none' });
    expect(models[0]).toMatchObject({ hop: 1 });
  });

  test('times become feature steps, targets become outputs', async () => {
    const { models } = await project(
      [
        {
          name: 'm',
          file: 'window.tflite',
          labels: FOUR,
          detector: { refractoryMs: 1001, targets: ['no', 'yes'] },
        },
      ],
      { frontend: 'micro-speech' },
    );
    expect(models[0]!.detector).toMatchObject({ refractorySteps: 51, targets: [2, 3] });
  });

  test.each<[string, ModelEntry[], Partial<KwsFile>, string[]]>([
    [
      'labels missing',
      [{ name: 'm', file: 'window.tflite' }],
      {},
      [
        'kws.json, models[0].labels: is missing | give 4 labels in the order of the outputs, as the model was trained',
      ],
    ],
    [
      'too few labels',
      [{ name: 'm', file: 'window.tflite', labels: ['yes', 'no'] }],
      {},
      [
        'kws.json, models[0].labels: 2 labels for a model with 4 outputs | give 4 labels in the order of the outputs, as the model was trained',
      ],
    ],
    [
      'a label twice',
      [{ name: 'm', file: 'window.tflite', labels: ['a', 'b', 'a', 'c'] }],
      {},
      ['kws.json, models[0].labels: "a" stands there twice | give each output a label of its own'],
    ],
    [
      'a front end that does not fit',
      [{ name: 'm', file: 'mfcc.tflite', labels: Array.from({ length: 12 }, (_, i) => `l${i}`) }],
      {},
      [
        `kws.json, models[0].file: the model does not fit the front end: its input is 1x49x10x1 int8 | the front end gives frames of 40 values | set "frontend" to the one the model was trained with (${PRESETS.join(', ')}; "none" if there is none for it)`,
      ],
    ],
    [
      'hop of a streaming model',
      [{ name: 'm', file: 'stream3.tflite', hop: 2 }],
      {},
      [
        'kws.json, models[0].hop: 2 for a streaming model that takes 3 frames at a time | use 3, or remove it',
      ],
    ],
    [
      'names twice, the gate too',
      [{ name: 'm', file: 'stream3.tflite' }],
      { gate: { name: 'm', file: 'stream3.tflite' } },
      [
        'kws.json, gate.name: "m" already names another model | give each model, the gate too, a name of its own',
      ],
    ],
    [
      'a file that is not there, a folder, a broken one: all at once',
      [
        { name: 'a', file: 'missing.tflite' },
        { name: 'b', file: '.' },
        { name: 'c', file: 'broken.tflite' },
      ],
      {},
      [
        'kws.json, models[0].file, missing.tflite: there is no such file | check the path',
        'kws.json, models[1].file, .: this is a folder, not a file | name the file in it',
        'kws.json, models[2].file, broken.tflite, operator 3 (CONV_2D): is cut off | copy it again',
        'kws.json, models[2].file: second',
      ],
    ],
    [
      'a target that is no label',
      [{ name: 'm', file: 'window.tflite', labels: FOUR, detector: { targets: ['Yes', 'maybe'] } }],
      {},
      [
        'kws.json, models[0].detector.targets: "Yes" is no label of this model | did you mean yes?',
        'kws.json, models[0].detector.targets: "maybe" is no label of this model | known are silence, unknown, yes, no',
      ],
    ],
    [
      'minimum over the window',
      [{ name: 'm', file: 'stream3.tflite', detector: { window: 3, minimum: 4 } }],
      {},
      [
        'kws.json, models[0].detector.minimum: 4 is more than the window of 3 inferences | give at most 3, or a larger window',
      ],
    ],
    [
      'settings of a front end without a preset',
      [{ name: 'm', file: 'stream3.tflite' }],
      { frontend: { stepMs: 10, windowMs: 30, channels: 40, tables: 'c', upperBandLimit: 7500 } },
      [
        'kws.json, frontend.sampleRate: is missing | give samples per second, such as 16000, or begin from a "preset"',
        'kws.json, frontend.lowerBandLimit: is missing | give lower end of the filter bank in Hz, such as 20, or begin from a "preset"',
      ],
    ],
    [
      'a setting where there is no front end',
      [{ name: 'm', file: 'stream3.tflite' }],
      { frontend: { preset: 'none', stepMs: 10 } },
      ['kws.json, frontend.stepMs: means nothing for the preset "none" | remove it'],
    ],
    [
      'a spectral front end whose fields contradict each other',
      [{ name: 'm', file: 'stream3.tflite' }],
      { frontend: { preset: 'mlperf-tiny-streaming', dct: { coefficients: 41 }, fftSize: 1022 } },
      [
        'kws.json, frontend.fftSize: 1022 cannot be computed | a transform has an even length with no factors but 2, 3 and 5: 1024 would do',
        'kws.json, frontend.dct.coefficients: 41 coefficients cannot be made of 40 channels | give at most 40',
      ],
    ],
    [
      'band limits that contradict each other',
      [{ name: 'm', file: 'stream3.tflite' }],
      { frontend: { preset: 'micro-wake-word', lowerBandLimit: 7600 } },
      [
        'kws.json, frontend.upperBandLimit: 7500 is out of range | the upper limit lies above the lower one (7600 Hz) and below half the sample rate (8000 Hz) | use 7500 Hz at 16000 Hz',
      ],
    ],
  ])('%s', async (_, models, more, expected) => {
    expect(await problems(models, more)).toEqual(expected);
  });
});

describe('loadProject', () => {
  test('without kws.json it says how to make one', async () => {
    await expect(loadProject(directory, { openModel })).rejects.toThrow(
      /there is no kws\.json\n {2}next: kws-gen init MODEL makes one/,
    );
  });
  test('reads kws.json, models relative to it', async () => {
    const kws: KwsFile = {
      version: 1,
      name: 'p',
      board: 'native',
      frontend: 'micro-wake-word',
      models: [{ name: 'm', file: './stream3.tflite' }],
    };
    writeFileSync(join(directory, 'kws.json'), JSON.stringify(kws));
    const loaded = await loadProject(directory, { openModel });
    expect(loaded).toMatchObject({ name: 'p', board: 'native', directory, file: 'kws.json' });
  });
});
