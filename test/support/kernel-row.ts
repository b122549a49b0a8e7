/**
 * Kernel calls as text rows for the driver in test/native/drivers (the format is described in kernel_rows.h), and
 * the driver's table of kernels: both from the table of signatures, so that a kernel joins by its row there.
 */
import {
  FLOAT_FIELDS,
  fieldName,
  KERNEL_SIGNATURES,
  type KernelSignature,
  NESTED_FIELDS,
} from '../../src/emit/kernel-calls.js';
import type { KernelCall, KernelName } from '../../src/lowering/call.js';

export const hex = (array: ArrayBufferView): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

const signatureOf = (kernel: KernelName): KernelSignature<never> =>
  KERNEL_SIGNATURES[kernel] as unknown as KernelSignature<never>;

const floatBits = new DataView(new ArrayBuffer(4));

type ArrayToken = (values: ArrayBufferView) => string;

function token(value: unknown, real: boolean, array: ArrayToken): string {
  if (value === null) return '-';
  if (ArrayBuffer.isView(value)) return array(value);
  if (Array.isArray(value)) return value.join(' ');
  if (typeof value === 'number') {
    if (!real) return String(value);
    floatBits.setFloat32(0, value);
    return `f${floatBits.getUint32(0).toString(16)}`;
  }
  const nested = value as Readonly<Record<string, unknown>>;
  const fields = NESTED_FIELDS.find((list) => list.every((field) => field in nested));
  if (fields === undefined) throw new TypeError('a kernel parameter of unknown shape');
  return fields.map((field) => token(nested[field], FLOAT_FIELDS.has(field), array)).join(' ');
}

/** @param array how an array is written: its bytes, or where it lies */
export function paramTokens(call: KernelCall, array: ArrayToken = (values) => `x${hex(values)}`): string[] {
  const { struct, loose = [] } = signatureOf(call.kernel);
  const params = call.params as unknown as Readonly<Record<string, unknown>>;
  const tokens = (struct?.fields ?? []).map((field) => token(params[field], FLOAT_FIELDS.has(field), array));
  for (const { field, as } of loose as readonly { field: string; as: string }[]) {
    const value = params[field];
    if (as === 'list')
      tokens.push(String((value as number[]).length), `x${hex(Int32Array.from(value as number[]))}`);
    else tokens.push(token(value, false, array));
  }
  return tokens;
}

export interface KernelRowData {
  readonly call: KernelCall;
  readonly inputs: readonly ArrayBufferView[];
  readonly outputBytes: readonly number[];
  /** Position of the input over which the output is written. */
  readonly alias?: number;
  /** By how many bytes operands lie off an address that is aligned. */
  readonly offset?: number;
}

export function kernelRow({ call, inputs, outputBytes, alias = -1, offset = 0 }: KernelRowData): string {
  const data = inputs.map((input) => `x${hex(input)}`);
  const ends = [inputs.length, ...data, outputBytes.length, ...outputBytes, call.scratch ?? 0];
  return [call.kernel, alias, offset, ...paramTokens(call), ...ends].join(' ');
}

/** Per row: the outputs in hex, then what the driver complains of. */
export function kernelAnswers(output: string): readonly (readonly string[])[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trimEnd().split(' '));
}

const LOOSE = {
  int: (name: string) => `int32_t ${name} = row.integer();`,
  array: (name: string) => `const auto* ${name} = static_cast<const int8_t*>(row.constant());`,
  list: (name: string) =>
    `const int32_t ${name}_count = row.integer();\n  const auto* ${name} = static_cast<const int32_t*>(row.constant());`,
} as const;

/** `run` of one kernel: reads a row's parameters in the signature's order and calls. */
function runner(kernel: KernelName, inputs: number, counted: boolean): string {
  const { struct, loose = [], input, output, many, scratch } = signatureOf(kernel);
  const lines: string[] = [];
  const args: string[] = [];
  if (struct !== undefined) {
    lines.push(`kws::${struct.name} p{};`);
    lines.push(`row.fields(${struct.fields.map((field) => `p.${fieldName(field)}`).join(', ')});`);
    args.push('p');
  }
  for (const { field, as } of loose as readonly { field: string; as: keyof typeof LOOSE }[]) {
    const name = fieldName(field);
    lines.push(LOOSE[as](name));
    if (as === 'list') args.push(`${name}_count`);
    // A byte among the arguments, such as what padding is filled with.
    args.push(as === 'int' && input === 'uint8_t' ? `static_cast<uint8_t>(${name})` : name);
  }
  lines.push('row.operands();');
  if (many === 'inputs') args.push('row.inputs()');
  else for (let i = 0; i < inputs; i++) args.push(`row.input<${input}>(${i})`);
  args.push(many === 'outputs' ? 'row.outputs()' : `row.output<${output}>(0)`);
  if (scratch === true) args.push('row.scratch()');
  const call = `kws::kws_${kernel}(${args.join(', ')});`;
  lines.push(...(counted ? ['start_counter();', call, 'row.ticks = counter_ticks();'] : [call]));
  return `inline void row_${kernel}(Row& row) {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

/**
 * kernel_table.h for the kernels of these calls.
 * @param counted whether each call is counted
 */
export function kernelTable(
  calls: readonly { readonly kernel: KernelName; readonly inputs: readonly unknown[] }[],
  counted = false,
): string {
  const kernels = new Map(calls.map(({ kernel, inputs }) => [kernel, inputs.length]));
  const names = [...kernels.keys()].sort();
  return `#pragma once
${counted ? '\n#include "counter.h"' : ''}
#include "kernel_rows.h"

namespace kws_test {

${names.map((name) => runner(name, kernels.get(name)!, counted)).join('\n')}
constexpr Kernel kKernels[] = {
${names.map((name) => `    {"${name}", row_${name}},\n`).join('')}};

}  // namespace kws_test
`;
}
