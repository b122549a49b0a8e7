/** Audio and front ends for the single-precision spectral front end: the same for every driver. */

import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import type { SpectralFrontendSpec } from '../../src/frontend/spec.js';
import { chirp, clipping, constant, impulse, silence, syllables, whiteNoise } from './signals.js';

export type NamedSpec = readonly [name: string, spec: SpectralFrontendSpec];

export const SPECTRAL_PRESETS: readonly NamedSpec[] = Object.entries(FRONTEND_PRESETS).filter(
  (entry): entry is [FrontendPreset, (typeof entry)[1] & SpectralFrontendSpec] =>
    entry[1].kind === 'spectral',
);

const logMel: SpectralFrontendSpec = FRONTEND_PRESETS['log-mel'];
const mfcc: SpectralFrontendSpec = FRONTEND_PRESETS['librosa-mfcc'];

/** Numbers so small that they have fewer bits: a core that took them for 0 would differ. */
export const DENORMAL: NamedSpec = [
  'denormal numbers',
  {
    ...logMel,
    spectrum: { form: 'magnitude', scale: 1e-39 },
    log: { form: 'none', floor: 0, floorForm: 'max' },
  },
];

/** What no preset does. */
export const OTHER_SPECS: readonly NamedSpec[] = [
  ...[2, 4, 6, 10, 16, 30, 54, 90, 250, 384, 1000, 4096].map(
    (fftSize): NamedSpec => [
      `FFT of ${fftSize}`,
      {
        ...logMel,
        windowSamples: Math.max(2, Math.floor(fftSize * 0.7)),
        stepSamples: 100,
        fftSize,
        filterbank: { kind: 'bins', first: 0, count: fftSize / 2 + 1 },
        log: { form: 'db', floor: 1e-10, floorForm: 'max' },
      },
    ],
  ),
  [
    'a step longer than the window, an odd window, pre-emphasis',
    {
      ...logMel,
      windowSamples: 301,
      stepSamples: 450,
      fftSize: 320,
      preEmphasis: { coefficient: 0.97, start: 'zero' },
    },
  ],
  ['a step one longer than the window', { ...logMel, windowSamples: 400, stepSamples: 401, fftSize: 400 }],
  [
    'peak of a power spectrum, energy, lifter, no logarithm of few filters',
    {
      ...mfcc,
      sampleRate: 16_000,
      windowSamples: 320,
      stepSamples: 160,
      fftSize: 512,
      filterbank: {
        ...mfcc.filterbank,
        channels: 21,
        upperBandLimit: 8000,
      } as SpectralFrontendSpec['filterbank'],
      dct: { coefficients: 13, norm: 'none', lifter: { length: 22, first: 1 }, energy: true },
      normalization: { kind: 'peak' },
    },
  ],
  [
    'top-db relative to the largest, energy, rescaled',
    {
      ...mfcc,
      windowSamples: 512,
      fftSize: 512,
      filterbank: { ...mfcc.filterbank, channels: 33 } as SpectralFrontendSpec['filterbank'],
      log: { form: 'log10', floor: 1e-9, floorForm: 'add' },
      rescale: { offset: 1, scale: 0.3, clip: null, levels: null },
      dct: { coefficients: 12, norm: 'ortho', lifter: null, energy: true },
      normalization: { kind: 'top-db', db: 4, reference: 'max' },
    },
  ],
  ['cmvn without variance', { ...logMel, normalization: { kind: 'cmvn', window: 5, variance: false } }],
  ['cmvn over a short window', { ...logMel, normalization: { kind: 'cmvn', window: 9, variance: true } }],
  [
    'magnitudes as they are, z-score',
    {
      ...logMel,
      spectrum: { form: 'magnitude', scale: 1 },
      log: { form: 'none', floor: 0, floorForm: 'max' },
      normalization: { kind: 'z-score' },
    },
  ],
  DENORMAL,
];

export interface SpectralRow {
  readonly name: string;
  readonly samples: Int16Array;
}

/** Signals of about `frames` frames. */
export function spectralRows(spec: SpectralFrontendSpec, frames: number): readonly SpectralRow[] {
  const length = spec.windowSamples + (frames - 1) * spec.stepSamples;
  return [
    { name: 'syllables', samples: syllables(length) },
    { name: 'chirp', samples: chirp(length) },
    { name: 'noise', samples: whiteNoise(length + 1, 4) },
    { name: 'full-scale noise', samples: whiteNoise(length, 0) },
    { name: 'faint noise', samples: whiteNoise(length, 14) },
    { name: 'clipping', samples: clipping(length) },
    { name: 'constant', samples: constant(length, 12_345) },
    { name: 'least constant', samples: constant(length, -32_768) },
    { name: 'impulse', samples: impulse(length) },
    { name: 'silence', samples: silence(length) },
    { name: 'one sample short of a window', samples: whiteNoise(spec.windowSamples - 1, 2) },
    { name: 'one window', samples: whiteNoise(spec.windowSamples, 2) },
  ];
}
