/** What a proof says: plain values. */

/** Between samples and decisions, in this order; `firmware` and `constants` are what is compared without a clip. */
export type ProofStage =
  | 'firmware'
  | 'samples'
  | 'resampled'
  | 'frame'
  | 'input'
  | 'operator'
  | 'output'
  | 'smoothed'
  | 'decision'
  | 'constant';

/** Stages of a clip whose values are traced; the numbers of `kws::TraceStage`. */
export const TRACED_STAGES = [
  'samples',
  'resampled',
  'frame',
  'input',
  'operator',
  'output',
  'smoothed',
  'constant',
] as const;
export type TracedStage = (typeof TRACED_STAGES)[number];

/** Samples of a block; `kws::kTraceBlock`. */
export const BLOCK_SAMPLES = 256;

/** Where something differs. */
export interface Place {
  readonly stage: ProofStage;
  readonly clip?: string;
  /** Name of the model, from its input on. */
  readonly model?: string;
  /** Of the block of samples (from 0), the frame or the inference (from 1). */
  readonly number?: number;
  /** Audio time of it since reset. ms */
  readonly ms?: number;
  /** Number of the operator in the model file, what it is, and which of its outputs. */
  readonly operator?: { readonly index: number; readonly kind: string; readonly output: number };
  /** Element of the frame, the tensor or the constant; the sample of the clip. */
  readonly index?: number;
  /** Name of a constant. */
  readonly constant?: string;
  /** Values that differ, of how many. */
  readonly differing?: number;
  readonly of?: number;
}

export type CauseKind =
  | 'tool-version'
  | 'other-model'
  | 'other-front-end'
  | 'other-firmware'
  | 'dropped-samples'
  | 'doubled-samples'
  | 'front-end-table'
  | 'weights'
  | 'channel-order'
  | 'front-end-code'
  | 'input-code'
  | 'kernel'
  | 'runtime'
  | 'detector'
  | 'cutoff'
  | 'not-repeatable'
  | 'unknown';

/** What most likely made it so. */
export interface Cause {
  readonly kind: CauseKind;
  /** A sentence, and what to look at. */
  readonly text: string;
}

export type Value = number | string | null;

export interface ProofDifference extends Place {
  /** null where one of the two has nothing. */
  readonly host: Value;
  readonly board: Value;
  readonly cause: Cause;
}

/** Of one stage: what was compared. */
export interface StageCount {
  readonly stage: ProofStage;
  readonly compared: number;
}

export interface ProofReport {
  readonly board: string;
  readonly runtime: string;
  readonly build: string;
  readonly tool: string;
  /** How values came: whole through shared memory, or as digests over the serial line. */
  readonly through: 'memory' | 'serial';
  readonly equal: boolean;
  readonly clips: number;
  readonly audioSeconds: number;
  /** Up to the first difference. */
  readonly stages: readonly StageCount[];
  /** The first one. */
  readonly difference?: ProofDifference;
}
