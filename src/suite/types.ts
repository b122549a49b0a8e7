/** A labelled set and what became of it: plain values, the same for the table, the JSON object, the page and JUnit. */
import type { AcceptRate, MissRate } from '../evaluate/types.js';
import type { Limits } from '../project/limits.js';
import type { Compared, Difference } from '../targets/said.js';

/** A word that is said, and when. */
export interface SpokenWord {
  readonly label: string;
  /** From the begin of the file. ms */
  readonly beginMs: number;
  readonly endMs: number;
}

/** A recording of a suite with what is said in it. */
export interface SuiteClip {
  readonly path: string;
  /** As the user would write it. */
  readonly name: string;
  readonly bytes: number;
  /** Its only word, said anywhere in it. */
  readonly label?: string;
  /** Words by their times; absent where there is a label, or nothing is said. */
  readonly words?: readonly SpokenWord[];
}

export interface Suite {
  readonly name: string;
  readonly clips: readonly SuiteClip[];
  readonly limits: Limits;
  /** So long after its end a word may still be heard. ms */
  readonly toleranceMs: number;
  /** Audio around each clip; what the models need unless given. ms */
  readonly leadMs?: number;
  readonly tailMs?: number;
  /** What the user should know of how the set was read. */
  readonly notes: readonly string[];
}

/** A decision. */
export interface Heard {
  readonly model: string;
  readonly label: string;
  /** In the file; negative in the padding before it. */
  readonly ms: number;
  readonly p: number;
}

export type WordOutcome =
  | { readonly label: string; readonly outcome: 'miss' }
  | {
      readonly label: string;
      readonly outcome: 'hit';
      readonly ms: number;
      /** From the end of the word; absent where that is not known. ms */
      readonly latencyMs?: number;
    };

/** What became of a clip. */
export interface ClipResult {
  readonly clip: string;
  /** Without padding. */
  readonly seconds: number;
  readonly words: readonly WordOutcome[];
  /** What was heard where nothing was said. */
  readonly falseAccepts: readonly Heard[];
  /** Labels heard in a clip that says another one. */
  readonly confusions: readonly Heard[];
  /** Further detections of a word that was heard. */
  readonly repeats: number;
}

export interface Latency {
  /** Hits whose word's end is known. */
  readonly hits: number;
  /** Of them, those whose end was found in the sound and not given. */
  readonly estimated: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

/** How long computing takes. */
export interface Timing {
  /**
   * `board`: measured on the board itself. `computer`: measured on this computer, which runs a virtual board. `estimate`:
   * made of counted instructions, of the board that a twin stands for.
   */
  readonly of: 'board' | 'computer' | 'estimate';
  /** Front end per feature step, with its window's conversion per inference. ms */
  readonly frontendMs: number;
  readonly models: readonly {
    readonly name: string;
    readonly meanMs: number;
    readonly longestMs?: number;
  }[];
  /** Part of the processor that both take. */
  readonly load: number;
}

/** Whether a board keeps up with the audio. */
export interface Pace {
  /** Feature steps that were done only when the next inference was due. */
  readonly late: number;
  /** The longest from a step's last sample to the end of its work. */
  readonly behindMs: number;
  /** As samples of the microphone. */
  readonly behindSamples: number;
}

/** A limit and what was found. */
export interface Check {
  readonly limit: keyof Limits | 'sameAsHost';
  readonly allowed: number;
  /** Absent where it cannot be told. */
  readonly found?: number;
  readonly outcome: 'passed' | 'failed' | 'not judged';
  /** Why it cannot be judged, or what the number is of. */
  readonly note?: string;
}

/** What the host computed of the same samples, against what the board said. */
export interface HostComparison {
  readonly equal: boolean;
  readonly inferences: Compared;
  readonly detections: Compared;
  readonly differences: readonly Difference[];
  /** Plays that were thrown away, as lines of the board were lost on their way. */
  readonly playedAgain: number;
}

/** What one place (the host, a board) made of the suite. */
export interface Judged {
  readonly clips: readonly ClipResult[];
  readonly hits: number;
  readonly misses: MissRate;
  readonly falseAccepts: AcceptRate;
  readonly confusions: number;
  readonly repeats: number;
  readonly latency: Latency | null;
}

export interface PlaceResult extends Judged {
  /** `host`, or as the board is called. */
  readonly name: string;
  readonly board?: string;
  readonly build?: string;
  readonly runtime?: string;
  readonly timing: Timing | null;
  /** Times that the board fell behind; null on the host. */
  readonly overruns: number | null;
  /** Null on the host and on virtual boards. */
  readonly pace: Pace | null;
  readonly host: HostComparison | null;
  readonly checks: readonly Check[];
  readonly passed: boolean;
}

/** A try that came to no result, or whose verdict failed. */
export interface Attempt {
  readonly verdict: 'passed' | 'failed' | 'error';
  /** What went wrong. */
  readonly why?: string;
}

/** A place with all its tries. */
export interface PlaceReport {
  readonly name: string;
  /** `flaky`: passed, and not at once. Never green. */
  readonly verdict: 'passed' | 'failed' | 'flaky' | 'error';
  readonly attempts: readonly Attempt[];
  readonly seconds: number;
  /** Of the last try that came to one. */
  readonly result?: PlaceResult;
  /** Why there is none. */
  readonly error?: string;
}

export interface SuiteReport {
  readonly suite: string;
  readonly project: string;
  readonly limits: Limits;
  readonly clips: number;
  readonly words: number;
  /** Of recordings in which false accepts are counted, without padding. */
  readonly hours: number;
  readonly passed: boolean;
  readonly places: readonly PlaceReport[];
  /** Files that could not be used: a suite with one fails. */
  readonly skipped: readonly { readonly clip: string; readonly why: string }[];
  readonly notes: readonly string[];
}
