/** Packed samples come back as they were, and no payload is too long. */
import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../src/protocol/frame.js';
import { MAX_PACKED_SAMPLE_BYTES, packSamples } from '../../src/protocol/packing.js';
import { unpacked } from '../support/fake-device.js';
import { random } from '../support/random.js';
import { SOUNDS, type Sound } from '../support/sounds.js';

/** In as many payloads as it takes. */
function payloads(samples: Int16Array): { payload: Uint8Array; taken: number }[] {
  const all = [];
  for (let rest = new Uint8Array(samples.buffer); rest.length > 0; ) {
    const next = packSamples(rest);
    all.push(next);
    rest = rest.subarray(next.taken);
  }
  return all;
}

const made = (sound: Sound, length: number) => Int16Array.from({ length }, (_, i) => sound(i));

describe.each(Object.entries(SOUNDS))('%s', (_, sound) => {
  test.each([1, 2, 3, 255, 256, 511, 512, 513, 3000])('%i samples', (length) => {
    const samples = made(sound, length);
    const parts = payloads(samples);
    expect(parts.flatMap(({ payload }) => unpacked(payload))).toEqual([...samples]);
    for (const { payload, taken } of parts) {
      expect(payload.length).toBeLessThanOrEqual(Math.min(MAX_PAYLOAD, taken + 1));
      expect(taken).toBeLessThanOrEqual(MAX_PACKED_SAMPLE_BYTES);
    }
  });
});

test.each([
  ['silence', 14],
  ['a tone', 2],
  ['noise', 0.99],
] as const)('%s takes a part of its bytes', (name, times) => {
  const samples = made(SOUNDS[name], 8192);
  const bytes = payloads(samples).reduce((sum, { payload }) => sum + payload.length, 0);
  expect(samples.byteLength / bytes).toBeGreaterThan(times);
});

test('samples in the middle of other bytes', () => {
  const next = random(5);
  const bytes = Uint8Array.from({ length: 99 }, () => next(256));
  expect(unpacked(packSamples(bytes.subarray(1, 41)).payload)).toEqual([
    ...new Int16Array(bytes.slice(1, 41).buffer),
  ]);
});
