/**
 * A project once everything named in kws.json is read and checked: what `emit/`, `evaluate/` and the
 * commands work on.
 */
import type { DetectorSpec } from '../detector/spec.js';
import type { FrontendSpec } from '../frontend/spec.js';
import type { Int8Model, Model } from '../model/types.js';

/** How windows that slide are computed. */
type Incremental = 'auto' | 'on' | 'off';

/** @typeParam M `Int8Model`: firmware can be made of it; `Model`: it may be float, to be looked at */
export interface ResolvedModel<M extends Model = Int8Model> {
  /** Unique in the project; letters, digits, `_`, `-`, `.`. */
  readonly name: string;
  readonly model: M;
  /** One per model output. */
  readonly labels: readonly string[];
  readonly detector: DetectorSpec;
  /** Feature steps from one inference to the next; a streaming model's equals its input frames. */
  readonly hop: number;
  /** Whether windows are computed anew at every hop (`off`), or only what is new, `auto` where that is worth it. */
  readonly incremental?: Incremental;
  /** What its microWakeWord manifest says beside all this, as it is written there. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

/** What a detection of one output starts. */
export interface ResolvedAction {
  /** Number of the model in the project, and of its label. */
  readonly model: number;
  readonly label: number;
  readonly effect: PinEffect | { readonly text: string };
  /** Its place in the list of kws.json, for messages. */
  readonly entry: number;
}

export interface PinEffect {
  readonly pin: string | number;
  readonly level: 'high' | 'low' | 'toggle';
  /** 0: for good. */
  readonly ms: number;
  readonly pulses: number;
}

/** What the main loop of the firmware does while there is nothing to do. */
export const SLEEP_POLICIES = ['off', 'light', 'deep'] as const;
export type SleepPolicy = (typeof SLEEP_POLICIES)[number];

/** Whose format scores can be printed in, beside the protocol's. */
export const SCORE_TEXTS = ['edge-impulse'] as const;

/** What the serial line speaks beside the protocol. */
export interface ResolvedSerial {
  /** The commands of the MLPerf Tiny benchmark: what it calls the model, and that model's number in the project. */
  readonly mlperfTiny?: { readonly benchmark: string; readonly model: number };
  readonly text?: (typeof SCORE_TEXTS)[number];
}

/** A file of the project's own code for the device. */
export interface DeviceFile {
  /** Inside of its folder, with `/`. */
  readonly path: string;
  /** Absolute. */
  readonly from: string;
}

export interface ResolvedProject<M extends Model = Int8Model> {
  readonly name: string;
  readonly frontend: FrontendSpec;
  /** Wake-word models first, in the order of kws.json; the gate, if any, last. */
  readonly models: readonly ResolvedModel<M>[];
  /** Name of the voice-activity model without whose consent nothing is detected. */
  readonly gate?: string;
  /** In the order of kws.json; one that several models start is there for each. */
  readonly actions?: readonly ResolvedAction[];
  readonly serial?: ResolvedSerial;
  /** Absent: light. */
  readonly sleep?: SleepPolicy;
  /** Code that is compiled with the firmware. */
  readonly deviceFiles?: readonly DeviceFile[];
}
