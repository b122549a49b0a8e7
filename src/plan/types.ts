/**
 * What the compiled runtime does, operator by operator, with every address known: the value between a
 * `Model` and C++ sources.
 *
 * Owns: the shape of a plan. Plain and serialisable.
 * Leaves to others: how it is found (`plan.ts`), what a kernel's parameters are (`kernels/call.ts`), how it
 * is written down (`emit/aot.ts`).
 */

import type { KernelName, KernelParams } from '../lowering/call.js';
import type { ElementType, OperatorKind } from '../model/types.js';

/** Everything in memory starts at a multiple of this many bytes. */
export const ALIGNMENT = 16;

/** A place in memory: the scratch arena, the streaming state, a ring's window onto it, or constant data. */
export type BufferRef =
  | { readonly region: 'ring'; readonly ring: number; readonly offset: number }
  | { readonly region: 'arena' | 'state'; readonly offset: number }
  | { readonly region: 'constant'; readonly constant: number; readonly offset: number };

/** Constant data, stored once however often it is used. */
export interface ConstantArray {
  readonly values: ConstantValues;
  /** What it is, for the reader of the generated file: `operator 3 filter`. */
  readonly label: string;
}
export type ConstantValues = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array;

interface PlannedCallOf<K extends KernelName> {
  readonly kernel: K;
  readonly params: KernelParams[K];
  /** The kernel's data operands in the order of its arguments. */
  readonly inputs: readonly BufferRef[];
  readonly outputs: readonly BufferRef[];
  /** Memory that is the kernel's while it runs. */
  readonly scratch?: BufferRef;
  /** Made `count` times, the last first: operands of call i begin i steps further. */
  readonly repeat?: { readonly count: number; readonly inputStep: number; readonly outputStep: number };
}
export type PlannedCall = { readonly [K in KernelName]: PlannedCallOf<K> }[KernelName];

/** What one operator of the model became: nothing at all (a view), or one or several calls. */
export interface PlanStep {
  readonly operator: { readonly index: number; readonly kind: OperatorKind };
  /** Shapes in and out: `1x49x10x1 -> 1x25x5x64`. */
  readonly shapes: string;
  readonly calls: readonly PlannedCall[];
  /** What of its outputs is whole and in place once the calls are made: what a proof can read there. */
  readonly results: readonly ResultPlace[];
}

/** An output of an operator, or the rows of it that a hop computes. */
export interface ResultPlace {
  /** Which of the operator's outputs. */
  readonly output: number;
  /** Of these bytes. */
  readonly ref: BufferRef;
  /** Of these bytes in the output. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * An output that may overlap its input, block `block`, while its kernel runs: it begins `below` bytes or more
 * under it, or, where the call can be made in pieces, `above` bytes or more over it.
 */
export interface Overlap {
  readonly block: number;
  readonly below: number;
  readonly above?: number;
}

/**
 * A block of the arena, live from the step that writes it first to the step that reads it last. One without
 * tensors is a kernel's scratch memory.
 */
export interface ArenaBlock {
  readonly tensors: readonly number[];
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  readonly offset: number;
  readonly over?: Overlap;
}

export interface ArenaPlan {
  readonly bytes: number;
  /** The most that is live at one step: no arrangement of these blocks is smaller. */
  readonly lowerBound: number;
  readonly blocks: readonly ArenaBlock[];
}

/** How a part of the state comes to its value after a reset. */
export type StateReset =
  | { readonly kind: 'fill'; readonly offset: number; readonly bytes: number; readonly value: number }
  | { readonly kind: 'copy'; readonly offset: number; readonly bytes: number; readonly constant: number };

/**
 * State whose window moves: `edge` bytes, `kept` bytes and `shift` new ones, of `capacity` bytes from `offset` on.
 * That of a variable moves after each inference, that of a sliding window before those at a hop.
 */
export interface RingPlan {
  readonly variable?: number;
  readonly offset: number;
  readonly capacity: number;
  /** 2: a second ring of the same size follows, and both take turns, inference by inference. */
  readonly turns: number;
  readonly edge: number;
  readonly kept: number;
  readonly shift: number;
}

export interface StatePlan {
  readonly bytes: number;
  readonly rings: readonly RingPlan[];
  /** Offset per variable of the model; absent where nothing reads or assigns it. */
  readonly offsets: readonly (number | undefined)[];
  readonly resets: readonly StateReset[];
}

/** The model's input or output as the application sees it. */
export interface TensorPlace {
  readonly tensor: number;
  readonly ref: BufferRef;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly count: number;
  /** 1 and 0 for float tensors. */
  readonly scale: number;
  readonly zeroPoint: number;
}

/** An inference whose window is that of the inference before, moved on by a hop: what of it is computed. */
export interface SlidingPlan {
  readonly frames: number;
  readonly hop: number;
  /** One per operator, as those of a whole inference, which must come first. */
  readonly steps: readonly PlanStep[];
  /** So many inferences are whole before the first that is not. */
  readonly reachesBack: number;
  /** Multiply-accumulates of a whole inference and at a hop. */
  readonly macs: { readonly whole: number; readonly hop: number };
  /** What stops rows from being followed further. */
  readonly limits: readonly string[];
}

export interface ModelPlan {
  readonly name: string;
  readonly sha256: string;
  readonly steps: readonly PlanStep[];
  readonly constants: readonly ConstantArray[];
  readonly arena: ArenaPlan;
  readonly state: StatePlan;
  readonly input: TensorPlace;
  readonly output: TensorPlace;
  /** What a hop computes, for models whose window slides. */
  readonly sliding?: SlidingPlan;
  /** Bytes of constant data (flash), and of arena and state (RAM). */
  readonly cost: { readonly constantBytes: number; readonly ramBytes: number };
}
