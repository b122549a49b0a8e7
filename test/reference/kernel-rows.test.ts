/**
 * The reference engine on the kernel rows against TensorFlow Lite Micro's interpreter, as recorded in
 * test/golden/kernel-rows.json (test/golden/make_kernel_rows.py says how).
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { KERNEL_ROWS } from '../native/kernel-rows.js';
import { hex } from '../support/kernel-row.js';

interface Golden {
  readonly rows: readonly (readonly [name: string, digest: string | null])[];
}

const ROWS = KERNEL_ROWS.filter(({ ours }) => ours !== true);

const dump = process.env.KWS_DUMP_ROWS;
if (dump !== undefined)
  writeFileSync(
    dump,
    JSON.stringify(
      ROWS.map(({ name, model, inputs }) => ({
        name,
        tflite: hex(writeModel(model)),
        inputs: model.inputs.map((id, i) => ({
          type: model.tensors[id]!.type,
          shape: model.tensors[id]!.shape,
          hex: hex(inputs[i]!),
        })),
        outputs: model.outputs.length,
      })),
    ),
  );

const golden = JSON.parse(
  readFileSync(new URL('../golden/kernel-rows.json', import.meta.url), 'utf8'),
) as Golden;

test('the golden file has these rows', () => {
  expect(golden.rows.map(([name]) => name)).toEqual(ROWS.map(({ name }) => name));
  expect(golden.rows.filter(([, digest]) => digest !== null).length).toBeGreaterThan(330);
});

test.each(ROWS.map((row, i) => ({ ...row, digest: golden.rows[i]?.[1] })))(
  '$name',
  ({ model, inputs, digest }) => {
    const outputs = createEngine(model).invoke(inputs);
    expect(outputs).toHaveLength(model.outputs.length);
    // Refused by the interpreter: float32 to uint8, for one.
    if (digest === null) return;
    const hash = createHash('sha256');
    for (const output of outputs) hash.update(output);
    expect(hash.digest('hex').slice(0, 16)).toBe(digest);
  },
);
