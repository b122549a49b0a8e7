/**
 * A suite on the host, on a board, on several side by side → one report with a verdict.
 *
 * Owns: what a place's result is made of, tries that fail, the verdict over all. Leaves to others: opening boards
 * (`targets/`, `bench/`), hearing (`hear.ts`), judging (`judge.ts`, `checks.ts`), how it is shown (`report/`).
 */
import type { BoardNumbers } from '../boards/board-arithmetic.js';
import { KwsError, type Problem, toolError } from '../diagnostics/errors.js';
import type { LoadEstimate } from '../estimate/load.js';
import type { RunningProject } from '../evaluate/record/types.js';
import { stepMs } from '../frontend/spec.js';
import type { StatsEvent } from '../protocol/events.js';
import type { OpenBoards } from '../targets/boards.js';
import { checksOf, passes } from './checks.js';
import { type HearOptions, hearOnBoards, hearOnHost } from './hear.js';
import { judgeAll } from './judge.js';
import { estimatedTiming, measuredPace, measuredTiming } from './timing.js';
import type {
  Attempt,
  HostComparison,
  PlaceReport,
  PlaceResult,
  Suite,
  SuiteReport,
  Timing,
} from './types.js';

/** A board that is open, and what it is. */
export interface PlaceBoards extends OpenBoards {
  /** A real board's clock is its own. */
  readonly kind: 'real' | 'virtual';
  /** Of the board, or of the one that a twin stands for; absent where it cannot be told. */
  readonly load?: LoadEstimate | undefined;
}

/** Where a suite is heard. */
export interface Place {
  readonly name: string;
  /** Absent on the host. */
  open?(signal: AbortSignal): Promise<PlaceBoards>;
  /** The project as it runs there; that of the suite unless told. */
  readonly project?: RunningProject;
  /** On the host: of the board that is judged. */
  readonly numbers?: Partial<BoardNumbers>;
  /** Further tries where one fails. 0 unless told. */
  readonly retries?: number;
  /** Longest time of a try, once its board is open. ms */
  readonly timeLimitMs?: number;
  /** A word on what happens there. */
  readonly progress?: (text: string) => void;
}

export interface TestOptions extends Omit<HearOptions, 'progress'> {
  /** Whatever failed at one place keeps none of the others. */
  readonly places: readonly Place[];
  /** Of them at a time; all unless told. */
  readonly atOnce?: number;
}

/** A place that came to no result, for who wants to fail with it. */
export interface Tested {
  readonly report: SuiteReport;
  /** What went wrong at places without a result. */
  readonly errors: readonly KwsError[];
}

/** @throws what aborted the signal; KwsError (exit code 2) of wrong input, at whichever place it is found */
export async function testSuite(
  project: RunningProject,
  suite: Suite,
  { places, atOnce = places.length, ...options }: TestOptions,
): Promise<Tested> {
  const reports = new Array<PlaceReport>(places.length);
  const errors: KwsError[] = [];
  const skipped = new Map<string, string>();
  const queue = places.entries();
  // Wrong input at one place ends the others.
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  const work = async () => {
    for (const [index, place] of queue) {
      const tested = await testPlace(place.project ?? project, suite, place, { ...options, signal });
      reports[index] = tested.report;
      if (tested.error !== undefined) errors.push(tested.error);
      for (const { where = '', what } of tested.skipped) skipped.set(where, what);
    }
  };
  const workers = Array.from({ length: Math.max(1, Math.min(atOnce, places.length)) }, () =>
    work().catch((error: unknown) => over.abort(error)),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
  const words = suite.clips.reduce(
    (sum, { label, words: own = [] }) => sum + (label === undefined ? own.length : 1),
    0,
  );
  const hours = reports.find(({ result }) => result !== undefined)?.result?.falseAccepts.hours ?? 0;
  return {
    report: {
      suite: suite.name,
      project: project.name,
      limits: suite.limits,
      clips: suite.clips.length,
      words,
      hours,
      passed: skipped.size === 0 && reports.every(({ verdict }) => verdict === 'passed'),
      places: reports,
      skipped: [...skipped].map(([clip, why]) => ({ clip, why })),
      notes: suite.notes,
    },
    errors,
  };
}

interface TestedPlace {
  readonly report: PlaceReport;
  readonly error?: KwsError;
  readonly skipped: readonly Problem[];
}

async function testPlace(
  project: RunningProject,
  suite: Suite,
  place: Place,
  options: HearOptions,
): Promise<TestedPlace> {
  const { name, retries = 0 } = place;
  const attempts: Attempt[] = [];
  const started = performance.now();
  let last: { readonly result: PlaceResult; readonly skipped: readonly Problem[] } | undefined;
  let error: KwsError | undefined;
  for (let again = 0; again <= retries; again++) {
    if (again > 0) place.progress?.(`${name}: try ${again + 1} of ${retries + 1}`);
    try {
      last = await timed(place, options.signal, (signal) =>
        attempt(project, suite, place, { ...options, signal }),
      );
      error = undefined;
      attempts.push(
        last.result.passed ? { verdict: 'passed' } : { verdict: 'failed', why: whyFailed(last.result) },
      );
      if (last.result.passed) break;
    } catch (thrown) {
      options.signal?.throwIfAborted();
      // Wrong input is wrong everywhere, and every time.
      if (!(thrown instanceof KwsError) || thrown.exitCode === 2) throw thrown;
      error = thrown;
      attempts.push({ verdict: 'error', why: problemText(thrown) });
      place.progress?.(`${name}: ${problemText(thrown)}`);
    }
  }
  const passed = attempts.at(-1)!.verdict === 'passed';
  const verdict = passed ? (attempts.length === 1 ? 'passed' : 'flaky') : attempts.at(-1)!.verdict;
  const seconds = (performance.now() - started) / 1000;
  return {
    report: {
      name,
      verdict,
      attempts,
      seconds: Math.round(10 * seconds) / 10,
      ...(last === undefined ? {} : { result: last.result }),
      ...(error === undefined ? {} : { error: problemText(error) }),
    },
    ...(error === undefined ? {} : { error }),
    skipped: last?.skipped ?? [],
  };
}

/** A try with its time limit. */
async function timed<T>(
  { name, timeLimitMs }: Place,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const late = toolError({
    what: `the test does not end within ${Math.round((timeLimitMs ?? 0) / 1000)} s`,
    where: name,
    next: 'raise testTimeout of the board in hil.json, or test fewer recordings',
  });
  const timer = timeLimitMs === undefined ? undefined : setTimeout(() => over.abort(late), timeLimitMs);
  try {
    return await work(both);
  } catch (error) {
    if (over.signal.aborted && signal?.aborted !== true) throw late;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(
  project: RunningProject,
  suite: Suite,
  place: Place,
  options: HearOptions,
): Promise<{ readonly result: PlaceResult; readonly skipped: readonly Problem[] }> {
  const { name, progress } = place;
  const hearing: HearOptions = {
    ...options,
    ...(progress === undefined ? {} : { progress: (text: string) => progress(`${name}: ${text}`) }),
  };
  if (place.open === undefined) {
    const { clips, skipped } = await hearOnHost(project, suite, place.numbers ?? {}, hearing);
    const judged = judgeAll(clips, suite.toleranceMs);
    const checks = checksOf(suite.limits, { ...judged, place: 'host' });
    const none = { timing: null, overruns: null, pace: null, host: null };
    return { result: { name, ...judged, ...none, checks, passed: passes(checks) }, skipped };
  }
  const boards = await place.open(options.signal ?? new AbortController().signal);
  try {
    const { clips, skipped, device, stats } = await timed(place, options.signal, (signal) =>
      hearOnBoards(project, suite, boards, { ...hearing, signal }),
    );
    const judged = judgeAll(clips, suite.toleranceMs);
    const timing = timingOf(boards, stats, project);
    const overruns = boards.kind === 'real' ? stats.reduce((sum, one) => sum + one.overruns, 0) : null;
    const pace = boards.kind === 'real' ? measuredPace(stats, boards.numbers.captureRate) : null;
    const host: HostComparison = {
      equal: device.equal,
      inferences: device.inferences,
      detections: device.detections,
      differences: device.differences,
      playedAgain: device.playedAgain,
    };
    const checks = checksOf(suite.limits, { ...judged, timing, overruns, pace, host, place: 'board' });
    const { board, build, runtime } = device;
    return {
      result: {
        name,
        board,
        build,
        runtime,
        ...judged,
        timing,
        overruns,
        pace,
        host,
        checks,
        passed: passes(checks),
      },
      skipped,
    };
  } finally {
    await boards.stop();
  }
}

function timingOf(
  { kind, load }: PlaceBoards,
  stats: readonly StatsEvent[],
  { frontend }: RunningProject,
): Timing | null {
  if (frontend.kind === 'none') return null;
  if (kind === 'real') return measuredTiming(stats, stepMs(frontend), 'board');
  return load === undefined ? measuredTiming(stats, stepMs(frontend), 'computer') : estimatedTiming(load);
}

const whyFailed = ({ checks }: PlaceResult): string =>
  checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ limit, found, allowed }) => `${limit} ${found ?? '-'} > ${allowed}`)
    .join(', ');

function problemText({ problems }: KwsError): string {
  const [problem] = problems;
  return [problem?.where, problem?.what, problem?.why].filter((part) => part !== undefined).join(': ');
}
