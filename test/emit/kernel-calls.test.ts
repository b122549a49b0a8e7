/** The table of kernel signatures says what kws_kernels.h says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fieldName,
  KERNEL_SIGNATURES,
  type KernelSignature,
  NESTED_FIELDS,
} from '../../src/emit/kernel-calls.js';
import { libraryRoot } from '../support/native.js';

const header = readFileSync(
  join(libraryRoot, 'kws_kernels', 'include', 'kws_kernels', 'kws_kernels.h'),
  'utf8',
)
  .replace(/\/\/.*/g, '')
  .replace(/\s+/g, ' ');

/** Field names of a struct, in order. */
function fieldsOf(struct: string): string[] {
  const body = new RegExp(`struct ${struct} \\{(.*?)\\};`).exec(header)?.[1];
  expect(body, `struct ${struct}`).toBeDefined();
  return body!
    .split(';')
    .flatMap((line) => line.split(','))
    .map((field) => /(\w+)(\[\d+\])? *$/.exec(field.trim())?.[1])
    .filter((name) => name !== undefined);
}

/** Parameter types of a kernel, in order, without names. */
function parametersOf(kernel: string): string[] {
  const list = new RegExp(`void kws_${kernel}\\((.*?)\\)`).exec(header)?.[1];
  expect(list, `kws_${kernel}`).toBeDefined();
  return list!.split(',').map((parameter) => parameter.trim().replace(/ ?\w+$/, ''));
}

describe('kws_kernels.h', () => {
  test.each(Object.entries(KERNEL_SIGNATURES) as [string, KernelSignature<'copy'>][])(
    '%s',
    (kernel, { struct, loose = [], input, output, many, scratch }) => {
      const expected: string[] = [];
      if (struct !== undefined) {
        expect((struct.fields as readonly string[]).map(fieldName)).toEqual(fieldsOf(struct.name));
        expected.push(`const ${struct.name}&`);
      }
      const parameters = parametersOf(kernel);
      for (const { as } of loose) {
        if (as === 'array') expected.push('const int8_t*');
        else if (as === 'list') expected.push('int32_t', 'const int32_t*');
        else expected.push(parameters[expected.length] === 'uint8_t' ? 'uint8_t' : 'int32_t');
      }
      // What broadcasts (Broadcast4) has two of them.
      const broadcasts = (struct?.fields as readonly string[] | undefined)?.includes('shape') === true;
      const inputs = broadcasts ? 2 : 1;
      for (let i = 0; i < inputs; i++)
        expected.push(many === 'inputs' ? 'const void* const*' : `const ${input}*`);
      expected.push(many === 'outputs' ? 'void* const*' : `${output}*`);
      if (scratch === true) expected.push('int8_t*');
      expect(parameters).toEqual(expected);
    },
  );

  test('every kernel of the header is in the table', () => {
    const declared = [...header.matchAll(/void kws_(\w+)\(/g)].map((match) => match[1]!);
    expect(declared.sort()).toEqual(Object.keys(KERNEL_SIGNATURES).sort());
  });

  test('nested structs', () => {
    expect(NESTED_FIELDS.map((fields) => fields.map(fieldName))).toEqual([
      fieldsOf('Requant'),
      fieldsOf('Broadcast4'),
    ]);
  });
});
