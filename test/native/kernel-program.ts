/** The kernel rows on the host and on cores: lowered, laid out and run by one driver. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreTarget, type Target } from '../../src/boards/cores.js';
import type { KernelCall } from '../../src/lowering/call.js';
import { chooseKernel } from '../../src/lowering/choose.js';
import { inPlaceInputs } from '../../src/lowering/in-place.js';
import { lowerModel } from '../../src/lowering/lower.js';
import { createEngine } from '../../src/reference/engine.js';
import { type ArmCore, buildArm, runArm } from '../support/arm.js';
import { hex, kernelAnswers, kernelRow, kernelTable } from '../support/kernel-row.js';
import { buildNative, type NativeProgram, root, runNative } from '../support/native.js';
import { HOST_TARGETS, type HostTarget } from './aot.js';
import type { KernelTestRow } from './kernel-rows.js';

/** Where rows run: on a core, or on the host with the kernels of a target. */
export type Place = ArmCore | HostTarget;

const isHost = (place: Place): place is HostTarget => place in HOST_TARGETS;

export function targetOf(place: Place): Target {
  if (isHost(place)) return HOST_TARGETS[place];
  return coreTarget(place === 'cortex-m4' ? 'cortex-m4f' : place);
}

export interface LoweredRow {
  readonly name: string;
  readonly call: KernelCall;
  readonly line: string;
  /** Of the reference engine, in hex; empty where only the cost is asked for. */
  readonly expected: readonly string[];
}

/**
 * The row as `place` computes it, several times: as it is, with operands that are not aligned, and once for every
 * input that the output may replace.
 */
export function lowerRow({ name, model, inputs }: KernelTestRow, place: Place): readonly LoweredRow[] {
  const call = chooseKernel(lowerModel(model)[0]!, targetOf(place));
  const expected = createEngine(model).invoke(inputs);
  const outputBytes = expected.map(({ byteLength }) => byteLength);
  // A constant operand, as alpha of PRELU is, is data like the others.
  const operands = call.inputs.map(({ id }) => inputs[model.inputs.indexOf(id)] ?? model.tensors[id]!.data!);
  const real = [...operands, ...expected].some((values) => values instanceof Float32Array);
  const variants = [
    { about: '', alias: -1, offset: 0 },
    { about: ', not aligned', alias: -1, offset: real ? 4 : 1 },
    ...inPlaceInputs(call).map((alias) => ({ about: `, over input ${alias}`, alias, offset: 0 })),
  ];
  return variants.map(({ about, alias, offset }) => ({
    name: `${name}${about}`,
    call,
    line: kernelRow({ call, inputs: operands, outputBytes, alias, offset }),
    expected: expected.map(hex),
  }));
}

const drivers = join(root, 'test', 'native', 'drivers');

const driver = (name: string) => join(drivers, `${name}.cpp`);
const COMMON = ['kernel_rows_main', 'plan_rows', 'block', 'text'].map(driver);

type Called = Pick<KernelCall, 'kernel'> & { readonly inputs: readonly unknown[] };

function program(calls: readonly Called[], counted = false): NativeProgram {
  const table = kernelTable(calls, counted);
  const hash = createHash('sha256').update(table).digest('hex').slice(0, 16);
  const folder = join(root, '.cache', 'generated', `kernels-${hash}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel_table.h'), table);
  return {
    name: 'kernel-rows',
    libraries: ['kws_kernels'],
    kernels: new Set(calls.map(({ kernel }) => kernel)),
    sources: [driver('kernel_rows')],
    commonSources: COMMON,
    includes: [drivers],
    ownIncludes: [folder],
  };
}

/** What `place` answers to lines for the driver that name the kernels of `calls`. */
export async function runLines(
  lines: readonly string[],
  calls: readonly Called[],
  place: Place,
): Promise<readonly (readonly string[])[]> {
  const input = lines.map((line) => `${line}\n`).join('');
  if (isHost(place)) return kernelAnswers(await runNative(await buildNative(program(calls)), input));
  const executable = await buildArm(program(calls), place);
  return kernelAnswers(await runArm(executable, place, Buffer.from(input)));
}

/** Of the counters that `kws_machine.h` of the virtual boards knows, those of other machines than the MPS2's. */
const MACHINES: Partial<Record<ArmCore, string>> = { 'cortex-m33': 'AN505', 'cortex-m55': 'AN547' };
const NS_PER_TICK: Partial<Record<ArmCore, number>> = { 'cortex-m33': 50, 'cortex-m55': 31.25 };
const NS_PER_INSTRUCTION = 64;

/** Instructions that a core takes for the kernel of each row. */
export async function countRows(rows: readonly LoweredRow[], core: ArmCore): Promise<readonly number[]> {
  const machine = MACHINES[core];
  const counted = program(
    rows.map(({ call }) => call),
    true,
  );
  const executable = await buildArm(
    {
      ...counted,
      name: 'kernel-costs',
      sources: [...counted.sources, driver('counter')],
      ownIncludes: [...counted.ownIncludes!, join(root, 'templates', 'platform-virtual', 'machine')],
      flags: ['-DKWS_TEST_COUNT=1', ...(machine === undefined ? [] : [`-DKWS_MACHINE_${machine}=1`])],
    },
    core,
  );
  const input = rows.map(({ line }) => `${line}\n`).join('');
  const answers = kernelAnswers(await runArm(executable, core, Buffer.from(input), true));
  return answers.map(([ticks, ...outputs], i) => {
    const { name, expected } = rows[i]!;
    if (expected.length > 0 && outputs.join(' ') !== expected.join(' '))
      throw new Error(`${name} on ${core}: a wrong result`);
    return Math.round((Number(ticks) * (NS_PER_TICK[core] ?? 40)) / NS_PER_INSTRUCTION);
  });
}

/** What `place` answers to each row. */
export function runRows(rows: readonly LoweredRow[], place: Place): ReturnType<typeof runLines> {
  return runLines(
    rows.map(({ line }) => line),
    rows.map(({ call }) => call),
    place,
  );
}
