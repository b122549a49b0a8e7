/** The C++ spectral front end in single precision: the bits of TypeScript's, whatever the pieces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { frontendForC } from '../../src/emit/frontend/frontend.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { randomPieces } from '../frontend/micro-rows.js';
import { syllables, whiteNoise } from '../frontend/signals.js';
import { OTHER_SPECS, SPECTRAL_PRESETS, spectralRows } from '../frontend/spectral-float32-rows.js';
import { buildNative, libraryRoot, runNative } from '../support/native.js';
import {
  type Execute,
  FLAGS,
  onDevice,
  onHost,
  type Run,
  SPECTRAL_DRIVER,
  wordsOf,
} from './spectral-float32-rows.js';

let execute: Execute;
beforeAll(async () => {
  const executable = await buildNative(SPECTRAL_DRIVER);
  execute = (input) => runNative(executable, input);
});

describe.each([...SPECTRAL_PRESETS, ...OTHER_SPECS])('%s', (_, spec) => {
  test('the same bits as in TypeScript, in pieces of any size, as frames and as a window', async () => {
    const rows = spectralRows(spec, 12);
    const runs = rows.map(({ samples }, i) => ({ samples, pieces: randomPieces(samples.length, i) }));
    const outputs = await onDevice(execute, spec, runs);
    expect(outputs).toHaveLength(rows.length);
    for (const [i, { name, samples }] of rows.entries())
      expect(outputs[i], name).toEqual(onHost(spec, samples));
  });
});

test('after half a minute, from a reset in the middle of a window, and again', async () => {
  const spec = FRONTEND_PRESETS['mlperf-tiny-streaming'];
  const samples = syllables(30 * spec.sampleRate);
  const short = whiteNoise(spec.windowSamples + 100, 3);
  const one = (clip: Int16Array): Run => ({ samples: clip, pieces: [clip.length] });
  const [first, interrupted, again] = await onDevice(execute, spec, [one(samples), one(short), one(samples)]);
  expect(first).toEqual(onHost(spec, samples));
  expect(interrupted).toEqual(onHost(spec, short));
  expect(again).toEqual(first);
});

test('ten minutes of noise: finite, no overflow, the same bits', async () => {
  const spec = FRONTEND_PRESETS['edge-impulse-mfe'];
  const minute = 60 * spec.sampleRate;
  const seed = 5;
  const words = [1, ...wordsOf(spec, []).slice(0, -1), 1, 1, 0xffffffff, seed, 10 * minute];
  const output = await execute(new Uint8Array(new Int32Array(words).buffer));
  const frontend = createFrontend(spec, 'float32');
  const noise = whiteNoise(10 * minute, 0, seed);
  let hash = 2166136261;
  for (const frame of frontend.push(noise) as Float32Array[])
    for (const word of new Uint32Array(frame.buffer)) hash = Math.imul(hash ^ word, 16777619) >>> 0;
  expect(output).toBe(`${hash.toString(16).padStart(8, '0')}\n.`);
});

test('the tables are described in the order and with the types of the struct', () => {
  const header = readFileSync(
    join(libraryRoot, 'kws_frontend', 'include', 'kws_frontend', 'float32_frontend.h'),
    'utf8',
  );
  const body = /struct SpectralTables \{([^}]*)\}/.exec(header)![1]!;
  const declared = [...body.matchAll(/^\s*(const )?(\w+)(\*?)\s+(\w+);/gm)].map(
    ([, , type, pointer, name]) => ({ kind: pointer === '*' ? 'array' : 'scalar', ctype: type, name }),
  );
  const { tables } = frontendForC(FRONTEND_PRESETS['mlperf-tiny-kws'], 'float32');
  expect(tables.map(({ kind, ctype, name }) => ({ kind, ctype, name }))).toEqual(declared);
});

test('library.json forbids what would change the bits, and asks for speed where frameworks ask for size', () => {
  const { build } = JSON.parse(readFileSync(join(libraryRoot, 'kws_frontend', 'library.json'), 'utf8'));
  expect(build.flags).toEqual(expect.arrayContaining([...FLAGS, '-O2']));
});
