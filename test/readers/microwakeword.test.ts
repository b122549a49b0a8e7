import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { isManifest, readManifest } from '../../src/readers/microwakeword.js';
import { inputErrorOf } from '../support/errors.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

const v1 = {
  type: 'micro',
  wake_word: 'Hey You',
  author: 'A',
  website: 'https://example.org',
  model: './hey.tflite',
  version: 1,
  micro: { probability_cutoff: 0.5, sliding_window_average_size: 10 },
};
const v2 = {
  type: 'micro',
  wake_word: 'vad',
  model: 'vad.tflite',
  trained_languages: ['en', 'de'],
  version: 2,
  micro: {
    probability_cutoff: 0.97,
    feature_step_size: 10,
    sliding_window_size: 5,
    tensor_arena_size: 26080,
    minimum_esphome_version: '2024.7.0',
  },
};
const manifest = (value: unknown) => readManifest(JSON.stringify(value), 'm.json');

describe('manifests', () => {
  test('version 1: the step is 20 ms', () => {
    expect(manifest(v1)).toEqual({
      wakeWord: 'Hey You',
      model: './hey.tflite',
      version: 1,
      cutoff: 0.5,
      window: 10,
      stepMs: 20,
      isVad: false,
      author: 'A',
      website: 'https://example.org',
      languages: [],
      kept: { author: 'A', website: 'https://example.org' },
    });
  });

  test('version 2', () => {
    expect(manifest(v2)).toEqual({
      wakeWord: 'vad',
      model: 'vad.tflite',
      version: 2,
      cutoff: 0.97,
      window: 5,
      stepMs: 10,
      tensorArenaSize: 26080,
      isVad: true,
      languages: ['en', 'de'],
      kept: {
        trained_languages: ['en', 'de'],
        micro: { tensor_arena_size: 26080, minimum_esphome_version: '2024.7.0' },
      },
    });
  });

  test('are told from other JSON', () => {
    expect(isManifest(JSON.stringify(v1))).toBe(true);
    expect(isManifest('{"modelTopology":{}}')).toBe(false);
    expect(isManifest('"micro" "wake_word"')).toBe(false);
  });
});

describe('mistakes', () => {
  test('are all reported, each with field, value and fix', () => {
    const wrong = {
      version: 2,
      type: 'mirco',
      model: 'https://example.org/x.tflite',
      micro: { probability_cutoff: 97, sliding_window_size: '5', feature_step_size: 0 },
    };
    expect(inputErrorOf(() => manifest(wrong)).split('\n')).toEqual([
      'm.json, type: "mirco" is not known here',
      '  next: did you mean "micro"?',
      'm.json, wake_word: is missing',
      '  next: give the wake word as text',
      'm.json, model: "https://example.org/x.tflite" is an address on the network',
      '  next: give the name of the model file, relative to the manifest',
      'm.json, micro.probability_cutoff: 97 is above 1',
      '  next: give a number from 0 to 1',
      'm.json, micro.sliding_window_size: "5" is not a number',
      '  next: give the number of inferences averaged, from 1 to 255',
      'm.json, micro.feature_step_size: 0 is below 1',
      '  next: give the step of the front end in ms, from 1 to 30',
    ]);
  });

  test.each([
    ['another version', { ...v2, version: 3 }, 'm.json, version: 3 is not known here\n  next: use 1 or 2'],
    [
      'a version 1 with the fields of version 2',
      { ...v2, version: 1 },
      'm.json, version: says version 1 and has fields of version 2: feature_step_size, sliding_window_size, tensor_arena_size\n  why: version 1 models',
    ],
    [
      'a version 1 with one field of version 2',
      { ...v1, micro: { ...v1.micro, feature_step_size: 10 } },
      'says version 1 and has fields of version 2: feature_step_size\n',
    ],
    [
      'a version 1 with its own fields and an arena',
      { ...v1, micro: { ...v1.micro, tensor_arena_size: 22348 } },
      'write "version": 2 if it is of that version, or remove those fields',
    ],
    [
      'a version 1 without its own fields',
      { ...v1, micro: { probability_cutoff: 0.5 } },
      'micro.sliding_window_average_size: is missing',
    ],
    ['no object', [], 'm.json: [] is not an object'],
    ['null', null, 'm.json: null is not an object'],
    [
      'a cutoff that is no number',
      { ...v1, micro: { ...v1.micro, probability_cutoff: null } },
      'null is not a number',
    ],
  ])('%s', (_, value, text) => {
    expect(inputErrorOf(() => manifest(value))).toContain(text);
  });

  test('text that is no JSON', () => {
    expect(inputErrorOf(() => readManifest('{"type":', 'm.json'))).toMatch(
      /^m\.json: is not JSON\n {2}why: .+\n {2}next: correct the file/,
    );
    expect(inputErrorOf(() => readManifest(' '.repeat(70_000), 'm.json'))).toContain('has 70000 characters');
  });

  test('anything else is a manifest or an input error', () => {
    const attempt = (text: string) => {
      try {
        readManifest(text, 'm.json');
      } catch (error) {
        if (!(error instanceof KwsError) || error.exitCode !== 2) throw error;
      }
    };
    fc.assert(fc.property(fc.string(), attempt), { numRuns: 200, seed: 1 });
    const value = fc.jsonValue();
    fc.assert(
      fc.property(
        fc.record({ version: fc.constantFrom(1, 2), type: value, micro: value, model: value }),
        (json) => attempt(JSON.stringify(json)),
      ),
      { numRuns: 300, seed: 2 },
    );
  });
});

describeWithSharedData('published manifests', () => {
  test.each([
    ['v1/okay_nabu', { version: 1, cutoff: 0.5, window: 10, stepMs: 20, isVad: false }],
    [
      'v2/okay_nabu',
      { version: 2, cutoff: 0.97, window: 5, stepMs: 10, isVad: false, tensorArenaSize: 26080 },
    ],
    ['v2/vad', { version: 2, cutoff: 0.5, window: 5, stepMs: 10, isVad: true }],
  ])('%s', (name, expected) => {
    const json = readFileSync(sharedPath('models', 'esphome', `${name}.json`), 'utf8');
    expect(readManifest(json, name)).toMatchObject(expected);
  });
});
