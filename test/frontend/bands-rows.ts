/** Descriptions of band front ends that TypeScript and C++ are held against each other on. */
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { BandsFrontendSpec } from '../../src/frontend/spec.js';

const preset = FRONTEND_PRESETS['octave-bands'];

export const BANDS_SPECS: readonly (readonly [name: string, spec: BandsFrontendSpec])[] = [
  ['octave-bands', preset],
  [
    '8 kHz, four bands in each of four octaves',
    { ...preset, sampleRate: 8000, octaves: 4, bandsPerOctave: 4 },
  ],
  ['one band', { ...preset, octaves: 1, bandsPerOctave: 1 }],
  ['six octaves of two, 32 ms', { ...preset, octaves: 6, bandsPerOctave: 2, stepMs: 32 }],
  // Blocks of 48 samples: 64 do not go into a step.
  ['three octaves, 9 ms', { ...preset, octaves: 3, stepMs: 9 }],
];
