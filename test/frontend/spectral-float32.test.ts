/** Spectral front ends in single precision against their definition, and the properties of their numbers. */
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { frontendForC } from '../../src/emit/frontend/frontend.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { inputValues, modelInput } from '../../src/frontend/input.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import { frameChannels, keptValues, type SpectralFrontendSpec } from '../../src/frontend/spec.js';
import { naturalLogarithm } from '../../src/frontend/spectral/float32/logarithms.js';
import { quantizeFloat32 } from '../../src/frontend/spectral/float32/quantize.js';
import { cmvn, zScore } from '../../src/frontend/spectral/float32/statistics.js';
import { logTable } from '../../src/frontend/spectral/float32/tables/log.js';
import { spectralTables } from '../../src/frontend/spectral/float32/tables.js';
import { SIGNALS, whiteNoise } from './signals.js';
import { DENORMAL, OTHER_SPECS, SPECTRAL_PRESETS, spectralRows } from './spectral-float32-rows.js';

/**
 * Largest difference between single and double precision over the signals, in the features' own units (ln, dB,
 * their cosine transforms, levels of 1/256, deviations). Features reach from 1 (rescaled) to several hundred (dB).
 */
const BOUNDS: Partial<Record<FrontendPreset, number>> = {
  'tensorflow-mfcc': 1e-4,
  'mlperf-tiny-kws': 1e-4,
  'mlperf-tiny-streaming': 1e-6,
  'librosa-mfcc': 5e-4,
  'torchaudio-mfcc': 5e-4,
  'keras-mel': 5e-4,
  // Over the deviation of a coefficient, which may be small.
  'edge-impulse-mfcc': 2e-3,
  // A level, where a value lies between two of them; in the signals none does.
  'edge-impulse-mfe': 1e-7,
  'tfjs-speech-commands': 1e-3,
  'tensorflow-stft': 5e-5,
  'log-mel': 5e-5,
};

function streamed(spec: SpectralFrontendSpec, samples: Int16Array, arithmetic: 'float32' | 'float64') {
  const frames = createFrontend(spec, arithmetic).push(samples);
  const values = inputValues(spec, frames, arithmetic);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return { frames, values, least, most };
}

describe.each(SPECTRAL_PRESETS)('%s', (name, spec) => {
  test.each(Object.entries(SIGNALS))(
    '%s: near the definition, and after quantization the same',
    (_, make) => {
      const samples = make(spec.windowSamples + 24 * spec.stepSamples);
      const exact = streamed(spec, samples, 'float64');
      const single = streamed(spec, samples, 'float32');
      expect(single.frames[0]).toHaveLength(keptValues(spec));
      expect(single.values).toHaveLength(25 * frameChannels(spec));
      const errors = single.values.map((value, i) => Math.abs(value - exact.values[i]!));
      expect(Math.max(...errors)).toBeLessThan(BOUNDS[name as FrontendPreset]!);

      // No multiple of any level's, so that no value lies between two steps by design.
      const scale = (exact.most - exact.least) / 251.7;
      const zeroPoint = Math.round(-128 - exact.least / scale);
      const input = {
        type: 'int8',
        quantization: { scales: [scale], zeroPoints: [zeroPoint], axis: 0 },
      } as const;
      const expected = modelInput(spec, exact.frames, input, 'float64');
      const actual = modelInput(spec, single.frames, input, 'float32');
      const steps = Array.from(actual, (q, i) => Math.abs(q - expected[i]!));
      expect(Math.max(...steps)).toBeLessThanOrEqual(1);
      expect(steps.filter((step) => step > 0).length / steps.length).toBeLessThan(0.01);
    },
  );
});

describe.each([...SPECTRAL_PRESETS, ...OTHER_SPECS.slice(-7)])('%s', (_, spec) => {
  test.each(spectralRows(spec, 3).map(({ name, samples }) => [name, samples] as const))(
    '%s: finite, the same again and in pieces',
    (_name, samples) => {
      const frontend = createFrontend(spec, 'float32');
      const frames = frontend.push(samples);
      const values = inputValues(spec, frames, 'float32');
      expect(frames.every((frame) => frame.every(Number.isFinite))).toBe(true);
      expect(values.every(Number.isFinite)).toBe(true);
      frontend.reset();
      const pieces = [];
      for (let at = 0, size = 1; at < samples.length; at += size, size = (size * 7) % 613)
        pieces.push(...frontend.push(samples.subarray(at, at + size)));
      expect(pieces).toEqual(frames);
    },
  );
});

test('the logarithm is within its bound wherever a float reaches, and never falls', () => {
  const table = logTable();
  const number = new Float32Array(1);
  const word = new Uint32Array(number.buffer);
  let [worst, near, falls, before] = [0, 0, 0, Number.NEGATIVE_INFINITY];
  // Every normal float's exponent, a prime step apart.
  for (let bits = 0x00800000; bits < 0x7f800000; bits += 10_007) {
    word[0] = bits;
    const x = number[0]!;
    const value = naturalLogarithm(table, x);
    if (value < before) falls += 1;
    before = value;
    const error = Math.abs(value - Math.log(x));
    worst = Math.max(worst, error);
    if (x > 1e-3 && x < 1e3) near = Math.max(near, error);
  }
  expect(falls).toBe(0);
  expect(naturalLogarithm(table, 1)).toBe(0);
  expect(worst).toBeLessThan(1.2e-5);
  expect(near).toBeLessThan(1e-6);
});

describe('statistics of a window', () => {
  test('constant frames become zeros, however their sums would round', () => {
    const frames = Array.from({ length: 49 }, () => Float32Array.of(-23.02585, 7.1, 1e-3));
    const spec: SpectralFrontendSpec = {
      ...FRONTEND_PRESETS['log-mel'],
      filterbank: { kind: 'bins', first: 0, count: 3 },
      normalization: { kind: 'cmvn', window: 101, variance: true },
    };
    expect(cmvn(spectralTables(spec), frames).every((value) => value === 0)).toBe(true);
    const same = Array.from({ length: 43 }, () => new Float32Array(232).fill(-200.1));
    expect(zScore(same).every((value) => value === 0)).toBe(true);
  });
});

test.each([
  [0, -7],
  [0.5, -6],
  [-0.5, -8],
  [0.49999997, -7],
  [-1.5, -9],
  [1e30, 127],
  [-1e30, -128],
])('%d becomes %d: halves away from zero, clipped', (value, expected) => {
  expect(quantizeFloat32({ inverseScale: 1, zeroPoint: -7 }, value)).toBe(expected);
});

test('as C++: buffers of the sizes that the tables ask for', () => {
  const { className, header, tablesType, needsWindow, buffers } = frontendForC(
    FRONTEND_PRESETS['mlperf-tiny-kws'],
    'float32',
  );
  expect({ className, header, tablesType, needsWindow }).toEqual({
    className: 'Float32Frontend',
    header: 'kws_frontend/float32_frontend.h',
    tablesType: 'SpectralTables',
    needsWindow: true,
  });
  expect(buffers).toEqual([
    { name: 'history', ctype: 'int16_t', length: 482 },
    { name: 'work', ctype: 'float', length: 514 },
    { name: 'frame', ctype: 'float', length: 41 },
  ]);
});

test('numbers below the normal ones keep their bits', () => {
  const [, spec] = DENORMAL;
  const frame = createFrontend(spec, 'float32').push(whiteNoise(spec.windowSamples, 4))[0]!;
  expect(Math.max(...frame)).toBeLessThan(2 ** -126);
  expect(Math.min(...frame)).toBeGreaterThan(0);
});

describe('what cannot be computed is refused, every field at once', () => {
  const logMel: SpectralFrontendSpec = FRONTEND_PRESETS['log-mel'];
  const refused = (change: Partial<SpectralFrontendSpec>): string => {
    try {
      createFrontend({ ...logMel, ...change }, 'float32');
    } catch (error) {
      expect(error).toBeInstanceOf(KwsError);
      return (error as KwsError).message;
    }
    return expect.fail('it was accepted');
  };
  const logMelRescaled = { offset: 0, scale: 1, clip: null, levels: 256 };

  test.each<[Partial<SpectralFrontendSpec>, string]>([
    [{ fftSize: 518 }, 'frontend.fftSize: 518 is no size of an FFT'],
    [{ fftSize: 16_384 }, 'frontend.fftSize: 16384 is no size of an FFT'],
    [{ fftSize: 75 }, 'frontend.fftSize: 75 is no size of an FFT'],
    [{ windowSamples: 1 }, 'frontend.windowSamples: 1 is out of range'],
    [{ stepSamples: 0.5 }, 'frontend.stepSamples: 0.5 is out of range'],
    [
      { filterbank: { kind: 'bins', first: 200, count: 58 } },
      'frontend.filterbank: bins 200 to 257 reach beyond',
    ],
    [
      { preEmphasis: { coefficient: 2, start: 'zero' } },
      'frontend.preEmphasis.coefficient: 2 is out of range',
    ],
    [{ log: { form: 'ln', floor: 0, floorForm: 'max' } }, 'frontend.log.floor: 0 is out of range'],
    [{ rescale: logMelRescaled }, 'frontend.rescale.levels: 256 is out of range'],
    [
      { normalization: { kind: 'cmvn', window: 4, variance: true } },
      'frontend.normalization.window: 4 is even',
    ],
    [
      {
        log: { form: 'none', floor: 0, floorForm: 'max' },
        normalization: { kind: 'cmvn', window: 5, variance: true },
      },
      'frontend.normalization.kind: the mean over frames can only be taken off logarithms',
    ],
    [
      { scaling: 'int16', spectrum: { form: 'power', scale: 1e20 } },
      'frontend.spectrum.scale: the numbers of this front end grow beyond single precision',
    ],
  ])('%j', (change, message) => {
    expect(refused(change)).toContain(message);
  });

  test('all of them', () => {
    const message = refused({
      fftSize: 7,
      windowSamples: 0,
      log: { form: 'db', floor: -1, floorForm: 'max' },
    });
    for (const field of ['fftSize', 'windowSamples', 'log.floor'])
      expect(message).toContain(`frontend.${field}`);
  });
});
