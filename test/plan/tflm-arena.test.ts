/** The arena rule against what the interpreter really used, as its firmware reported it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tflmArenaBytes } from '../../src/plan/tflm-arena.js';
import { openModel } from '../../src/readers/read-model.js';
import { GOLDEN_MODELS } from '../support/golden-models.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { ZOO } from './zoo.js';

/** Bytes used on virtual-cortex-m4: Chirale_TensorFLowLite 2.0.0; sources of July 2020. */
const USED: Readonly<Record<string, { readonly modern: number; readonly legacy?: number }>> = {
  micro_speech: { modern: 6916, legacy: 7360 },
  kws_ref: { modern: 24_164, legacy: 34_192 },
  str_ww: { modern: 16_756, legacy: 30_640 },
  okay_nabu_v1: { modern: 47_044 },
  okay_nabu_v2: { modern: 20_276 },
  vad_v2: { modern: 10_660 },
};

describeWithSharedData('published models', () => {
  test.each(GOLDEN_MODELS)('$name', ({ name, file }) => {
    const model = openModel(readFileSync(sharedPath('models', file)), file);
    const { modern, legacy } = USED[name]!;
    const bytes = tflmArenaBytes(model, { pointerBytes: 4, legacy: false });
    expect(bytes).toBeGreaterThan(modern);
    expect(bytes).toBeLessThan(1.4 * modern + 4096);
    if (legacy === undefined) return;
    const old = tflmArenaBytes(model, { pointerBytes: 4, legacy: true });
    expect(old).toBeGreaterThan(legacy);
    expect(old).toBeLessThan(1.5 * legacy + 4096);
  });
});

test.each(ZOO)('$id: whole KB; larger pointers need more', ({ model }) => {
  const small = tflmArenaBytes(model, { pointerBytes: 4, legacy: false });
  expect(small % 1024).toBe(0);
  expect(tflmArenaBytes(model, { pointerBytes: 8, legacy: false })).toBeGreaterThan(small);
  expect(tflmArenaBytes(model, { pointerBytes: 4, legacy: true })).toBeGreaterThanOrEqual(small);
});
