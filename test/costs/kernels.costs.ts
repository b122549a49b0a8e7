/**
 * `npm run costs`: counts the kernels of every instruction set that a virtual board has, on shapes of the kernel rows
 * and of the example's and the golden models' operators, and writes the fitted costs to src/estimate/kernel-costs.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { costName, workOf } from '../../src/estimate/work.js';
import type { KernelCall } from '../../src/lowering/call.js';
import { chooseKernel } from '../../src/lowering/choose.js';
import { lowerModel } from '../../src/lowering/lower.js';
import { tensorBytes } from '../../src/model/elements.js';
import type { Model } from '../../src/model/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { countRows, type LoweredRow, lowerRow, targetOf } from '../native/kernel-program.js';
import { KERNEL_ROWS } from '../native/kernel-rows.js';
import { Draw } from '../native/rows/draw.js';
import type { ArmCore } from '../support/arm.js';
import { GOLDEN_MODELS, goldenModel } from '../support/golden-models.js';
import { kernelRow } from '../support/kernel-row.js';
import { root } from '../support/native.js';
import { sharedData } from '../support/shared-data.js';
import { fitCosts, type Sample, total } from './fit.js';

const CORES = {
  thumb1: 'cortex-m0plus',
  thumb2: 'cortex-m3',
  dsp: 'cortex-m4',
  helium: 'cortex-m55',
} as const satisfies Readonly<Record<string, ArmCore>>;

const WEIGHTED = /^(conv|depthwise|fully)/;

const example = join(root, 'examples', 'chirp', 'chirp.tflite');
const MODELS: readonly { readonly name: string; readonly model: Model }[] = [
  { name: 'chirp', model: openModel(readFileSync(example), 'chirp.tflite') },
  ...(sharedData === undefined ? [] : GOLDEN_MODELS.map(goldenModel)),
];

/** A row of a call with data drawn from its name; what it must answer is not looked at. */
function operatorRow(name: string, model: Model, call: KernelCall): LoweredRow {
  const draw = new Draw(name);
  const bytesOf = ({ kind, id }: KernelCall['inputs'][number]): number =>
    tensorBytes(kind === 'tensor' ? model.tensors[id]! : model.variables[id]!);
  const inputs = call.inputs.map((operand) => draw.activations(bytesOf(operand)));
  return {
    name,
    call,
    line: kernelRow({ call, inputs, outputBytes: call.outputs.map(bytesOf) }),
    expected: [],
  };
}

function operatorRows(core: ArmCore): readonly LoweredRow[] {
  return MODELS.flatMap(({ name, model }) =>
    lowerModel(model).map((call, i) =>
      operatorRow(`${name} ${i}`, model, chooseKernel(call, targetOf(core))),
    ),
  );
}

const written: Record<string, unknown> = {};
/** Operators of models on the Cortex-M4. */
const counted: (Sample & { readonly name: string })[] = [];

describe.each(Object.entries(CORES))('%s', (instructionSet, core) => {
  test('kernels', async () => {
    // The small memory of one machine holds what a line of text becomes.
    const operators = operatorRows(core);
    const rows = [...operators, ...KERNEL_ROWS.map((row) => lowerRow(row, core)[0]!)];
    const counts = await countRows(rows, core);
    const samples = rows.map(({ name, call }, i): Sample & { readonly name: string } => ({
      name,
      kernel: costName(call),
      work: workOf(call),
      instructions: counts[i]!,
      real: i < operators.length,
    }));
    const costs = fitCosts(samples);
    for (const { name } of MODELS) {
      const own = samples.filter((sample) => sample.name.startsWith(`${name} `));
      const [estimated, measured] = [total(own, costs), own.reduce((sum, one) => sum + one.instructions, 0)];
      const off = `${(((estimated - measured) / measured) * 100).toFixed(1)} %`;
      process.stdout.write(`${instructionSet} ${name}: ${measured} measured, ${off}\n`);
    }
    written[instructionSet] = costs;
    if (instructionSet === 'dsp') counted.push(...samples.filter(({ real }) => real));
  }, 600_000);
});

test('is written', () => {
  const line = (kernel: string, costs: readonly number[]) =>
    `    ${kernel.includes(' ') ? `'${kernel}'` : kernel}: [${costs.join(', ')}],\n`;
  const sets = Object.entries(written).map(
    ([name, costs]) =>
      `  ${name}: {\n${Object.entries(costs as Record<string, readonly number[]>)
        .map(([kernel, list]) => line(kernel, list))
        .join('')}  },\n`,
  );
  const text = `/**
 * Instructions that kernels take, fitted to counts on virtual boards. Written by \`npm run costs\`; do not edit.
 */
import type { InstructionSet } from '../boards/cores.js';
import type { CostName } from './work.js';

/** What the amounts of a call's work (\`work.ts\`) are multiplied with. */
type KernelCost = readonly [perCall: number, perValue: number, perRun: number, perStep: number];

type Costs = Readonly<Partial<Record<CostName, KernelCost>>>;

/** An instruction set that no virtual board has is not here. */
export const KERNEL_COSTS: Partial<Readonly<Record<InstructionSet, Costs>>> = {
${sets.join('')}};
`;
  writeFileSync(join(root, 'src', 'estimate', 'kernel-costs.ts'), text);
});

test('the document shows instructions per multiply-accumulate', () => {
  const rows = MODELS.flatMap(({ name }) => {
    const own = counted.filter((sample) => sample.name.startsWith(`${name} `));
    return [...new Set(own.map(({ kernel }) => kernel))].map((kernel) => {
      const calls = own.filter((sample) => sample.kernel === kernel);
      const sum = (pick: (sample: Sample) => number) => calls.reduce((all, one) => all + pick(one), 0);
      const instructions = sum((one) => one.instructions);
      const macs = WEIGHTED.test(kernel) ? sum(({ work }) => work.steps) : 0;
      return [
        name,
        `\`${kernel}\``,
        String(calls.length),
        macs === 0 ? '–' : macs.toLocaleString('en'),
        instructions.toLocaleString('en'),
        macs === 0 ? '–' : (instructions / macs).toFixed(2),
      ];
    });
  });
  if (sharedData === undefined) return;
  const head = ['model', 'kernel', 'operators', 'MACs', 'instructions', 'per MAC'];
  const lines = [head, head.map((_, i) => (i < 2 ? '---' : '---:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  const file = join(root, 'docs', 'benchmarks.md');
  const section = /(<!-- begin operators -->\n\n)[\s\S]*?(\n\n<!-- end operators -->)/;
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(section);
  writeFileSync(
    file,
    text.replace(section, (_, begin: string, end: string) => `${begin}${lines.join('\n')}${end}`),
  );
});
