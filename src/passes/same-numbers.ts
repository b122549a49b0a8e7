/** When two tensors hold the same numbers for the same bytes: what an exact rewrite asks before it joins them. */
import type { Tensor } from '../model/types.js';

/** Same element type, same quantization; shapes may differ. */
export function sameNumbers(a: Tensor, b: Tensor): boolean {
  if (a.type !== b.type) return false;
  const [p, q] = [a.quantization, b.quantization];
  if (p === undefined || q === undefined) return p === q;
  const equal = (x: readonly number[], y: readonly number[]) =>
    x.length === y.length && x.every((value, i) => value === y[i]);
  return (
    equal(p.scales, q.scales) &&
    equal(p.zeroPoints, q.zeroPoints) &&
    (p.scales.length < 2 || p.axis === q.axis)
  );
}
