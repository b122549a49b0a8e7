/**
 * Square root to the nearest integer. Below 2^32 the result stays within 16 bits, as the C library's
 * 32-bit path does: 65535 even where 65536 would be nearer.
 * @param x integer, 0…2^53
 */
export function squareRoot(x: number): number {
  const root = Math.floor(Math.sqrt(x));
  const roundsUp = x - root * root > root;
  return roundsUp && !(root === 0xffff && x <= 0xffffffff) ? root + 1 : root;
}
