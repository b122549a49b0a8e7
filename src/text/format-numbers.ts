/** Numbers as reports print them. */

export function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Four significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}
