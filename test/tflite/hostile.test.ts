/** Untrusted files: whatever the bytes, a model or one input error, soon. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Builder } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { inspectModel } from '../../src/model/inspect.js';
import { openModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { decodeTflite } from '../../src/tflite/decode.js';
import { encodeTflite } from '../../src/tflite/encode.js';
import { numberKind } from '../../src/verify/int8.js';
import { supportingRuntimes } from '../../src/verify/support.js';
import { cnn, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

/** Reads as a command would; anything but a model or an input error fails the test. */
function survive(bytes: Uint8Array): 'read' | 'refused' {
  try {
    const model = openModel(bytes, 'fuzz.tflite');
    inspectModel(model);
    numberKind(model);
    supportingRuntimes(model);
    return 'read';
  } catch (error) {
    if (!(error instanceof KwsError) || error.exitCode !== 2) throw error;
    expect(error.message.length).toBeLessThan(20_000);
    return 'refused';
  }
}

const flips = (length: number) =>
  fc.array(fc.tuple(fc.nat(length - 1), fc.nat(7)), { minLength: 1, maxLength: 8 });

function flipped(bytes: Uint8Array, list: readonly (readonly [number, number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, bit] of list) copy[at]! ^= 1 << bit;
  return copy;
}

const small = [writeModel(cnn()), writeModel(streaming())];

describe('fuzz', () => {
  test('the seeds themselves are read', () => {
    expect(small.map(survive)).toEqual(['read', 'read']);
  });

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        survive(bytes);
        const named = Uint8Array.from([...bytes.slice(0, 4), ...Buffer.from('TFL3'), ...bytes.slice(4)]);
        survive(named);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test.each([0, 1])('every truncation of seed %d is refused', (index) => {
    const bytes = small[index]!;
    for (let length = 0; length < bytes.length; length += 13)
      expect(survive(bytes.subarray(0, length)), `${length} bytes`).toBe('refused');
  });

  test.each([0, 1])('bit flips in seed %d', (index) => {
    const bytes = small[index]!;
    fc.assert(
      fc.property(flips(bytes.length), (list) => {
        survive(flipped(bytes, list));
      }),
      { numRuns: 1500, seed: 2 },
    );
  });

  test.each([0, 1])('words of seed %d replaced by extreme values', (index) => {
    const bytes = small[index]!;
    for (const value of [0, 0x7fffffff, 0xfffffffc])
      for (let at = 0; at + 4 <= bytes.length; at += 4) {
        const copy = bytes.slice();
        new DataView(copy.buffer).setUint32(at, value, true);
        survive(copy);
      }
  });

  test('what decodes can be decoded again after encoding, or is refused', () => {
    fc.assert(
      fc.property(flips(small[1]!.length), (list) => {
        try {
          decodeTflite(encodeTflite(decodeTflite(flipped(small[1]!, list))));
        } catch (error) {
          if (!(error instanceof KwsError)) throw error;
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});

describe('files that unfold', () => {
  /** Vectors whose elements are all one table, on three levels. */
  function bomb(width: number): Uint8Array {
    const b = new Builder();
    const many = (offset: number) => {
      b.startVector(4, width, 4);
      for (let i = 0; i < width; i++) b.addOffset(offset);
      return b.endVector();
    };
    b.startObject(2);
    const tensors = many(b.endObject());
    b.startObject(5);
    b.addFieldOffset(0, tensors, 0);
    const subgraphs = many(b.endObject());
    b.startObject(8);
    b.addFieldInt32(0, 3, 0);
    b.addFieldOffset(2, subgraphs, 0);
    b.finish(b.endObject(), 'TFL3');
    return b.asUint8Array();
  }

  test.each([
    [1000, /refer to the same bytes over and over/],
    [100_000, /more than 131072 tables|over and over/],
  ])('%d squared tables are refused before they are read', (width, why) => {
    expect(inputErrorOf(() => decodeTflite(bomb(width)))).toMatch(why);
  });

  test('a file beyond the limit is refused unread', () => {
    const bytes = new Uint8Array(64 * 1024 * 1024 + 1);
    bytes.set(Buffer.from('TFL3'), 4);
    expect(inputErrorOf(() => decodeTflite(bytes, 'huge.tflite'))).toMatch(
      /^huge\.tflite: has 67108865 bytes; at most 67108864 are read\n/,
    );
  });
});

describeWithSharedData('fuzz of models people trained', () => {
  test.each([
    ['esphome', 'v2', 'vad.tflite'],
    ['mlperf_tiny', 'kws_ref_model.tflite'],
    ['micro_speech', 'audio_preprocessor_int8.tflite'],
  ])('%s %s %s', (...parts) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', ...parts.filter(Boolean))));
    fc.assert(
      fc.property(flips(bytes.length), fc.nat(bytes.length), (list, length) => {
        survive(flipped(bytes, list));
        survive(bytes.subarray(0, length));
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});
