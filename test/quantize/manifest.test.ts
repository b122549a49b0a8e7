/** Manifests for ESPHome: of models that run there, read back by our own reader. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { FrontendSpec } from '../../src/frontend/spec.js';
import { describedModel } from '../../src/model/builder.js';
import { microWakeWordManifest } from '../../src/quantize/manifest.js';
import { type RunOptions, runQuantizer } from '../../src/quantize/run.js';
import { readManifest } from '../../src/readers/microwakeword.js';
import { openModel } from '../../src/readers/read-model.js';
import { inputErrorOf } from '../support/errors.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { streamModel, windowModel } from './report-models.js';

const frontend = FRONTEND_PRESETS['micro-wake-word'];

function int8(model: Parameters<typeof describedModel>[0], size: number, options: RunOptions) {
  const input = Float32Array.from({ length: size }, (_, i) => i % 20);
  const set = { clips: [{ name: 'a', inputs: [input] }], skipped: [], found: 1, notes: [] };
  return runQuantizer(describedModel(model), { paths: [], set }, { frontend, ...options }).model;
}

const stream = int8(streamModel(), 80, { outputType: 'uint8' });
const settings = { wakeWord: 'Okay Nabu', file: 'okay.tflite' };
const problems = (model: typeof stream, spec: FrontendSpec | undefined = frontend) =>
  inputErrorOf(() => microWakeWordManifest(model, spec, settings));

describe('microWakeWordManifest', () => {
  test('is read back', () => {
    const text = microWakeWordManifest(stream, frontend, { ...settings, cutoff: 0.9, window: 7 });
    expect(readManifest(text, 'okay.json')).toMatchObject({
      wakeWord: 'Okay Nabu',
      model: 'okay.tflite',
      version: 2,
      cutoff: 0.9,
      window: 7,
      stepMs: 10,
      isVad: false,
      languages: [],
    });
  });

  test('every field that ESPHome requires', () => {
    const manifest = JSON.parse(microWakeWordManifest(stream, frontend, settings)) as Record<string, unknown>;
    expect(Object.keys(manifest).sort()).toEqual(
      ['author', 'micro', 'model', 'trained_languages', 'type', 'version', 'wake_word'].sort(),
    );
    expect(manifest.micro).toEqual({
      probability_cutoff: 0.97,
      feature_step_size: 10,
      sliding_window_size: 5,
      tensor_arena_size: expect.any(Number),
      minimum_esphome_version: '2024.7.0',
    });
  });

  test('the step is free, nothing else of the front end', () => {
    const slow = { ...frontend, stepMs: 20 };
    expect(readManifest(microWakeWordManifest(stream, slow, settings), 'x').stepMs).toBe(20);
    expect(problems(stream, { ...frontend, windowMs: 25, upperBandLimit: 8000 })).toMatch(
      /^--manifest: windowMs of the front end is 25, in ESPHome 30\n.*\n--manifest: upperBandLimit of the front end is 8000/,
    );
    expect(problems(stream, FRONTEND_PRESETS['micro-speech'])).toMatch(/tables of the front end is tflm/);
    expect(problems(stream, FRONTEND_PRESETS['librosa-mfcc'])).toMatch(
      /not trained with the micro front end/,
    );
    expect(inputErrorOf(() => microWakeWordManifest(stream, undefined, settings))).toMatch(/is not known/);
  });

  test('models that do not run there: everything that is in the way', () => {
    expect(problems(int8(streamModel(), 80, {}))).toMatch(
      /its output is int8 1x1\n.*\n {2}next: leave --output-type out, or give uint8/,
    );
    expect(problems(int8(streamModel(), 80, { inputType: 'float32', outputType: 'uint8' }))).toMatch(
      /its input is float32 1x2x40/,
    );
    const windowed = problems(int8(windowModel(), 1960, { outputType: 'uint8' }));
    expect(windowed).toMatch(/the model keeps no state/);
    expect(windowed).toMatch(/its output is uint8 1x2\n.*\n {2}next: leave --manifest out/);
  });
});

describeWithSharedData('memory that is asked for', () => {
  test.each(['okay_nabu', 'vad'])('%s: as much as its authors found, and not twice that', (name) => {
    const theirs = readManifest(
      readFileSync(sharedPath('models', 'esphome', 'v2', `${name}.json`), 'utf8'),
      name,
    );
    const model = openModel(readFileSync(sharedPath('models', 'esphome', 'v2', `${name}.tflite`)), name);
    const ours = readManifest(microWakeWordManifest(model, frontend, settings), 'ours').tensorArenaSize!;
    expect(ours).toBeGreaterThanOrEqual(theirs.tensorArenaSize! * 0.9);
    expect(ours).toBeLessThan(2 * theirs.tensorArenaSize!);
  });
});
