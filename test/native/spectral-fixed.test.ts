/** The C++ spectral front end in integers: the bits of TypeScript's, whatever the pieces. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { frontendForC } from '../../src/emit/frontend/frontend.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { modelInput } from '../../src/frontend/input.js';
import { inputFormat } from '../../src/frontend/input-format.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { SpectralFrontendSpec } from '../../src/frontend/spec.js';
import { randomPieces } from '../frontend/micro-rows.js';
import { syllables, whiteNoise } from '../frontend/signals.js';
import { OTHER_SPECS, SPECTRAL_PRESETS, spectralRows } from '../frontend/spectral-float32-rows.js';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';

/** With the multiply instructions of a Cortex-M3, and as a Cortex-M0+ does without. */
const CORES = [
  ['wide multiplies', []],
  ['narrow multiplies', ['-DKWS_FIXED_NARROW']],
] as const;

const executables = new Map<string, string>();
beforeAll(async () => {
  for (const [name, flags] of CORES)
    executables.set(
      name,
      await buildNative({
        name: 'spectral-fixed',
        libraries: ['kws_frontend'],
        sources: [join(root, 'test', 'native', 'spectral-fixed-driver.cpp')],
        ownIncludes: [join(root, 'test', 'native', 'drivers')],
        exclude: (file) => file.includes('/kws_frontend/src/') && !/\/fixed\/|\/frontend\.cpp$/.test(file),
        flags: [...flags],
      }),
    );
});

const TYPES = ['int8', 'uint8', 'float32'] as const;

/** Steps fine enough to show every difference and coarse enough not to clip all. */
const tensorOf = (type: (typeof TYPES)[number]) =>
  ({
    type,
    quantization: { scales: [0.0613], zeroPoints: [type === 'uint8' ? 121 : -7], axis: 0 },
  }) as const;

interface Run {
  readonly samples: Int16Array;
  readonly pieces: readonly number[];
  readonly type: (typeof TYPES)[number];
  /** Frames that a model sees. */
  readonly seen: number;
}

/** What a run prints: a line per frame and, where frames suffice, the converted window. */
async function runDevice(
  core: string,
  spec: SpectralFrontendSpec,
  runs: readonly Run[],
): Promise<string[][]> {
  const words = frontendForC(spec, 'fixed').tables.flatMap((field) =>
    field.kind === 'scalar' ? [field.value] : [field.values.length, ...field.values],
  );
  words.push(runs.length);
  for (const { samples, pieces, type, seen } of runs) {
    const { zeroPoint, multiplier, shift } = inputFormat(tensorOf(type));
    words.push(TYPES.indexOf(type), zeroPoint, multiplier, shift, seen, pieces.length, ...pieces);
    for (const sample of samples) words.push(sample);
  }
  const output = await runNative(executables.get(core)!, new Uint8Array(new Int32Array(words).buffer));
  const parts = `${output}\n`.split(/(?<=^|\n)\n/);
  return parts.slice(0, runs.length).map((part) => part.split('\n').filter((line) => line !== ''));
}

const hexWord = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

/** The same by TypeScript. */
function expected(spec: SpectralFrontendSpec, { samples, type, seen }: Run): string[] {
  const frames = createFrontend(spec, 'fixed').push(samples);
  const lines = frames.map((frame) => Array.from(frame, hexWord).join(''));
  if (seen === 0 || frames.length < seen) return lines;
  const input = modelInput(spec, frames.slice(-seen), tensorOf(type), 'fixed');
  return [...lines, Buffer.from(input.buffer, input.byteOffset, input.byteLength).toString('hex')];
}

/** As hard on the spectrum's upper end, and on pre-emphasis, as can be. */
const alternating = (length: number) =>
  Int16Array.from({ length }, (_, i) => (i % 2 === 0 ? 32_767 : -32_768));

function runsOf(spec: SpectralFrontendSpec): { readonly name: string; readonly run: Run }[] {
  const rows = [
    ...spectralRows(spec, 12),
    { name: 'alternating', samples: alternating(spec.windowSamples + 11 * spec.stepSamples) },
  ];
  return rows.map(({ name, samples }, i) => ({
    name,
    run: { samples, pieces: randomPieces(samples.length, i), type: TYPES[i % 3]!, seen: [1, 5, 11][i % 3]! },
  }));
}

describe.each(CORES)('%s', (core) => {
  test.each([...SPECTRAL_PRESETS, ...OTHER_SPECS])(
    '%s: the same frames and inputs as in TypeScript',
    async (_, spec) => {
      const runs = runsOf(spec);
      const device = await runDevice(
        core,
        spec,
        runs.map(({ run }) => run),
      );
      for (const [i, { name, run }] of runs.entries()) expect(device[i], name).toEqual(expected(spec, run));
    },
  );
});

test.each(SPECTRAL_PRESETS)(
  '%s: half a minute, from reset and again, in one piece and in many',
  async (_, spec) => {
    const samples = syllables(31 * spec.sampleRate);
    const run = { samples, pieces: [samples.length], type: 'int8', seen: 40 } as const;
    const device = await runDevice('wide multiplies', spec, [
      run,
      { ...run, pieces: randomPieces(samples.length, 3) },
    ]);
    expect(device[0]).toEqual(expected(spec, run));
    expect(device[1]).toEqual(device[0]);
  },
);

test.each([['mlperf-tiny-kws', FRONTEND_PRESETS['mlperf-tiny-kws']]] as const)(
  '%s: ten minutes of full-scale noise without overflow, the last frames as from the start',
  async (_, spec) => {
    const samples = whiteNoise(600 * spec.sampleRate, 0);
    const run = { samples, pieces: [samples.length], type: 'int8', seen: 0 } as const;
    const [frames] = await runDevice('wide multiplies', spec, [run]);
    // From a window before the last three: pre-emphasis has forgotten where it began.
    const tail = (frames!.length - 4) * spec.stepSamples;
    expect(frames!.slice(-3)).toEqual(expected(spec, { ...run, samples: samples.slice(tail) }).slice(1));
  },
);

test('the tables are described in the order and with the types of the struct', () => {
  const header = readFileSync(
    join(libraryRoot, 'kws_frontend', 'include', 'kws_frontend', 'fixed_frontend.h'),
    'utf8',
  );
  const body = /struct FixedFrontendTables \{([^}]*)\}/.exec(header)![1]!;
  const declared = [...body.matchAll(/^\s*(const )?(\w+)(\*?)\s+(\w+);/gm)].map(
    ([, , type, pointer, name]) => ({ kind: pointer === '*' ? 'array' : 'scalar', ctype: type, name }),
  );
  const described = frontendForC(SPECTRAL_PRESETS[0]![1], 'fixed').tables;
  expect(described.map(({ kind, ctype, name }) => ({ kind, ctype, name }))).toEqual(declared);
});
