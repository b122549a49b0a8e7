/**
 * Reading a layer's configuration, which is untrusted JSON: every getter gives a value of the type it says,
 * or throws a `UnreadableError` that names the field.
 */
import { printable } from '../names.js';
import { type Fields, field } from '../support/fields.js';
import { UnreadableError } from '../support/unreadable.js';

const DAMAGED = 'the file is damaged or was edited: save the model again';

function wrong(key: string, value: unknown, wanted: string): UnreadableError {
  const shown = printable(JSON.stringify(value)?.slice(0, 60) ?? 'nothing');
  return new UnreadableError(`its ${key} is ${shown}; ${wanted} is needed`, DAMAGED);
}

export function textField(config: Fields, key: string, fallback: string): string {
  const value = field(config, key) ?? fallback;
  if (typeof value !== 'string') throw wrong(key, value, 'a text');
  return value;
}

export function flagField(config: Fields, key: string, fallback: boolean): boolean {
  const value = field(config, key) ?? fallback;
  // Python takes 0 and 1 for False and True, and Keras saves what it was given.
  if (value === 0 || value === 1) return value === 1;
  if (typeof value !== 'boolean') throw wrong(key, value, 'true or false');
  return value;
}

export function numberField(config: Fields, key: string, fallback: number): number {
  const value = field(config, key) ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(key, value, 'a finite number');
  return value;
}

/** A positive integer, at most 2^24: sizes, counts, strides. */
export function countField(config: Fields, key: string, fallback?: number): number {
  return count(field(config, key) ?? fallback, key);
}

function count(value: unknown, key: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1 << 24)
    throw wrong(key, value, 'a positive integer');
  return value;
}

/** Integers of any sign: shapes, axes. */
export function integersField(config: Fields, key: string): readonly number[] {
  const value = field(config, key);
  if (!Array.isArray(value) || value.length > 8 || !value.every(isSmallInteger))
    throw wrong(key, value, 'a list of integers');
  return value as number[];
}

export function isSmallInteger(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= 1 << 24;
}

/** One positive integer per spatial dimension; a single one stands for all of them. */
export function countsField(config: Fields, key: string, dimensions: 1 | 2, fallback?: unknown): number[] {
  const value = field(config, key) ?? fallback;
  const list = Array.isArray(value) ? value : Array.from({ length: dimensions }, () => value);
  if (list.length !== dimensions) throw wrong(key, value, `${dimensions} integers`);
  return list.map((one) => count(one, key));
}

/** Pairs [before, after] per spatial dimension: one integer, one per dimension, or one pair per dimension. */
export function pairsField(config: Fields, key: string, dimensions: 1 | 2): [number, number][] {
  const value = field(config, key) ?? 1;
  const bad = wrong(key, value, 'an integer or pairs of integers');
  const amount = (one: unknown): number => {
    if (!isSmallInteger(one) || one < 0) throw bad;
    return one;
  };
  if (!Array.isArray(value)) return Array.from({ length: dimensions }, () => [amount(value), amount(value)]);
  // One dimension: [before, after]. Two: [height, width] or [[top, bottom], [left, right]].
  const sides: unknown[] = dimensions === 1 && value.length === 2 ? [value] : value;
  if (sides.length !== dimensions) throw bad;
  return sides.map((side) => {
    if (!Array.isArray(side)) return [amount(side), amount(side)];
    if (side.length !== 2) throw bad;
    return [amount(side[0]), amount(side[1])];
  });
}

/** A number, or a flat or nested list of at most `most` numbers. */
export function numbersField(config: Fields, key: string, most: number): readonly number[] {
  const value = field(config, key);
  const flat = Array.isArray(value) ? value.flat(8) : [value];
  if (flat.length > most || !flat.every((one) => typeof one === 'number' && Number.isFinite(one)))
    throw wrong(key, value, 'a number or a list of numbers');
  return flat as number[];
}
