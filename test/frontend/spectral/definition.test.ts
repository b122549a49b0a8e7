import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clipFeatures } from '../../../src/frontend/clip.js';
import { createFrontend } from '../../../src/frontend/frontend.js';
import { inputValues, modelInput } from '../../../src/frontend/input.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../../src/frontend/presets.js';
import { frameChannels, keptValues, type SpectralFrontendSpec } from '../../../src/frontend/spec.js';
import { fourier, powerSpectrum } from '../../../src/frontend/spectral/definition/fft.js';
import { frameCount, frameSamplesAt } from '../../../src/frontend/spectral/definition/framing.js';
import { chirp, clipping, constant, impulse, silence, syllables, whiteNoise } from '../signals.js';

const PRESETS = Object.entries(FRONTEND_PRESETS).filter(
  (entry): entry is [FrontendPreset, (typeof entry)[1] & SpectralFrontendSpec] =>
    entry[1].kind === 'spectral',
);

const logMel: SpectralFrontendSpec = FRONTEND_PRESETS['log-mel'];

function streamed(spec: SpectralFrontendSpec, pcm: Int16Array): Float32Array {
  return inputValues(spec, createFrontend(spec, 'float64').push(pcm), 'float64');
}

describe.each(PRESETS)('%s', (_, preset) => {
  const spec: SpectralFrontendSpec = preset;
  const { windowSamples, stepSamples } = spec;
  const length = windowSamples + 4 * stepSamples;

  test.each([
    ['silence', silence(length)],
    ['full-scale clipping', clipping(length)],
    ['a constant', constant(length, 12_345)],
    ['the least constant', constant(length, -32_768)],
    ['an impulse', impulse(length)],
    ['noise', whiteNoise(length, 0)],
  ])('%s: finite, the same again, in pieces of any size, after a reset', (_name, pcm) => {
    const frontend = createFrontend(spec, 'float64');
    const frames = frontend.push(pcm);
    expect(frames.map((frame) => frame.length)).toEqual(Array(5).fill(keptValues(spec)));
    const values = inputValues(spec, frames, 'float64');
    expect(values.length).toBe(5 * frameChannels(spec));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(
      clipFeatures(spec, pcm)
        .flatMap((frame) => [...frame])
        .every(Number.isFinite),
    ).toBe(true);

    frontend.reset();
    const pieces = [];
    for (let at = 0, size = 1; at < pcm.length; at += size, size = (size * 7) % 613)
      pieces.push(...frontend.push(pcm.subarray(at, at + size)));
    expect(pieces).toEqual(frames);
  });

  test('one sample short of a window is no frame, the next sample makes it one', () => {
    const frontend = createFrontend(spec, 'float64');
    expect(frontend.push(chirp(windowSamples - 1))).toEqual([]);
    expect(frontend.push(Int16Array.of(1)).length).toBe(1);
    expect(frontend.push(chirp(stepSamples - 1))).toEqual([]);
    expect(frontend.push(Int16Array.of(1)).length).toBe(1);
    if (spec.centre === 'none') expect(clipFeatures(spec, chirp(windowSamples - 1))).toEqual([]);
  });

  test('an empty clip has no frames', () => {
    expect(clipFeatures(spec, new Int16Array())).toEqual([]);
    expect(inputValues(spec, [], 'float64')).toEqual(new Float32Array());
  });

  test('where the clip is neither padded nor wrapped around, a stream gives what a clip gives', () => {
    const plain: SpectralFrontendSpec = {
      ...spec,
      centre: 'none',
      preEmphasis: { ...spec.preEmphasis, start: 'zero' },
    };
    // Up to the end of the last frame, so that all samples are those of frames.
    const pcm = syllables(length);
    const clip = clipFeatures(plain, pcm).flatMap((frame) => [...frame]);
    expect(streamed(plain, pcm)).toEqual(Float32Array.from(clip));
  });
});

describe('in the integers of a model', () => {
  const spec = FRONTEND_PRESETS['mlperf-tiny-streaming'];
  const frames = createFrontend(spec, 'float64').push(chirp(16_000));
  const quantization = { scales: [1 / 255], zeroPoints: [-128], axis: 0 };
  const values = inputValues(spec, frames, 'float64');

  test('int8 and uint8 hold the nearest step', () => {
    const int8 = modelInput(spec, frames, { type: 'int8', quantization }, 'float64');
    expect([...int8]).toEqual([...values].map((v) => Math.round(v * 255) - 128));
    const uint8 = modelInput(
      spec,
      frames,
      { type: 'uint8', quantization: { ...quantization, zeroPoints: [0] } },
      'float64',
    );
    expect([...uint8]).toEqual([...int8].map((q) => q + 128));
  });

  test('values outside the range stay at its ends', () => {
    const narrow = { ...quantization, scales: [1e-4] };
    const q = modelInput(spec, frames, { type: 'int8', quantization: narrow }, 'float64');
    expect([Math.min(...q), Math.max(...q)]).toEqual([-128, 127]);
  });
});

describe('framing', () => {
  test.each([
    ['none', 480, 1],
    ['none', 479, 0],
    ['none', 16_000, 49],
    ['zero', 16_000, 51],
    ['reflect', 1, 1],
    ['reflect', 0, 0],
  ] as const)('%s: %i samples are %i frames', (centre, samples, frames) => {
    expect(frameCount({ ...logMel, centre }, samples)).toBe(frames);
  });

  test('a reflected clip does not repeat its ends, however short it is', () => {
    const spec = { ...logMel, centre: 'reflect', windowSamples: 8, stepSamples: 2, fftSize: 8 } as const;
    expect([...frameSamplesAt(spec, Float64Array.of(1, 2, 3), 0)]).toEqual([1, 2, 3, 2, 1, 2, 3, 2]);
    expect([...frameSamplesAt(spec, Float64Array.of(5), 0)]).toEqual(Array(8).fill(5));
  });

  test('a window shorter than the transform is centred on multiples of the step', () => {
    const spec = { ...logMel, centre: 'zero', windowSamples: 4, stepSamples: 3, fftSize: 8 } as const;
    const clip = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...frameSamplesAt(spec, clip, 0)]).toEqual([0, 0, 1, 2]);
    expect([...frameSamplesAt(spec, clip, 1)]).toEqual([2, 3, 4, 5]);
  });

  test('a step may be longer than a window', () => {
    const spec: SpectralFrontendSpec = { ...logMel, stepSamples: 700 };
    const pcm = chirp(4000);
    expect(streamed(spec, pcm)).toEqual(
      Float32Array.from(clipFeatures(spec, pcm).flatMap((frame) => [...frame])),
    );
  });
});

describe('Fourier transform', () => {
  test.each([2, 6, 10, 30, 90])('of %i samples: as its definition', (size) => {
    const x = Float64Array.from(whiteNoise(size, 0), (v) => v / 32_768);
    const { re, im } = fourier(x);
    for (let k = 0; k < size; k++) {
      let [a, b] = [0, 0];
      for (const [n, v] of x.entries()) {
        a += v * Math.cos((2 * Math.PI * k * n) / size);
        b -= v * Math.sin((2 * Math.PI * k * n) / size);
      }
      expect(re[k]).toBeCloseTo(a, 12);
      expect(im[k]).toBeCloseTo(b, 12);
    }
  });

  test("keeps the energy (Parseval's theorem)", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(400, 512, 480, 1024),
        fc.integer({ min: 1, max: 1 << 30 }),
        (size, seed) => {
          const x = Float64Array.from(whiteNoise(size, 0, seed), (v) => v / 32_768);
          const power = powerSpectrum(x);
          const both = power.reduce((sum, p, k) => sum + (k === 0 || k === size / 2 ? p : 2 * p), 0);
          expect(both / size / x.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(1, 12);
        },
      ),
      { numRuns: 20 },
    );
  });
});
