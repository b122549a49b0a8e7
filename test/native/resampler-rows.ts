/** Feeds the driver of the C++ resampler (resampler-driver.cpp), wherever it runs, and reads what it says. */
import { join } from 'node:path';
import { resamplerForC } from '../../src/emit/frontend/resampler.js';
import { generator, randomPieces } from '../frontend/micro-rows.js';
import { root } from '../support/native.js';

export const RESAMPLER_DRIVER = {
  libraries: ['kws_frontend'],
  sources: [join(root, 'test', 'native', 'resampler-driver.cpp')],
  ownIncludes: [join(root, 'test', 'native', 'drivers')],
  exclude: (file: string) => file.includes('kws_frontend') && !file.endsWith('/src/resampler.cpp'),
} as const;

/** 16-bit audio: noise of changing loudness, the largest steps, impulses, silence. */
export const RESAMPLER_INPUTS: readonly Int16Array[] = [
  noise(4000, 1),
  Int16Array.from({ length: 1500 }, (_, i) => (Math.floor(i / 29) % 2 === 0 ? 32_767 : -32_768)),
  Int16Array.from({ length: 900 }, (_, i) => (i % 2 === 0 ? 32_767 : -32_768)),
  Int16Array.from({ length: 900 }, (_, i) => (i % 250 === 3 ? -32_768 : 0)),
  new Int16Array(700).fill(-32_768),
];

function noise(length: number, seed: number): Int16Array {
  const next = generator(seed);
  return Int16Array.from({ length }, (_, i) => (next() << 0) >> (16 + (Math.floor(i / 400) % 8)));
}

/** What a driver that `execute` runs makes of the inputs. */
export async function runResampler(
  execute: (input: Uint8Array) => Promise<string>,
  from: number,
  to: number,
): Promise<readonly Int16Array[]> {
  const words = resamplerForC(from, to).tables.flatMap((field) =>
    field.kind === 'scalar' ? [field.value] : [field.values.length, ...field.values],
  );
  words.push(RESAMPLER_INPUTS.length);
  for (const [seed, samples] of RESAMPLER_INPUTS.entries()) {
    const pieces = randomPieces(samples.length, seed);
    words.push(pieces.length);
    let at = 0;
    for (const length of pieces) {
      words.push(length, 1 + ((seed + 7 * length) % 50));
      for (const sample of samples.subarray(at, at + length)) words.push(sample);
      at += length;
    }
  }
  const output = await execute(new Uint8Array(Int32Array.from(words).buffer));
  const lines = output.split('\n').slice(0, RESAMPLER_INPUTS.length);
  return lines.map((line) => Int16Array.from({ length: line.length / 4 }, (_, i) => hex(line, i)));
}

function hex(line: string, i: number): number {
  return Number.parseInt(line.slice(4 * i, 4 * i + 4), 16);
}
