/**
 * Instructions of an inference, before anything is compiled.
 *
 * Owns: the sum over kernels and operators. Leaves to others: fitted costs (`kernel-costs.ts`), amounts (`work.ts`).
 */
import type { InstructionSet } from '../boards/cores.js';
import type { KernelCall, KernelName, KernelParams } from '../lowering/call.js';
import { countedAs } from './counted-as.js';
import { KERNEL_COSTS } from './kernel-costs.js';
import { costNames, workOf } from './work.js';

/** A call, planned or not. */
interface CountedCall {
  readonly kernel: KernelName;
  readonly params: KernelParams[KernelName];
  readonly repeat?: { readonly count: number } | undefined;
}

/**
 * Of the compiled runtime. Undefined for instruction sets whose kernels nobody counted.
 *
 * @param steps of a plan, with the kernels that its target runs
 */
export function compiledInstructions(
  steps: readonly { readonly calls: readonly CountedCall[] }[],
  instructionSet: InstructionSet,
): number | undefined {
  const costs = KERNEL_COSTS[countedAs(instructionSet)];
  if (costs === undefined) return undefined;
  let instructions = 0;
  for (const call of steps.flatMap(({ calls }) => calls)) {
    const cost = costNames(call)
      .map((name) => costs[name])
      .find((one) => one !== undefined);
    if (cost === undefined) return undefined;
    const { calls, values, runs, steps } = workOf(call, call.repeat?.count);
    instructions += calls * cost[0] + values * cost[1] + runs * cost[2] + steps * cost[3];
  }
  return Math.round(instructions);
}

/** Of an operator in the interpreter, whatever it does. */
const PER_OPERATOR = 700;
/** Per value of an operator without weights; per byte that is only moved. */
const PER_VALUE = 12;
const PER_BYTE = 2;
const WEIGHTED = /^(conv|depthwise|fully)/;
const MOVING = /^(concat|split|copy|strided_slice|pad|transpose)/;

/**
 * Per multiply-accumulate of TensorFlow Lite Micro with CMSIS-NN, from counts on a virtual Cortex-M4
 * (docs/benchmarks.md): few input channels, many pixels, a single one.
 */
function fastPerMac({ kernel, params }: KernelCall): number {
  const p = params as unknown as Readonly<Record<string, number>>;
  if (kernel === 'fully_connected_s8') return 1.6;
  const pixels = p.outH! * p.outW!;
  if (kernel === 'depthwise_conv_2d_s8') return p.inC === 1 ? 4.4 : pixels > 8 ? 8.5 : 11;
  if (p.inC! < 4) return 3.5;
  return pixels > 1 ? 2.5 : 4;
}

/** The same of its portable kernels. */
const portablePerMac = ({ kernel }: KernelCall): number => (kernel === 'depthwise_conv_2d_s8' ? 21 : 14);

/**
 * Of TensorFlow Lite Micro's interpreter, rougher than those of the compiled runtime: with CMSIS-NN where there is
 * the DSP extension, with its portable kernels elsewhere. Undefined for instruction sets on which nobody counted:
 * an ESP32's kernels (ESP-NN) are neither of both.
 *
 * @param calls canonical, one per operator
 */
export function interpretedInstructions(
  calls: readonly KernelCall[],
  instructionSet: InstructionSet,
): number | undefined {
  if (KERNEL_COSTS[instructionSet] === undefined) return undefined;
  const perMac = instructionSet === 'dsp' || instructionSet === 'helium' ? fastPerMac : portablePerMac;
  const instructions = calls.map((call) => {
    const { steps, values } = workOf(call);
    if (WEIGHTED.test(call.kernel)) return steps * perMac(call);
    return MOVING.test(call.kernel)
      ? PER_BYTE * Math.max(values, steps)
      : PER_VALUE * Math.max(values, steps);
  });
  return Math.round(instructions.reduce((sum, one) => sum + one + PER_OPERATOR, 0));
}
