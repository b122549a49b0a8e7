/**
 * The C++ micro-frontend on the host: the same frames as TypeScript's, over the same rows, whatever the pieces;
 * in plain arithmetic and in that of the DSP extension, whose instructions are emulated.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { microTablesForC } from '../../src/emit/frontend/micro.js';
import { microTables } from '../../src/frontend/micro/tables.js';
import { quantizeFeature } from '../../src/frontend/quantize.js';
import {
  AUDIO_ROWS,
  EXTREME_WINDOWS,
  MICRO_SETTINGS,
  MICRO_SPECS,
  microSpec,
  randomPieces,
} from '../frontend/micro-rows.js';
import { SIGNALS } from '../frontend/signals.js';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';
import { FRONTEND_DRIVER, hexFrames, runFrontend } from './frontend-rows.js';

const ARITHMETICS = [
  { name: 'plain', flags: ['-DKWS_FRONTEND_PACKED=0'] },
  { name: 'packed', flags: ['-DKWS_FRONTEND_PACKED=1'] },
] as const;

describe.each(ARITHMETICS)('$name arithmetic', ({ name, flags }) => {
  let execute: (input: Uint8Array) => Promise<string>;
  beforeAll(async () => {
    const executable = await buildNative({ ...FRONTEND_DRIVER, name: `frontend-${name}`, flags });
    execute = (input) => runNative(executable, input);
  });

  test.each(MICRO_SPECS)('%s: the same frames as in TypeScript, in pieces of any size', async (_, spec) => {
    const runs = AUDIO_ROWS.map(({ samples }, i) => ({ samples, pieces: randomPieces(samples.length, i) }));
    const { frames } = await runFrontend(execute, spec, runs);
    for (const [i, row] of AUDIO_ROWS.entries())
      expect(frames[i], row.name).toEqual(hexFrames(spec, row.samples));
  });

  test.each(MICRO_SETTINGS)('$name: MLTK’s settings', async ({ spec }) => {
    const samples = SIGNALS.syllables!(16_000);
    const pieces = randomPieces(samples.length, 5);
    const { frames } = await runFrontend(execute, spec, [{ samples, pieces }]);
    expect(frames[0]).toEqual(hexFrames(spec, samples));
  });

  test('windows that overflow the spectrum', async () => {
    const spec = microSpec(10, 'c');
    const runs = EXTREME_WINDOWS.map((samples) => ({ samples, pieces: [samples.length] }));
    const { frames } = await runFrontend(execute, spec, runs);
    expect(frames).toEqual(EXTREME_WINDOWS.map((samples) => hexFrames(spec, samples)));
  });

  test('one piece gives the frames of many', async () => {
    const row = AUDIO_ROWS[0]!;
    const { frames } = await runFrontend(execute, microSpec(10, 'c'), [
      { samples: row.samples, pieces: [row.samples.length] },
      { samples: row.samples, pieces: randomPieces(row.samples.length, 99) },
    ]);
    expect(frames[0]).toHaveLength(148);
    expect(frames[1]).toEqual(frames[0]);
  });

  test('quantises every feature as TypeScript does', async () => {
    const { quantized } = await runFrontend(execute, microSpec(10, 'c'), []);
    expect(quantized).toEqual(Array.from({ length: 65_536 }, (_, v) => quantizeFeature(v)));
  });
});

test('the square root is exact around every square and halfway between squares', async () => {
  const executable = await buildNative({
    name: 'frontend-root',
    libraries: [],
    sources: [join(root, 'test', 'native', 'frontend-root-driver.cpp')],
    includes: [join(libraryRoot, 'kws_frontend', 'src', 'micro')],
  });
  expect(await runNative(executable, '')).toBe('');
});

test('the tables are described in the order and with the types of the struct', () => {
  const header = readFileSync(
    join(libraryRoot, 'kws_frontend', 'include', 'kws_frontend', 'micro_frontend.h'),
    'utf8',
  );
  const body = /struct MicroFrontendTables \{([^}]*)\}/.exec(header)![1]!;
  const declared = [...body.matchAll(/^\s*(const )?(\w+)(\*?)\s+(\w+);/gm)].map(
    ([, , type, pointer, name]) => ({
      kind: pointer === '*' ? 'array' : 'scalar',
      ctype: type,
      name,
    }),
  );
  expect(microTablesForC(microSpec(10, 'c')).map(({ kind, ctype, name }) => ({ kind, ctype, name }))).toEqual(
    declared,
  );
});

test.each(MICRO_SPECS)('%s: bins that are left out of the spectrum are in no band', (_, spec) => {
  const { fftSize, filterbank } = microTables(spec);
  const field = microTablesForC(spec).find(({ name }) => name === 'first_split')!;
  const first = field.kind === 'scalar' ? field.value : 0;
  expect(first).toBeGreaterThanOrEqual(1);
  expect(filterbank.firstBin).toBeGreaterThanOrEqual(first);
  expect(filterbank.firstBin + filterbank.weights.length - 1).toBeLessThanOrEqual(fftSize / 2 - first);
});
