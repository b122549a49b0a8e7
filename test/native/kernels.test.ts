/** The device's kernels, compiled for the host with sanitizers, against the reference engine. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { inPlaceInputs } from '../../src/kernels/in-place.js';
import { lowerModel } from '../../src/kernels/lower.js';
import { createEngine } from '../../src/reference/engine.js';
import { hex, kernelAnswers, kernelRow } from '../support/kernel-row.js';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';
import { KERNEL_ROWS, type KernelTestRow } from './kernel-rows.js';

const drivers = join(root, 'test', 'native', 'drivers');

/** The row as it is, and once for every input that the output may replace. */
function variants({ name, model, inputs }: KernelTestRow) {
  const [call] = lowerModel(model);
  const expected = createEngine(model).invoke(inputs);
  const outputBytes = expected.map(({ byteLength }) => byteLength);
  const operands = call!.inputs.map(({ id }) => inputs[model.inputs.indexOf(id)]!);
  const aliases = [-1, ...inPlaceInputs(call!)];
  return aliases.map((alias) => ({
    name: alias < 0 ? name : `${name}, over input ${alias}`,
    line: kernelRow(call!, operands, outputBytes, alias),
    expected: expected.map(hex),
  }));
}

const rows = KERNEL_ROWS.flatMap(variants);
let answers: readonly (readonly string[])[] = [];

beforeAll(async () => {
  const executable = await buildNative({
    name: 'kernel-rows',
    libraries: ['kws_kernels'],
    sources: [join(drivers, 'kernel_rows.cpp'), join(drivers, 'kernel_rows_main.cpp')],
    includes: [drivers],
  });
  answers = kernelAnswers(await runNative(executable, rows.map(({ line }) => line).join('\n')));
});

test.each(rows.map((row, i) => ({ ...row, i })))('$name', ({ i, expected }) => {
  expect(answers[i]).toEqual(expected);
});

test('rows show something: most outputs are neither all clamped nor all equal', () => {
  const distinct = KERNEL_ROWS.map(({ model, inputs }) =>
    Array.from(createEngine(model).invoke(inputs)[0] as Int8Array),
  )
    .filter((output) => output.length >= 8)
    .map((output) => new Set(output).size);
  expect(distinct.filter((values) => values > 2).length).toBeGreaterThan(0.7 * distinct.length);
});

describe('parameter records follow the structs of the header', () => {
  const header = readFileSync(
    join(libraryRoot, 'kws_kernels', 'include', 'kws_kernels', 'kws_kernels.h'),
    'utf8',
  );

  /** Names of a struct's members in order. */
  function members(struct: string): readonly string[] {
    const body = new RegExp(`struct ${struct} \\{([^}]*)\\}`).exec(header)![1]!.replace(/\/\/.*$/gm, '');
    return body
      .split(';')
      .flatMap((declaration) =>
        declaration
          .trim()
          .split(/[,\s]+/)
          .slice(declaration.trim().startsWith('const ') ? 2 : 1),
      )
      .map((name) => name.replace(/\[\d+\]|\*/g, ''))
      .filter((name) => name !== '');
  }

  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const STRUCTS: Readonly<Record<string, string>> = {
    conv_2d_s8: 'Conv2dS8',
    depthwise_conv_2d_s8: 'DepthwiseConv2dS8',
    fully_connected_s8: 'FullyConnectedS8',
    average_pool_2d_s8: 'Pool2dS8',
    softmax_s8: 'SoftmaxS8',
    add_s8: 'AddS8',
    mul_s8: 'MulS8',
    mean_s8: 'MeanS8',
    pad_8: 'Pad4',
    requantize_s8_s8: 'Requantize',
    quantize_f32_s8: 'Affine',
    strided_slice_8: 'StridedSlice4',
  };

  test.each(Object.entries(STRUCTS))('%s', (kernel, struct) => {
    const call = KERNEL_ROWS.map(({ model }) => lowerModel(model)[0]!).find((c) => c.kernel === kernel)!;
    // The byte that PAD fills with is an argument of its own.
    const fields = Object.keys(call.params).filter((field) => kernel !== 'pad_8' || field !== 'value');
    expect(fields.map(snake)).toEqual(members(struct));
  });
});
