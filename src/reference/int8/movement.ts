/** CONCATENATION, SPLIT_V, RESHAPE and variables: bytes, whatever they mean. */
import type { Rows } from '../../lowering/call.js';

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Visits the pieces of `whole` in order with the place of each in its part. */
function forEachPiece(p: Rows, visit: (part: number, from: number, at: number, bytes: number) => void): void {
  let at = 0;
  for (let row = 0; row < p.outer; row += 1)
    p.bytes.forEach((bytes, part) => {
      visit(part, row * bytes, at, bytes);
      at += bytes;
    });
}

export function concat(p: Rows, inputs: readonly ArrayBufferView[], [y]: readonly ArrayBufferView[]): void {
  const [parts, whole] = [inputs.map(bytesOf), bytesOf(y!)];
  forEachPiece(p, (part, from, at, bytes) => whole.set(parts[part]!.subarray(from, from + bytes), at));
}

export function split(p: Rows, [x]: readonly ArrayBufferView[], outputs: readonly ArrayBufferView[]): void {
  const [whole, parts] = [bytesOf(x!), outputs.map(bytesOf)];
  forEachPiece(p, (part, from, at, bytes) => parts[part]!.set(whole.subarray(at, at + bytes), from));
}

export function copy(
  p: { readonly bytes: number },
  [x]: readonly ArrayBufferView[],
  [y]: readonly ArrayBufferView[],
): void {
  bytesOf(y!).set(bytesOf(x!).subarray(0, p.bytes));
}
