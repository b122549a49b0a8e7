/**
 * Micro front ends with other settings than micro_speech's: the frames that MLTK's own code computes, recorded by
 * test/oracles/record_mltk.py.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { inputValues, modelInput } from '../../src/frontend/input.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { parseFrontendSpec } from '../../src/frontend/schema.js';
import { frontendHash, type MicroFrontendSpec } from '../../src/frontend/spec.js';
import { inputErrorOf } from '../support/errors.js';
import { MICRO_SETTINGS } from './micro-rows.js';
import { SIGNALS } from './signals.js';

const hash = (frames: readonly Uint16Array[]): string =>
  frames.reduce((sum, frame) => sum.update(frame), createHash('sha256')).digest('hex');

test.each(MICRO_SETTINGS)('$name', ({ spec, recorded }) => {
  for (const name of Object.keys(recorded)) {
    const frames = createMicroFrontend(spec).push(SIGNALS[name]!(16_000));
    expect({ frames: frames.length, sha256: hash(frames) }, name).toEqual(recorded[name]);
  }
});

const usual = FRONTEND_PRESETS['micro-speech'];
const read = (settings: object) => parseFrontendSpec({ ...usual, ...settings }, 'here') as MicroFrontendSpec;

describe('settings that are the usual ones', () => {
  test.each([
    {},
    { logBits: 6 },
    { noiseReduction: {}, pcan: {} },
    { noiseReduction: { smoothingBits: 10, oddSmoothing: 0.06 }, pcan: { offset: 80, strength: 0.95 } },
    // As a file in single precision has them.
    { noiseReduction: { evenSmoothing: Math.fround(0.025) } },
  ])('%j: the same front end, the same hash', (settings) => {
    expect(read(settings)).toEqual(usual);
    expect(frontendHash(read(settings))).toBe(frontendHash(usual));
  });

  test('what differs stays, and what is off', () => {
    const settings = {
      noiseReduction: { minSignalRemaining: 0.4, smoothingBits: 10 },
      pcan: null,
      logBits: 5,
    };
    expect(read(settings)).toEqual({
      ...usual,
      noiseReduction: { minSignalRemaining: 0.4 },
      pcan: null,
      logBits: 5,
    });
    expect(frontendHash(read(settings))).not.toBe(frontendHash(usual));
  });
});

describe('what cannot be computed is refused', () => {
  test.each([
    [{ noiseReduction: null }, 'the gain follows the estimate of the noise'],
    [{ pcan: { offset: 8 } }, 'does not fit its 16 bits'],
    [{ pcan: { gainBits: 12 } }, 'does not fit its 16 bits'],
    [{ dynamicRangeDb: 1, logBits: 0 }, 'less than one step'],
    [{ logBits: 12 }, 'logBits'],
    [{ dcNotch: 1 }, 'dcNotch'],
    [{ noiseReduction: { evenSmoothing: 1 } }, 'evenSmoothing'],
    [{ channels: 129 }, '1 to 128 channels'],
  ])('%j', (settings, message) => {
    expect(inputErrorOf(() => read(settings))).toContain(message);
  });
});

describe('a dynamic range', () => {
  const spec = read({ channels: 2, dynamicRangeDb: 40 });
  const frames = [Uint16Array.of(500, 206), Uint16Array.of(205, 353)];
  const tensor = { type: 'int8', quantization: { scales: [1], zeroPoints: [0] } };

  // 40 dB are 294 steps of 1/64 of the natural logarithm; 147 of them are half of 255 steps.
  test('reaches from the window’s greatest value down, whatever scale is declared', () => {
    expect([...modelInput(spec, frames, tensor)]).toEqual([127, -128, -128, -1]);
    expect([...modelInput(spec, frames, { ...tensor, type: 'uint8' })]).toEqual([255, 0, 0, 127]);
    expect([...inputValues(spec, frames)]).toEqual(
      [255, 0, 0, 127].map((q) => Math.fround((q * 666) / 6553.6)),
    );
  });

  test('of a window of silence, and of one with less than that range', () => {
    const of = (...values: number[]) => [...modelInput(spec, [Uint16Array.from(values)], tensor)];
    expect(of(0, 0)).toEqual([-128, -128]);
    expect(of(100, 50)).toEqual([127, -1]);
  });
});
