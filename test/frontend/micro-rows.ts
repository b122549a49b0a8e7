/** Audio rows of our own for the micro-frontend, seeded: the same for every driver. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { parseFrontendSpec } from '../../src/frontend/schema.js';
import type { MicroFrontendSpec, MicroTables } from '../../src/frontend/spec.js';
import { root } from '../support/native.js';

export function microSpec(stepMs: number, tables: MicroTables): MicroFrontendSpec {
  return { ...FRONTEND_PRESETS['micro-wake-word'], stepMs, tables };
}

const RATE = 16_000;

/** Numerical Recipes' linear congruential generator; 32-bit values. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

const audio = (seconds: number, sample: (i: number) => number) =>
  Int16Array.from({ length: Math.round(seconds * RATE) }, (_, i) =>
    Math.max(-32768, Math.min(32767, Math.round(sample(i)))),
  );

function noise(seconds: number, amplitude: number, seed: number): Int16Array {
  const next = generator(seed);
  return audio(seconds, () => ((next() >>> 8) / 2 ** 23 - 1) * amplitude);
}

const chirp = (seconds: number, amplitude: number) =>
  audio(seconds, (i) => {
    const t = i / RATE;
    return amplitude * Math.sin(2 * Math.PI * (50 + (3950 * t) / seconds) * t);
  });

const impulses = (at: readonly number[], value: number) => audio(0.25, (i) => (at.includes(i) ? value : 0));

/** Half a minute with silence, speech-like bursts and clipping. */
function longRun(): Int16Array {
  const next = generator(7);
  return audio(31, (i) => {
    const t = i / RATE;
    const burst = Math.sin(2 * Math.PI * 0.7 * t) > 0.3 ? 40_000 * (0.5 + 0.5 * Math.sin(t)) : 200;
    return burst * Math.sin(2 * Math.PI * (200 + 30 * Math.sin(9 * t)) * t) + (next() >>> 24);
  });
}

export interface AudioRow {
  readonly name: string;
  readonly samples: Int16Array;
}

export const AUDIO_ROWS: readonly AudioRow[] = [
  { name: 'chirp', samples: chirp(1.5, 12_000) },
  { name: 'full-scale chirp', samples: chirp(1, 32_767) },
  { name: 'loud noise', samples: noise(1, 32_767, 1) },
  { name: 'quiet noise', samples: noise(1, 3, 2) },
  { name: 'silence', samples: audio(0.5, () => 0) },
  { name: 'one bit', samples: audio(0.5, (i) => i & 1) },
  {
    name: 'clipping square wave',
    samples: audio(1, (i) => (Math.floor(i / 37) % 2 === 0 ? 40_000 : -40_000)),
  },
  {
    name: 'square wave at half the sample rate',
    samples: audio(0.3, (i) => (i % 2 === 0 ? 40_000 : -40_000)),
  },
  { name: 'DC', samples: audio(0.5, () => 20_000) },
  { name: 'negative full-scale DC', samples: audio(0.5, () => -32_768) },
  { name: 'impulses', samples: impulses([100, 240, 719, 2000], 32_767) },
  // -32768 where the window is 1: the largest value that has no positive counterpart.
  { name: 'negative impulse at the window centre', samples: impulses([239, 1000, 1001], -32_768) },
  { name: '31 s', samples: longRun() },
];

export const MICRO_SPECS: readonly (readonly [string, MicroFrontendSpec])[] = [
  ['10 ms, C tables', microSpec(10, 'c')],
  ['20 ms, C tables', microSpec(20, 'c')],
  ['10 ms, TFLM tables', microSpec(10, 'tflm')],
  ['20 ms, TFLM tables', microSpec(20, 'tflm')],
  // Other FFT lengths: 256 (a first stage of radix 2), 128, 16 with an odd window.
  ['8 kHz', { ...microSpec(10, 'c'), sampleRate: 8000, upperBandLimit: 3800 }],
  ['4 kHz', { ...microSpec(20, 'tflm'), sampleRate: 4000, channels: 16, upperBandLimit: 1900 }],
  ['32 ms without overlap', { ...microSpec(32, 'c'), windowMs: 32 }],
  [
    '1 kHz, odd window',
    {
      ...microSpec(5, 'c'),
      sampleRate: 1000,
      windowMs: 15,
      channels: 3,
      lowerBandLimit: 50,
      upperBandLimit: 400,
    },
  ],
];

/** What MLTK's own code computed with settings that micro_speech does not have (test/oracles/record_mltk.py). */
export interface SettingsRow {
  readonly name: string;
  readonly spec: MicroFrontendSpec;
  /** By the name of a signal of 16,000 samples. */
  readonly recorded: Readonly<Record<string, { readonly frames: number; readonly sha256: string }>>;
}

type RecordedRow = SettingsRow['recorded'] & { readonly settings: Readonly<Record<string, unknown>> };

export const MICRO_SETTINGS: readonly SettingsRow[] = (
  JSON.parse(readFileSync(join(root, 'test/golden/micro-settings.json'), 'utf8')) as RecordedRow[]
).map(({ settings, ...recorded }) => ({
  name: JSON.stringify(settings),
  spec: parseFrontendSpec(
    { kind: 'micro', version: 1, tables: 'mltk', ...settings },
    'micro-settings.json',
  ) as MicroFrontendSpec,
  recorded: recorded as SettingsRow['recorded'],
}));

/** Piece lengths of a seeded random cut: mostly short, some zero, some longer than a window. */
export function randomPieces(length: number, seed: number): number[] {
  const next = generator(seed);
  const pieces: number[] = [];
  for (let left = length; left > 0; ) {
    const kind = next() >>> 30;
    const size = Math.min(left, kind === 0 ? 0 : (next() >>> 8) % (kind === 1 ? 3 : kind === 2 ? 400 : 2000));
    pieces.push(size);
    left -= size;
  }
  return pieces;
}

/**
 * One window each, loud at its edges so that it is flat where the samples have been multiplied by the window,
 * with those signs that add up in one bin of the complex FFT of pairs: its components then leave 16 bits.
 */
export const EXTREME_WINDOWS: readonly Int16Array[] = Array.from({ length: 128 }, (_, row) => {
  const next = generator(row);
  const unit = () => next() / 2 ** 32;
  const bin = Math.floor(256 * unit());
  const phase = row < 64 ? Math.PI / 4 : 2 * Math.PI * unit();
  const flat = 0.95 * 2 ** (6 + (row % 3));
  return Int16Array.from({ length: 480 }, (_, i) => {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / 480);
    const angle = (2 * Math.PI * bin * Math.floor(i / 2)) / 256 + phase;
    const part = i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
    return Math.max(-32_768, Math.min(32_767, Math.round((Math.sign(part) * flat) / hann)));
  });
});
