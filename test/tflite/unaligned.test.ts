/** Files whose vectors do not lie at multiples of their elements' size, as some tools append metadata. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { elementCount } from '../../src/model/elements.js';
import { openModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { cnn, floatEnds, seededBytes, streaming } from '../model/sample-models.js';
import { sharedData, sharedPath } from '../support/shared-data.js';

/** The same file with `gap` bytes behind its identifier: all offsets are relative, but for the root's. */
function shifted(file: Uint8Array, gap: number): Uint8Array {
  const bytes = new Uint8Array(file.length + gap);
  bytes.set(file.subarray(0, 8));
  bytes.set(file.subarray(8), 8 + gap);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, view.getUint32(0, true) + gap, true);
  return bytes;
}

describe('vectors that are not aligned', () => {
  test.each([
    ['cnn', cnn],
    ['floatEnds', floatEnds],
    ['streaming', streaming],
  ])('%s computes the same', (_, make) => {
    const file = writeModel(make());
    const [plain, moved] = [file, shifted(file, 4)].map((bytes) => openModel(bytes, 'm.tflite'));
    const { type, shape } = plain!.tensors[plain!.inputs[0]!]!;
    const bytes = seededBytes(1, elementCount(shape));
    const x = type === 'int8' ? bytes : Float32Array.from(bytes, (value) => value / 10);
    expect(createEngine(moved!).invoke([x])).toEqual(createEngine(plain!).invoke([x]));
  });

  test.skipIf(sharedData === undefined)('of MLTK, whose metadata was appended', () => {
    const path = sharedPath('models', 'wild', 'mltk', 'keyword_spotting_alexa.tflite');
    const model = openModel(new Uint8Array(readFileSync(path)), 'keyword_spotting_alexa.tflite');
    expect(model.operators.at(-1)!.kind).toBe('SOFTMAX');
  });
});
