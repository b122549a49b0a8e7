/** What training is asked for, and what comes of it. Plain and serialisable. */
import type { Problem } from '../diagnostics/errors.js';
import type { TrainFrontend } from './frontends.js';
import type { NetworkKind, NetworkSize } from './network.js';

export interface TrainRequest {
  /** What is to be heard, as it is written. */
  readonly word: string;
  /** Other ways to write it so that voices say it right; the word itself unless given. */
  readonly spellings: readonly string[];
  /** As espeak-ng writes it: en, de, pt-br. */
  readonly language: string;
  /** Folders and files, as the user names them. */
  readonly positives: readonly string[];
  readonly negatives: readonly string[];
  readonly noises: readonly string[];
  /** Recordings of people that judge and are never learned from. */
  readonly judges: readonly string[];
  readonly frontend: TrainFrontend;
  readonly network: NetworkKind;
  readonly size: NetworkSize;
  /** Whether neural voices speak, too. */
  readonly neural: boolean;
  /** A few minutes instead of an hour, for a first try. */
  readonly quick: boolean;
  readonly seed: number;
  readonly board: string;
  /** False accepts per hour that the operating point is chosen for. */
  readonly maxFaPerHour: number;
  /** How much of the past the network sees; what holds the phrase but for its slowest speakers unless given. */
  readonly windowMs?: number | undefined;
  /**
   * Cross-validation: so many models, each without a part of the recordings that it is then judged by, and one of
   * all of them. 0: one model, and a fixed part of the recordings is kept to judge it.
   */
  readonly folds: number;
}

/** Misses or false accepts of a group of clips. */
export interface Figure {
  /** "festival", "faster than 1.2", "your recordings". */
  readonly of: string;
  readonly what: 'misses' | 'clips that fired' | 'false accepts';
  readonly count: number;
  /** Clips, or hours for false accepts. */
  readonly among: number;
  /** Exact 95 % bounds: shares of clips, or per hour. */
  readonly low: number;
  readonly high: number;
  /** All of it for people: "2 of 60 missed (3.3 %, 95 % 0.4…11.5)". */
  readonly text: string;
}

/** What the same clips do at one cutoff: of `words` clips with the word and `near` of what sounds like it. */
export interface CutoffRow {
  readonly cutoff: number;
  /** Whether it is the one in kws.json. */
  readonly own: boolean;
  readonly missed: number;
  readonly words: number;
  readonly fired: number;
  readonly near: number;
  /** In everything that does not sound like it. */
  readonly falseAccepts: number;
  readonly hours: number;
}

export interface TrainReport {
  /** "not measured on people", or what people's recordings say. */
  readonly headline: string;
  readonly people: readonly Figure[];
  readonly voices: readonly Figure[];
  /** The voices' clips at the own cutoff and at others, falling; the averaging window is the own one. */
  readonly cutoffs: readonly CutoffRow[];
  /** Misses of int8 and float cannot be told apart by less. */
  readonly quantization: { readonly snrDb: number | null; readonly agreement: number | null };
  readonly notes: readonly string[];
}

export interface TrainResult {
  readonly report: TrainReport;
  /** Files of the project, relative to its folder. */
  readonly written: readonly string[];
  readonly skipped: readonly Problem[];
  /** For `flash --play`. */
  readonly clip: string;
}
