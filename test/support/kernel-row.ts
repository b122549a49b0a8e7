/**
 * Kernel calls as text rows for the drivers in test/native/drivers (the format is described in
 * kernel_rows.h): the same rows for every place the device's kernels run.
 */
import type { KernelCall } from '../../src/kernels/call.js';

export const hex = (array: ArrayBufferView): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

const floatBits = new DataView(new ArrayBuffer(4));

function token(value: unknown, key: string): string {
  if (value === null) return '-';
  if (ArrayBuffer.isView(value)) return `x${hex(value)}`;
  if (typeof value === 'number') {
    if (key !== 'scale') return String(value);
    floatBits.setFloat32(0, value);
    return `f${floatBits.getUint32(0).toString(16)}`;
  }
  return Object.entries(value as object)
    .map(([inner, field]) => token(field, inner))
    .join(' ');
}

function paramTokens({ kernel, params }: KernelCall): string {
  if (kernel === 'concat' || kernel === 'split')
    return [params.outer, params.bytes.length, ...params.bytes].join(' ');
  return token(params, '');
}

/** @param alias position of the input over which the output is written, or -1 */
export function kernelRow(
  call: KernelCall,
  inputs: readonly ArrayBufferView[],
  outputBytes: readonly number[],
  alias = -1,
): string {
  const data = inputs.map((input) => `x${hex(input)}`);
  return [call.kernel, alias, paramTokens(call), ...data, ...outputBytes].join(' ');
}

/** Hex of the outputs per row. */
export function kernelAnswers(output: string): readonly (readonly string[])[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trimEnd().split(' '));
}
