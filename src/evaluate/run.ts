/**
 * All clips of an evaluation through the models, once.
 *
 * Owns: which takes there are (clips, parts of long ones, clips with noise), padding, progress, files that
 * cannot be used. Leaves to others: threads (`record/pool.ts`), what is made of it (`evaluate.ts`, `tune/`).
 */
import type { BoardNumbers } from '../boards/board-arithmetic.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { frontendHash, stepMs } from '../frontend/spec.js';
import { isStreaming } from '../model/fit.js';
import { timeText } from '../text/time.js';
import type { ClipFile, PositiveFile } from './clips.js';
import { samplesToFirstScore } from './first-score.js';
import { createHostRun } from './host-run.js';
import { type Outcome, type PoolOptions, type RecordAll, recordAll } from './record/pool.js';
import type { Listening, Recording, RunningProject, Take } from './record/types.js';
import { type Channels, channelsOf, stepTime } from './sweep/replay.js';
import { hoursText } from './words.js';

export interface RunOptions {
  readonly positives: readonly PositiveFile[];
  readonly negatives: readonly ClipFile[];
  /** Positives once more with noise, at each SNR (dB). */
  readonly noise?: { readonly files: readonly ClipFile[]; readonly snrs: readonly number[] };
  /** Of the board that is judged; single precision at the front end's rate unless given. */
  readonly numbers?: Partial<BoardNumbers>;
  /** Audio before each clip; enough for the models and a start-deaf detector unless given. */
  readonly leadMs?: number;
  /** Audio after each clip; a second unless given. */
  readonly tailMs?: number;
  readonly threads?: number;
  /** Who records the takes: this machine's cores unless given. */
  readonly record?: RecordAll;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** A take that could be used. */
export interface Ran<File extends ClipFile = ClipFile> {
  readonly file: File;
  readonly take: Take;
  readonly recording: Recording;
  /** First step that counts: the end of the lead. */
  readonly begin: number;
}

export interface RanAll {
  readonly listening: Listening;
  readonly channels: Channels;
  readonly positives: readonly Ran<PositiveFile>[];
  readonly negatives: readonly Ran[];
  readonly noisy: readonly { readonly snrDb: number; readonly clips: readonly Ran<PositiveFile>[] }[];
  readonly skipped: readonly Problem[];
}

export const DEFAULT_TAIL_MS = 1000;
/** A file of more bytes is heard in parts, so that every core has work: 10 minutes of 16-bit mono at 16 kHz. */
const PART_BYTES = 20 * 1024 * 1024;
/** 20 GB, more than a file may have. */
const MOST_PARTS = 1000;

/**
 * @throws KwsError (exit code 2) where the project has no front end, or no clip can be used
 */
export async function runClips(project: RunningProject, options: RunOptions): Promise<RanAll> {
  const { positives, negatives, signal, threads, record = recordAll } = options;
  const listening = listeningOf(project, options);
  // What is wrong with the project is said here, and not by every thread.
  createHostRun(listening.project, listening.numbers);
  const clean = positives.map((file): Job<PositiveFile> => ({ file, take: takeOf(file) }));
  const long = negatives.flatMap((file) => partsOf(file).map((take): Job => ({ file, take })));
  const withNoise = noisyJobs(positives, options.noise);
  const jobs: readonly Job[] = [...clean, ...long, ...withNoise.flatMap(({ jobs }) => jobs)];
  const pool: PoolOptions = {
    ...progressOf(jobs, listening, options.progress),
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  };
  const outcomes = await record(
    listening,
    jobs.map(({ take }) => take),
    pool,
  );
  const { results, skipped } = resultsOf(jobs, scored(listening, jobs, outcomes));
  const ran = <File extends ClipFile>(wanted: readonly Job<File>[]): readonly Ran<File>[] =>
    wanted.flatMap((job) => {
      const recording = results.get(job);
      return recording === undefined ? [] : [{ ...job, recording, begin: beginOf(project, recording) }];
    });
  const all: RanAll = {
    listening,
    channels: channelsOf(project),
    positives: ran(clean),
    negatives: ran(long),
    noisy: withNoise.map(({ snrDb, jobs }) => ({ snrDb, clips: ran(jobs) })),
    skipped,
  };
  checkUsable(all, options);
  return all;
}

interface Job<File extends ClipFile = ClipFile> {
  readonly file: File;
  readonly take: Take;
}

/** A clip that gives no score says nothing of a model: it is no miss, and cannot be used. */
function scored(
  { project, numbers: { captureRate }, leadMs, tailMs }: Listening,
  jobs: readonly Job[],
  outcomes: readonly Outcome[],
): readonly Outcome[] {
  const first = Math.min(...channelsOf(project).wake.map((channel) => channel.first));
  return outcomes.map((outcome, i): Outcome => {
    if (!('recording' in outcome) || outcome.recording.steps >= first || jobs[i]!.take.part !== undefined)
      return outcome;
    const samples = Math.round(outcome.recording.seconds * captureRate);
    const needed = samplesToFirstScore(project, captureRate) ?? 0;
    const around = Math.round(((leadMs + tailMs) * captureRate) / 1000);
    const padding = around === 0 ? '' : `, of which ${around} are --lead and --tail`;
    return {
      problem: {
        what: `is too short for a single score: it has ${samples} samples, the models take ${needed} for the first one${padding}`,
        where: jobs[i]!.take.path,
        next: 'give longer recordings, or silence around them (--lead, --tail)',
      },
    };
  });
}

/** What can be used, and what is wrong with files that cannot; of a file one part of which cannot, none is used. */
function resultsOf(jobs: readonly Job[], outcomes: readonly Outcome[]) {
  const skipped = new Map<string, Problem>();
  const results = new Map<Job, Recording>();
  const damaged = new Set<ClipFile>();
  for (const [i, outcome] of outcomes.entries()) {
    const { file, take } = jobs[i]!;
    if ('recording' in outcome) {
      results.set(jobs[i]!, outcome.recording);
      continue;
    }
    const noise = take.noise?.path;
    const name = noise !== undefined && outcome.problem.where === noise ? noise : file.name;
    if (!skipped.has(name)) skipped.set(name, { ...outcome.problem, where: name });
    if (take.part !== undefined) damaged.add(file);
  }
  for (const job of results.keys())
    if (job.take.part !== undefined && damaged.has(job.file)) results.delete(job);
  return { results, skipped: [...skipped.values()] };
}

const takeOf = ({ path, name }: ClipFile): Take => ({ path, name });

function partsOf(file: ClipFile): readonly Take[] {
  // What is larger is no recording, and has one error instead of many.
  const of = file.bytes > MOST_PARTS * PART_BYTES ? 1 : Math.max(1, Math.ceil(file.bytes / PART_BYTES));
  if (of === 1) return [takeOf(file)];
  return Array.from({ length: of }, (_, index) => ({ ...takeOf(file), part: { index, of } }));
}

/** Noises take turns; every clip begins at a place of its own in them. */
function noisyJobs(positives: readonly PositiveFile[], noise: RunOptions['noise']) {
  return (noise?.snrs ?? []).map((snr) => ({
    snrDb: snr,
    jobs: positives.map((file, i): Job<PositiveFile> => {
      const { path } = noise!.files[i % noise!.files.length]!;
      return { file, take: { ...takeOf(file), noise: { path, snr, seed: i + 1 } } };
    }),
  }));
}

function listeningOf(project: RunningProject, options: RunOptions): Listening {
  const { name, frontend, models, gate } = project;
  const numbers = {
    arithmetic: 'float32' as const,
    captureRate: frontend.kind === 'none' ? 16_000 : frontend.sampleRate,
    ...options.numbers,
  };
  return {
    // Nothing but what the threads need.
    project: { name, frontend, models, ...(gate === undefined ? {} : { gate }) },
    numbers,
    leadMs: options.leadMs ?? defaultLeadMs(project),
    tailMs: options.tailMs ?? DEFAULT_TAIL_MS,
  };
}

/** Streaming models remember about this much. ms */
const STREAMING_MEMORY_MS = 2000;
/** Front ends settle, and people do not speak at once. ms */
export const LEAST_LEAD_MS = 1000;

/**
 * What has to pass before the first word can be heard as in the middle of a stream: the longest window of a
 * model, and the refractory time of a detector that is deaf after the start, twice, for the sweep doubles it.
 */
export function defaultLeadMs(project: RunningProject): number {
  if (project.frontend.kind === 'none') return 0;
  const step = stepMs(project.frontend);
  const { wake, gate } = channelsOf(project);
  const spans = [...wake, ...(gate === undefined ? [] : [gate])].map(({ index, first, detector }) => {
    const memory = isStreaming(project.models[index]!.model) ? STREAMING_MEMORY_MS : stepTime(project, first);
    return Math.max(memory, detector.startDeaf ? 2 * detector.refractorySteps * step : 0);
  });
  return Math.ceil(Math.max(LEAST_LEAD_MS, ...spans) / 100) * 100;
}

/** The first step whose newest sample is one of the clip's. */
function beginOf(project: RunningProject, { leadMs }: Recording): number {
  let step = 1;
  while (stepTime(project, step) < leadMs) step++;
  return step;
}

/** From this share of the work on the rest can be guessed: threads have started, code is compiled. */
const SURE_FROM = 0.05;

function progressOf(
  jobs: readonly Job[],
  { leadMs, tailMs }: Listening,
  progress?: (text: string) => void,
): Required<Pick<PoolOptions, 'done' | 'part'>> {
  const started = Date.now();
  const work = jobs.map(({ file, take }) => file.bytes / (take.part?.of ?? 1) + 32 * (leadMs + tailMs));
  const total = work.reduce((a, b) => a + b, 0);
  const shares = new Float64Array(jobs.length);
  let [count, seconds, done] = [0, 0, 0];
  const part = (job: number, share: number) => {
    done += work[job]! * (share - shares[job]!);
    shares[job] = share;
    const left = ((Date.now() - started) * (total - done)) / done / 1000;
    const said = [
      `${count} of ${jobs.length} recordings`,
      ...(seconds === 0 ? [] : [`${hoursText(seconds / 3600)} of audio`]),
      `${Math.floor((100 * done) / total)} %`,
      ...(done < SURE_FROM * total ? [] : [`${timeText(left)} left`]),
    ];
    progress?.(said.join(', '));
  };
  return {
    part,
    done: (job, outcome) => {
      count++;
      if ('recording' in outcome) seconds += outcome.recording.seconds;
      part(job, 1);
    },
  };
}

/** What was asked for and came to nothing is an error: a rate over no clip says nothing. */
function checkUsable({ positives, negatives, skipped }: RanAll, asked: RunOptions): void {
  const empty = [
    ...(asked.positives.length > 0 && positives.length === 0 ? ['--positives'] : []),
    ...(asked.negatives.length > 0 && negatives.length === 0 ? ['--negatives'] : []),
  ];
  if (empty.length === 0) return;
  const [first] = skipped;
  throw inputError(
    empty.map((option) => ({
      what: 'no file can be used',
      where: option,
      why: `${skipped.length} cannot be used; the first: ${first?.where}: ${first?.what}`,
      next: first?.next ?? 'give recordings as WAV or FLAC',
    })),
  );
}

/** How a front end is called: its kind and the begin of its hash. */
export function frontendName({ frontend }: RunningProject): string {
  return `${frontend.kind} ${frontendHash(frontend).slice(0, 12)}`;
}
