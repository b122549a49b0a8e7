/**
 * The clips of a suite, heard by the host or by boards: every decision, and what it took.
 *
 * Owns: padding, which decisions are whose (of boards their own lines, not what the host makes of their scores), times in
 * files. Leaves to others: playing and comparing (`evaluate/device/`), judging (`judge.ts`).
 */
import { loadClip } from '../audio/clip.js';
import type { BoardNumbers } from '../boards/board-arithmetic.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { createDeviceRecorder } from '../evaluate/device/record.js';
import type { DeviceReport } from '../evaluate/device/types.js';
import { createHostRun } from '../evaluate/host-run.js';
import { type Outcome, type RecordAll, recordAll } from '../evaluate/record/pool.js';
import type { Listening, Recording, RunningProject, Take } from '../evaluate/record/types.js';
import { DEFAULT_TAIL_MS, defaultLeadMs } from '../evaluate/run.js';
import { channelsOf, replayProject, stepTime } from '../evaluate/sweep/replay.js';
import type { StatsEvent } from '../protocol/events.js';
import type { OpenBoards } from '../targets/boards.js';
import { timeText } from '../text/time.js';
import type { HeardClip } from './judge.js';
import type { Heard, Suite } from './types.js';
import { wordEnd } from './word-end.js';

export interface HearOptions {
  readonly threads?: number;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface HeardSuite {
  readonly clips: readonly HeardClip[];
  /** Files that could not be used. */
  readonly skipped: readonly Problem[];
}

export interface HeardOnBoards extends HeardSuite {
  readonly device: DeviceReport;
  /** Of every clip. */
  readonly stats: readonly StatsEvent[];
}

/** @throws KwsError (exit code 2) where the project has no front end, or no clip can be used */
export async function hearOnHost(
  project: RunningProject,
  suite: Suite,
  numbers: Partial<BoardNumbers>,
  options: HearOptions = {},
): Promise<HeardSuite> {
  const listening = listeningOf(project, suite, numbers);
  createHostRun(listening.project, listening.numbers);
  const outcomes = await recorded(recordAll, listening, suite, options);
  return gathered(suite, listening, outcomes, (_, recording) => hostHeard(listening, recording));
}

/**
 * @param boards open, with the project's firmware
 * @throws KwsError (exit code 3) where a board vanishes, stalls or restarts, or lines are lost every time
 */
export async function hearOnBoards(
  project: RunningProject,
  suite: Suite,
  boards: OpenBoards,
  options: HearOptions = {},
): Promise<HeardOnBoards> {
  const listening = listeningOf(project, suite, boards.numbers);
  const said = new Map<number, readonly Heard[]>();
  const stats: StatsEvent[] = [];
  const recorder = createDeviceRecorder(boards.devices, {
    heard(take, { detections }, took) {
      said.set(
        take,
        detections.map(({ m, label, ms, p }) => ({ model: m, label, ms, p })),
      );
      stats.push(took);
    },
  });
  const outcomes = await recorded(recorder.record, listening, suite, options);
  const heard = await gathered(suite, listening, outcomes, (index, { leadMs }) =>
    (said.get(index) ?? []).map((one) => ({ ...one, ms: Math.round(one.ms - leadMs) })),
  );
  return { ...heard, device: recorder.report(), stats };
}

function listeningOf(project: RunningProject, suite: Suite, given: Partial<BoardNumbers>): Listening {
  const { name, frontend, models, gate } = project;
  if (frontend.kind === 'none')
    throw inputError({
      what: 'the project has no front end, so audio cannot be played to it',
      where: 'kws.json, frontend',
      next: "choose a front end (see 'kws-gen init --help')",
    });
  return {
    project: { name, frontend, models, ...(gate === undefined ? {} : { gate }) },
    numbers: { arithmetic: 'float32', captureRate: frontend.sampleRate, ...given },
    leadMs: suite.leadMs ?? defaultLeadMs(project),
    // What is heard late is heard in the padding.
    tailMs: suite.tailMs ?? Math.max(DEFAULT_TAIL_MS, suite.toleranceMs),
  };
}

async function recorded(
  record: RecordAll,
  listening: Listening,
  { clips }: Suite,
  { threads, progress, signal }: HearOptions,
): Promise<readonly Outcome[]> {
  // Whole files: a detector that is deaf for a while goes on being so.
  const takes = clips.map(({ path, name }): Take => ({ path, name }));
  const work = clips.map(({ bytes }) => bytes + 32 * (listening.leadMs + listening.tailMs));
  const total = work.reduce((a, b) => a + b, 0);
  const shares = new Float64Array(clips.length);
  const started = Date.now();
  let [count, done] = [0, 0];
  const part = (index: number, share: number) => {
    done += work[index]! * (share - shares[index]!);
    shares[index] = share;
    const left = ((Date.now() - started) * (total - done)) / done / 1000;
    const sure = done > total / 20 ? `, ${timeText(left)} left` : '';
    progress?.(`${count} of ${clips.length} recordings, ${Math.floor((100 * done) / total)} %${sure}`);
  };
  return record(listening, takes, {
    part,
    done: (index) => {
      count++;
      part(index, 1);
    },
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function gathered(
  suite: Suite,
  { numbers }: Listening,
  outcomes: readonly Outcome[],
  heardOf: (index: number, recording: Recording) => readonly Heard[],
): Promise<HeardSuite> {
  const clips: HeardClip[] = [];
  const skipped: Problem[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const clip = suite.clips[index]!;
    if ('problem' in outcome) {
      skipped.push({ ...outcome.problem, where: clip.name });
      continue;
    }
    const heard = heardOf(index, outcome.recording);
    const wanted = clip.label !== undefined && heard.some(({ label, ms }) => label === clip.label && ms >= 0);
    clips.push({
      clip,
      seconds: outcome.recording.seconds,
      heard,
      endMs: wanted
        ? wordEnd(await loadClip(clip.path, numbers.captureRate), numbers.captureRate)
        : undefined,
    });
  }
  const [first] = skipped;
  if (clips.length === 0 && first !== undefined)
    throw inputError({
      what: 'no recording of the suite can be used',
      where: suite.name,
      why: `${skipped.length} cannot be used; the first: ${first.where}: ${first.what}`,
      ...(first.next === undefined ? {} : { next: first.next }),
    });
  return { clips, skipped };
}

function hostHeard({ project }: Listening, recording: Recording): readonly Heard[] {
  return replayProject(channelsOf(project), recording).map(({ model, label, step, p }) => ({
    model: project.models[model]!.name,
    label: project.models[model]!.labels[label]!,
    ms: Math.round(stepTime(project, step) - recording.leadMs),
    p,
  }));
}
