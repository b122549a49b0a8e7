/** The C++ micro-frontend: the same frames as TypeScript's, over the same rows, whatever the pieces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { microTablesForC } from '../../src/frontend/micro/c-tables.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { quantizeFeature } from '../../src/frontend/quantize.js';
import type { MicroFrontendSpec } from '../../src/frontend/spec.js';
import { AUDIO_ROWS, MICRO_SPECS, microSpec, randomPieces } from '../frontend/micro-rows.js';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';

let executable: string;
beforeAll(async () => {
  executable = await buildNative({
    name: 'frontend',
    libraries: ['kws_frontend'],
    sources: [join(root, 'test', 'native', 'frontend-driver.cpp')],
  });
});

interface Run {
  readonly samples: Int16Array;
  readonly pieces: readonly number[];
}

/** Frames per run, and the quantised form of every uint16. */
async function runDevice(spec: MicroFrontendSpec, runs: readonly Run[]) {
  const words = microTablesForC(spec).flatMap((field) =>
    field.kind === 'scalar' ? [field.value] : [field.values.length, ...field.values],
  );
  words.push(runs.length);
  for (const { samples, pieces } of runs) {
    words.push(pieces.length, ...pieces);
    for (const sample of samples) words.push(sample);
  }
  const output = await runNative(executable, new Uint8Array(Int32Array.from(words).buffer));
  const parts = output.split('\n\n');
  const quantized = parts.pop()!.trim().split(' ').map(Number);
  return { frames: parts.map((part) => part.split('\n').filter((line) => line !== '')), quantized };
}

const hexFrames = (spec: MicroFrontendSpec, samples: Int16Array) =>
  createMicroFrontend(spec)
    .push(samples)
    .map((frame) => [...frame].map((v) => v.toString(16).padStart(4, '0')).join(''));

describe.each(MICRO_SPECS)('%s', (_, spec) => {
  test('the same frames as in TypeScript, in pieces of any size', async () => {
    const runs = AUDIO_ROWS.map(({ samples }, i) => ({ samples, pieces: randomPieces(samples.length, i) }));
    const { frames } = await runDevice(spec, runs);
    for (const [i, row] of AUDIO_ROWS.entries())
      expect(frames[i], row.name).toEqual(hexFrames(spec, row.samples));
  });
});

test('one piece gives the frames of many', async () => {
  const row = AUDIO_ROWS[0]!;
  const { frames } = await runDevice(microSpec(10, 'c'), [
    { samples: row.samples, pieces: [row.samples.length] },
    { samples: row.samples, pieces: randomPieces(row.samples.length, 99) },
  ]);
  expect(frames[0]).toHaveLength(148);
  expect(frames[1]).toEqual(frames[0]);
});

test('quantises every feature as TypeScript does', async () => {
  const { quantized } = await runDevice(microSpec(10, 'c'), []);
  expect(quantized).toEqual(Array.from({ length: 65_536 }, (_, v) => quantizeFeature(v)));
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
