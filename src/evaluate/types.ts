/** What an evaluation found: plain, the same for the table, the JSON object and the page. */
import type { Problem } from '../diagnostics/errors.js';
import type { Interval } from './statistics/exact.js';

/** Misses, with their exact 95 % interval (Clopper–Pearson). */
export interface MissRate extends Interval {
  readonly clips: number;
  readonly misses: number;
  /** misses / clips; null without clips. So are `low` and `high` then 0 and 1. */
  readonly share: number | null;
}

/** False accepts, with their exact 95 % interval (Poisson) per hour. */
export interface AcceptRate {
  readonly hours: number;
  readonly falseAccepts: number;
  /** null without negatives. */
  readonly perHour: number | null;
  readonly low: number;
  /** Of none in T hours 3 / T; null without negatives. */
  readonly high: number | null;
}

export interface SettingReport {
  readonly cutoff: number;
  readonly window: number;
  readonly refractoryMs: number;
}

export interface OperatingPoint extends SettingReport {
  readonly misses: MissRate;
  readonly falseAccepts: AcceptRate;
  /** Further detections of the right label in a positive clip. */
  readonly repeats: number;
  /** Detections in positive clips of labels they do not have. */
  readonly others: number;
}

export interface SweepPoint extends SettingReport {
  readonly clips: number;
  readonly misses: number;
  readonly hours: number;
  readonly falseAccepts: number;
  readonly repeats: number;
  readonly others: number;
}

/** A point of the curve at the operating window and refractory time; bands are bootstrapped over clips. */
export interface CurvePoint extends SweepPoint {
  readonly missBand?: Interval;
  /** Per hour. */
  readonly acceptBand?: Interval;
}

/** The fewest misses there are within a budget. */
export interface Choice {
  readonly maxFaPerHour: number;
  /** null where no setting meets it. */
  readonly point: SweepPoint | null;
}

export interface ModelReport {
  readonly name: string;
  readonly sha256: string;
  /** Labels that it detects. */
  readonly labels: readonly string[];
  readonly operating: OperatingPoint;
  readonly curve: readonly CurvePoint[];
  readonly sweep: readonly SweepPoint[];
  readonly choices: readonly Choice[];
  readonly noise: readonly { readonly snrDb: number; readonly misses: MissRate }[];
}

/** What became of a positive clip, as the project is set. */
export interface ClipOutcome {
  /** As it was named: the path below the folder that was given. */
  readonly clip: string;
  readonly label: string;
  readonly detected: boolean;
  /** From the begin of the file: of the first detection, or, where it was missed, of `highest`. */
  readonly ms: number;
  /** The model in which the probability was highest; that in the clip or the padding after it, smoothed, 0…1. */
  readonly model: string;
  readonly highest: number;
  /** Labels that were heard and are not its own. */
  readonly heard: readonly string[];
}

/** What became of a negative recording, as the project is set. */
export interface RecordingOutcome {
  readonly clip: string;
  /** Without padding. */
  readonly seconds: number;
  readonly falseAccepts: number;
}

export interface FalseAccept {
  readonly clip: string;
  readonly model: string;
  readonly label: string;
  /** From the begin of the file. */
  readonly ms: number;
  readonly p: number;
  /** Whether the clip is a positive of another label. */
  readonly inPositive: boolean;
}

export interface Confusion {
  /** Columns: the labels that are heard, then nothing. */
  readonly heard: readonly string[];
  /** Clips per label and what was heard in them: the right label, else the first one, else nothing. */
  readonly rows: readonly { readonly label: string; readonly clips: readonly number[] }[];
}

export interface EvaluationReport {
  readonly project: string;
  readonly frontend: string;
  readonly arithmetic: string;
  readonly sampleRate: number;
  readonly leadMs: number;
  readonly tailMs: number;
  readonly positives: { readonly clips: number; readonly hours: number; readonly paths: readonly string[] };
  readonly negatives: { readonly clips: number; readonly hours: number; readonly paths: readonly string[] };
  readonly models: readonly ModelReport[];
  readonly confusion: Confusion;
  /** Every positive, in order. */
  readonly clips: readonly ClipOutcome[];
  /** Every negative, in order. */
  readonly recordings: readonly RecordingOutcome[];
  /** The clips that were missed, the least heard first. */
  readonly misses: readonly ClipOutcome[];
  /** The most certain first. */
  readonly falseAccepts: readonly FalseAccept[];
  /** Files that could not be used. */
  readonly skipped: readonly Problem[];
  readonly notes: readonly string[];
}
