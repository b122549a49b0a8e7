/**
 * Tables and weights as a board has them, held against what was generated.
 *
 * Owns: which entries differ. Leaves to others: asking the board (`board.ts`), what was generated (`emit/traced.ts`).
 */
import { toolError } from '../diagnostics/errors.js';
import type { GeneratedConstant, GeneratedConstants } from '../emit/traced.js';
import { crc32 } from '../files/crc32.js';
import type { TracedBoard } from './board.js';
import { bytesOf } from './compare.js';

/** A constant that is not as it was generated. */
export interface WrongConstant {
  /** Model of the project, or what else it belongs to. */
  readonly of: number | 'front end' | 'resampler';
  readonly name: string;
  /** The first entry that differs, and how many do. */
  readonly index: number;
  readonly host: number;
  readonly board: number;
  readonly differing: number;
  readonly entries: number;
}

export interface ConstantsReport {
  readonly compared: number;
  readonly wrong: readonly WrongConstant[];
  /** Wrong ones of each model, and all of them. */
  readonly models: readonly { readonly wrong: number; readonly all: number }[];
}

/** Wrong constants that are asked for entry by entry. */
const MOST_ASKED = 8;

export async function compareConstants(
  board: TracedBoard,
  { models, frontend, resampler }: GeneratedConstants,
): Promise<ConstantsReport> {
  const groups: { readonly of: WrongConstant['of']; readonly own: readonly GeneratedConstant[] }[] = [
    ...models.map((own, of) => ({ of, own })),
    { of: 'front end', own: frontend },
    { of: 'resampler', own: resampler },
  ];
  const wrong: WrongConstant[] = [];
  const counts = models.map((all) => ({ wrong: 0, all: all.length }));
  let compared = 0;
  for (const [number, { of, own }] of groups.entries()) {
    const digests = await board.constants(number);
    if (digests.length !== own.length)
      throw toolError({
        what: `the board has ${digests.length} constants of ${typeof of === 'number' ? `model ${of}` : `the ${of}`}, ${own.length} were generated`,
        next: 'run it again; where it stays so, report it',
      });
    compared += own.length;
    for (const [index, { name, values }] of own.entries()) {
      const digest = digests[index]!;
      if (digest.bytes === values.byteLength && digest.crc === crc32(bytesOf(values as never))) continue;
      if (typeof of === 'number') counts[of]!.wrong++;
      if (wrong.length >= MOST_ASKED) continue;
      wrong.push({ of, name, ...entriesOf(values, await board.constant(number, index)) });
    }
  }
  return { compared, wrong, models: counts };
}

function entriesOf(values: GeneratedConstant['values'], bytes: Uint8Array) {
  const there = valuesOf(values, bytes);
  const differing = Array.from(values, (value, i) => (Object.is(value, there[i]) ? -1 : i)).filter(
    (i) => i >= 0,
  );
  const index = differing[0] ?? values.length;
  return {
    index,
    host: values[index] ?? Number.NaN,
    board: there[index] ?? Number.NaN,
    differing: differing.length,
    entries: values.length,
  };
}

/** Bytes as elements of the same type. */
export function valuesOf(like: { readonly BYTES_PER_ELEMENT: number }, bytes: Uint8Array): readonly number[] {
  const { constructor: Numbers, BYTES_PER_ELEMENT } = like as Int8Array;
  const whole = bytes.length - (bytes.length % BYTES_PER_ELEMENT);
  const copy = bytes.slice(0, whole).buffer;
  return Array.from(new (Numbers as Int8ArrayConstructor)(copy) as ArrayLike<number | bigint>, Number);
}
