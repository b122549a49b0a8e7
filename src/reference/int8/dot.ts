/** The sum of products that most of a model's time goes into. */

/**
 * The sum over i < count of (x[xAt + i] + xOffset) * (w[wAt + i] + wOffset), modulo 2^32.
 * Kept in 32 bits so that the engine's compiler does integer arithmetic.
 */
export function dot(
  x: Int8Array,
  xAt: number,
  xOffset: number,
  w: Int8Array,
  wAt: number,
  wOffset: number,
  count: number,
): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum = (sum + (x[xAt + i]! + xOffset) * (w[wAt + i]! + wOffset)) | 0;
  return sum;
}
