/**
 * The reference engine on the kernel rows against TensorFlow Lite Micro's interpreter, as recorded in
 * test/golden/kernel-rows.json (`npm run golden kernels`).
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { KERNEL_ROWS, type KernelTestRow } from '../native/kernel-rows.js';
import { row } from '../native/rows/draw.js';
import { functions } from '../native/rows/values.js';
import { convolutions, pools } from '../native/rows/weights.js';
import { hex } from '../support/kernel-row.js';
import { oneOperator } from '../support/small-model.js';

interface Golden {
  readonly rows: Readonly<Record<string, string | null>>;
}

const contents = ({ name, model, inputs }: KernelTestRow) => [
  name,
  hex(writeModel(model)),
  ...inputs.map(hex),
];

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
  expect(Object.keys(golden.rows).sort()).toEqual(ROWS.map(({ name }) => name).sort());
  const answered = Object.values(golden.rows).filter((digest) => digest !== null);
  expect(answered.length).toBeGreaterThan(330);
});

test('a row that is inserted changes no other', () => {
  const inserted = row('RELU of five', (draw) =>
    oneOperator('RELU', {}, [{ shape: [5], affine: draw.affine() }], [{ shape: [5], affine: draw.affine() }]),
  );
  const before = new Map(KERNEL_ROWS.map((old) => [old.name, old]));
  const after = [inserted, ...functions(), ...pools(), ...convolutions()];
  expect(after.filter((made) => before.has(made.name)).map(contents)).toEqual(
    after.slice(1).map(({ name }) => contents(before.get(name)!)),
  );
});

test.each(ROWS.map((row) => ({ ...row, digest: golden.rows[row.name] ?? null })))(
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
