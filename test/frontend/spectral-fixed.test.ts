/** The spectral front end in integers against its definition in double precision, within stated bounds. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeWav } from '../../src/audio/wav.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { keptValues } from '../../src/frontend/spec.js';
import { fixedTables } from '../../src/frontend/spectral/fixed/tables.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { randomPieces } from './micro-rows.js';
import { syllables, whiteNoise } from './signals.js';
import { deviation, inputFor } from './spectral-fixed-levels.js';
import { OTHER_SPECS, SPECTRAL_PRESETS } from './spectral-float32-rows.js';

const LEVELS = [0, -20, -40, -60] as const;

/** Largest and root-mean-square deviation on the signals below, at any of the levels, in each preset's own units. */
const BOUNDS: Readonly<Record<string, readonly [max: number, rms: number]>> = {
  'tensorflow-mfcc': [1e-3, 1.5e-4],
  'mlperf-tiny-kws': [1e-3, 1.5e-4],
  'mlperf-tiny-streaming': [2.5e-4, 1.5e-5],
  'librosa-mfcc': [1e-2, 1.5e-3],
  'torchaudio-mfcc': [4e-2, 3e-3],
  'keras-mel': [3e-2, 1.2e-3],
  'edge-impulse-mfcc': [2e-2, 2e-3],
  'edge-impulse-mfe': [1 / 256 + 1e-9, 3e-4],
  'tfjs-speech-commands': [7e-2, 9e-4],
  // Magnitudes, up to 60 and more.
  'tensorflow-stft': [3e-2, 1e-3],
  'log-mel': [2e-3, 1.2e-4],
};

describe.each(SPECTRAL_PRESETS)('%s', (name, spec) => {
  const [max, rms] = BOUNDS[name]!;
  const length = Math.floor(spec.sampleRate * 0.3);
  const hiss = whiteNoise(length, 7, 3);
  const clips = [
    syllables(length).map((v, i) => Math.max(-32_768, Math.min(32_767, v + hiss[i]!))),
    whiteNoise(length, 0),
  ];
  const input = inputFor(spec, clips);

  test.each(LEVELS)('at %d dBFS within its bounds, int8 within one step', (db) => {
    const found = deviation(spec, clips, db, input);
    expect(found.max).toBeLessThan(max);
    expect(found.rms).toBeLessThan(rms);
    expect(found.steps).toBeLessThanOrEqual(1);
    expect(found.changed).toBeLessThan(0.01);
  });
});

describe.each([...SPECTRAL_PRESETS, ...OTHER_SPECS])('%s', (_, spec) => {
  test('frames whatever the pieces, from reset as from the start', () => {
    const frontend = createFrontend(spec, 'fixed');
    const samples = syllables(spec.windowSamples + 3 * spec.stepSamples);
    const whole = frontend.push(samples);
    expect(whole).toHaveLength(4);
    expect(whole[0]).toHaveLength(keptValues(spec));
    frontend.reset();
    const pieces: Int32Array[] = [];
    let at = 0;
    for (const length of randomPieces(samples.length, 5)) {
      pieces.push(...(frontend.push(samples.subarray(at, at + length)) as Int32Array[]));
      at += length;
    }
    expect(pieces).toEqual(whole);
  });
});

test('a frame of silence is that of the floor', () => {
  const spec = FRONTEND_PRESETS['log-mel'];
  const [frame] = createFrontend(spec, 'fixed').push(new Int16Array(spec.windowSamples));
  for (const value of frame!) expect(value / 65_536).toBeCloseTo(Math.log(1e-6), 4);
});

test.each([
  ['fftSize', { fftSize: 8192, windowSamples: 8192 }],
  ['preEmphasis', { preEmphasis: { coefficient: 1.5, start: 'zero' } }],
  ['windowSamples', { stepSamples: 70_000 }],
  ['normalization', { normalization: { kind: 'cmvn', window: 601, variance: true } }],
] as const)('what does not fit is refused by name: %s', (field, change) => {
  const spec = { ...FRONTEND_PRESETS['log-mel'], ...change };
  expect(() => fixedTables(spec)).toThrow(KwsError);
  expect(() => fixedTables(spec)).toThrow(`front end, ${field}`);
});

describeWithSharedData('recorded speech through the fixed-point front end', () => {
  const folder = sharedPath('audio', 'speech_commands');
  const clips = ['dog.wav', 'down.wav', 'no.wav', 'off.wav'].map((name) => {
    const [samples] = decodeWav(readFileSync(`${folder}/${name}`), name).samples;
    return Int16Array.from(samples!, (x) => Math.round(x * 32_768));
  });
  test.each(SPECTRAL_PRESETS)('%s: int8 differs by one step in less than 1 %', (_, spec) => {
    const input = inputFor(spec, clips);
    for (const db of [0, -20]) {
      const { changed, steps } = deviation(spec, clips, db, input);
      expect(changed).toBeLessThan(0.01);
      expect(steps).toBeLessThanOrEqual(1);
    }
  });
});
