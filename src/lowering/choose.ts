/**
 * The kernel that computes a call on a target: the canonical call, or a faster one with the same result.
 *
 * `lowerModel` gives canonical calls: the reference engine interprets them, and every core runs them. Here a call
 * may be replaced by one to a kernel that an instruction set is fast with; its constants are laid out here, on the
 * host, as that kernel reads them. Owns: which instruction set prefers which kernel. Leaves to others: what a call
 * means (`lower.ts`), which sources are copied (`emit/libraries.ts` follows the names that are called).
 */
import type { InstructionSet, Target } from '../boards/cores.js';
import type { CallOf, KernelCall, KernelName } from './call.js';
import * as dsp from './dsp/choices.js';
import * as helium from './helium/choices.js';
import * as scalar from './scalar/choices.js';

/** A call with the same result on the same operands; undefined where the kernel does not fit the call. */
type KernelChoice<K extends KernelName> = (call: CallOf<K>, target: Target) => KernelCall | undefined;

type Choices = { readonly [K in KernelName]?: readonly KernelChoice<K>[] };

/** The first that fits is taken. */
const PORTABLE: Choices = {};
const SCALAR: Choices = {
  conv_2d_s8: [scalar.chooseConv2d],
  depthwise_conv_2d_s8: [scalar.chooseDepthwiseConv2d],
  fully_connected_s8: [scalar.chooseFullyConnected],
};
const DSP: Choices = {
  conv_2d_s8: [dsp.chooseConv2d],
  depthwise_conv_2d_s8: [dsp.chooseDepthwiseConv2d],
  fully_connected_s8: [dsp.chooseFullyConnected],
};
/** A core with Helium has the DSP extension, too. */
const HELIUM: Choices = {
  conv_2d_s8: [helium.chooseConv2d, dsp.chooseConv2d],
  depthwise_conv_2d_s8: [helium.chooseDepthwiseConv2d, dsp.chooseDepthwiseConv2d],
  fully_connected_s8: [helium.chooseFullyConnected, dsp.chooseFullyConnected],
};

const CHOICES: Readonly<Record<InstructionSet, Choices>> = {
  thumb1: SCALAR,
  thumb2: SCALAR,
  dsp: DSP,
  helium: HELIUM,
  xtensa: SCALAR,
  riscv: SCALAR,
  host: PORTABLE,
};

/** What `target` runs in place of a canonical call. */
export function chooseKernel(call: KernelCall, target: Target): KernelCall {
  const choices = CHOICES[target.instructionSet][call.kernel] as readonly KernelChoice<never>[] | undefined;
  for (const choice of choices ?? []) {
    const chosen = choice(call as never, target);
    if (chosen !== undefined) return chosen;
  }
  return call;
}
