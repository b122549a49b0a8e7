/** What `--method` and `--pin` say. Leaves to others: reading a table of ranges (`quantize.ts`). */
import { inputError } from '../../diagnostics/errors.js';
import { didYouMean } from '../../diagnostics/nearest.js';
import type { CalibrationMethod, Range } from '../../quantize/types.js';

export interface MethodOption {
  readonly method: CalibrationMethod;
  readonly percentile?: number;
}

/** A range for one tensor, or a file with a table of them. */
export type PinOption = { readonly name: string; readonly range: Range } | { readonly file: string };

const METHODS: readonly CalibrationMethod[] = ['min-max', 'mse', 'percentile'];

/** `min-max`, `mse`, `percentile`, `percentile:99.9`. */
export function parseMethod(text: string): MethodOption {
  const [name = '', share, ...rest] = text.trim().split(':');
  const method = METHODS.find((known) => known === name);
  if (method === undefined)
    throw inputError({
      what: `"${text}" is not known`,
      where: '--method',
      next: didYouMean(name, METHODS),
    });
  if (share === undefined) return { method };
  const percentile = share.trim() === '' ? Number.NaN : Number(share);
  if (method === 'percentile' && rest.length === 0 && percentile > 50 && percentile <= 100)
    return { method, percentile };
  throw inputError({
    what: `"${text}" is no method`,
    where: '--method',
    next: 'give min-max, mse, or how many of a hundred values lie within: percentile:99.9',
  });
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const PIN = new RegExp(`^(.+)=(${NUMBER})\\.\\.(${NUMBER})$`, 'i');

/** `input=0..26`, or the path of a JSON file. */
export function parsePin(text: string): PinOption {
  const match = PIN.exec(text.trim());
  if (match !== null) {
    const range = { min: Number(match[2]), max: Number(match[3]) };
    if (range.min < range.max && Math.abs(range.min) < 1e30 && Math.abs(range.max) < 1e30)
      return { name: match[1]!, range };
  } else if (/\.json$/i.test(text)) return { file: text };
  throw inputError({
    what: `"${text}" is no range of a tensor`,
    where: '--pin',
    next: 'give it such as input=0..26, or a JSON file such as {"input": [0, 26]}',
  });
}
