/**
 * What the compiled runtime does, operator by operator, with every address known: the value between a
 * `Model` and C++ sources.
 *
 * Owns: the shape of a plan. Plain and serialisable.
 * Leaves to others: how it is found (`plan.ts`), what a kernel's parameters are (`kernels/call.ts`), how it
 * is written down (`emit/aot.ts`).
 */

import type { KernelName, KernelParams } from '../kernels/call.js';
import type { ElementType, OperatorKind } from '../model/types.js';

/** Everything in memory starts at a multiple of this many bytes. */
export const ALIGNMENT = 16;

/** A place in memory: the scratch arena, the streaming state, or constant data. */
export type BufferRef =
  | { readonly region: 'arena' | 'state'; readonly offset: number }
  | { readonly region: 'constant'; readonly constant: number; readonly offset: number };

/** Constant data, stored once however often it is used. */
export interface ConstantArray {
  readonly values: ConstantValues;
  /** What it is, for the reader of the generated file: `operator 3 filter`. */
  readonly label: string;
}
export type ConstantValues = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array;

export interface PlannedCallOf<K extends KernelName> {
  readonly kernel: K;
  readonly params: KernelParams[K];
  /** The kernel's data operands in the order of its arguments. */
  readonly inputs: readonly BufferRef[];
  readonly outputs: readonly BufferRef[];
}
export type PlannedCall = { readonly [K in KernelName]: PlannedCallOf<K> }[KernelName];

/** What one operator of the model became: nothing at all (a view), or one or several calls. */
export interface PlanStep {
  readonly operator: { readonly index: number; readonly kind: OperatorKind };
  /** Shapes in and out: `1x49x10x1 -> 1x25x5x64`. */
  readonly shapes: string;
  readonly calls: readonly PlannedCall[];
}

/** A block of the arena, live from the step that writes it first to the step that reads it last. */
export interface ArenaBlock {
  readonly tensors: readonly number[];
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  readonly offset: number;
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

export interface StatePlan {
  readonly bytes: number;
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

export interface ModelPlan {
  readonly name: string;
  readonly sha256: string;
  readonly steps: readonly PlanStep[];
  readonly constants: readonly ConstantArray[];
  readonly arena: ArenaPlan;
  readonly state: StatePlan;
  readonly input: TensorPlace;
  readonly output: TensorPlace;
  /** Bytes of constant data (flash), and of arena and state (RAM). */
  readonly cost: { readonly constantBytes: number; readonly ramBytes: number };
}
