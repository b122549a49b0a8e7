import { describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import {
  type AudioFrontendSpec,
  frameChannels,
  frameSamples,
  frontendHash,
  keptValues,
  stepMs,
} from '../../src/frontend/spec.js';

describe('presets', () => {
  test.each([
    // [preset, values of a frame, values kept, window, step in ms, frames of a second's clip, not centred]
    ['micro-wake-word', 40, 40, 480, 10],
    ['micro-speech', 40, 40, 480, 20],
    ['tensorflow-mfcc', 10, 10, 640, 20],
    // The filter bank's values and the peak wait for the model's window.
    ['mlperf-tiny-kws', 10, 41, 480, 20],
    ['mlperf-tiny-streaming', 40, 40, 1024, 32],
    // Logarithms wait for it.
    ['librosa-mfcc', 20, 128, 2048, 23.219954648526077],
    ['torchaudio-mfcc', 40, 128, 400, 12.5],
    ['keras-mel', 128, 128, 2048, 32],
    ['edge-impulse-mfcc', 13, 13, 320, 20],
    ['edge-impulse-mfe', 40, 40, 320, 10],
    ['tfjs-speech-commands', 232, 232, 2048, 23.219954648526077],
    ['log-mel', 40, 40, 480, 20],
    ['octave-bands', 15, 15, 320, 20],
  ] as const)('%s: %i values, %i kept, %i samples, every %f ms', (preset, values, kept, window, step) => {
    const spec: AudioFrontendSpec = FRONTEND_PRESETS[preset];
    expect([frameChannels(spec), keptValues(spec), frameSamples(spec).window, stepMs(spec)]).toEqual([
      values,
      kept,
      window,
      step,
    ]);
  });

  test('no two have the same hash, except the two names of one', () => {
    const hashes = Object.entries(FRONTEND_PRESETS).filter(([name]) => name !== 'micro-wake-word-v1');
    expect(new Set(hashes.map(([, spec]) => frontendHash(spec))).size).toBe(hashes.length);
  });

  test('a hash does not depend on the order of fields', () => {
    const { window, ...rest } = FRONTEND_PRESETS['log-mel'];
    const turned = { ...rest, window: { form: window.form, shape: window.shape } };
    expect(frontendHash(turned)).toBe(frontendHash(FRONTEND_PRESETS['log-mel']));
  });

  test('energy in place of coefficient 0 waits with the rest', () => {
    const dct = { ...FRONTEND_PRESETS['edge-impulse-mfcc'].dct, coefficients: 12 };
    const spec = { ...FRONTEND_PRESETS['edge-impulse-mfcc'], dct };
    expect(keptValues({ ...spec, normalization: { kind: 'peak' } })).toBe(34);
    expect(keptValues({ ...spec, normalization: { kind: 'top-db', db: 80, reference: 'max' } })).toBe(33);
    expect(keptValues({ ...spec, normalization: { kind: 'none' } })).toBe(12);
  });
});
