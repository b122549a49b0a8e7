/**
 * A project and recordings → how well it hears: misses against false accepts, at its own setting and at
 * others, in quiet and in noise, with what those numbers can prove.
 *
 * The models run once (`run.ts`); every other setting is the detector over what they said (`sweep/`).
 * Owns: what a report has. Leaves to others: how it is shown (`report/`), choosing (`tune/`).
 */
import type { DetectorSpec } from '../detector/spec.js';
import { stepMs } from '../frontend/spec.js';
import { heardLabels, judge, wantedOutput } from './judge.js';
import { acceptRate, missRate } from './rates.js';
import type { RunningProject } from './record/types.js';
import { frontendName, type RanAll, type RunOptions, runClips } from './run.js';
import { bootstrap, FEWEST_CLIPS } from './statistics/bootstrap.js';
import { countedBudget } from './sweep/budget.js';
import { choose } from './sweep/choose.js';
import { type Countable, createCounter, type Point, sweep } from './sweep/count.js';
import { evaluationGrid } from './sweep/grid.js';
import type { Channel } from './sweep/replay.js';
import type {
  Choice,
  CurvePoint,
  EvaluationReport,
  ModelReport,
  OperatingPoint,
  SweepPoint,
} from './types.js';

/** Budgets of false accepts per hour for which the best setting is shown. */
const BUDGETS = [0.1, 0.5, 1, 2, 5, 10] as const;

export interface Evaluation {
  readonly report: EvaluationReport;
  /** What the models said, for pictures of single clips. */
  readonly ran: RanAll;
}

/** @throws KwsError (exit code 2) where no clip can be used, or the project has no front end */
export async function evaluate(project: RunningProject, options: RunOptions): Promise<Evaluation> {
  const ran = await runClips(project, options);
  const models: ModelReport[] = [];
  for (const channel of ran.channels.wake) models.push(await modelReport(ran, channel, options));
  const judged = judge(ran);
  const { numbers, leadMs, tailMs } = ran.listening;
  const hours = (clips: RanAll['negatives']) =>
    clips.reduce((sum, { recording }) => sum + recording.seconds, 0) / 3600;
  const report: EvaluationReport = {
    project: project.name,
    frontend: frontendName(project),
    arithmetic: numbers.arithmetic,
    sampleRate: numbers.captureRate,
    leadMs,
    tailMs,
    positives: {
      clips: ran.positives.length,
      hours: hours(ran.positives),
      paths: folders(options.positives),
    },
    negatives: {
      clips: new Set(ran.negatives.map(({ file }) => file.path)).size,
      hours: hours(ran.negatives),
      paths: folders(options.negatives),
    },
    models,
    ...judged,
    skipped: ran.skipped,
    notes: notesOf(ran),
  };
  return { report, ran };
}

/** What is counted for one model. */
export function countable(ran: RanAll, channel: Channel): Countable {
  return {
    channel,
    gate: ran.channels.gate,
    positives: ran.positives.map(({ recording, begin, file }) => ({
      recording,
      begin,
      wanted: wantedOutput(ran, channel, file.label),
    })),
    negatives: ran.negatives,
    hours: ran.negatives.reduce((sum, { recording }) => sum + recording.seconds, 0) / 3600,
  };
}

async function modelReport(ran: RanAll, channel: Channel, options: RunOptions): Promise<ModelReport> {
  const { project } = ran.listening;
  const { name, model, labels, detector } = project.models[channel.index]!;
  const own = countable(ran, channel);
  const isOwn = ({ window, refractorySteps }: { window: number; refractorySteps: number }) =>
    window === detector.window && refractorySteps === detector.refractorySteps;
  const points = await sweep(own, evaluationGrid(detector), {
    keep: isOwn,
    progress: (done, of) => options.progress?.(`${name}: other settings, ${done} of ${of}`),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const step = project.frontend.kind === 'none' ? 1 : stepMs(project.frontend);
  const operating = operatingPoint(createCounter(own)(detector), step);
  return {
    name,
    sha256: model.source.sha256,
    labels: detector.targets.map((target) => labels[target]!),
    operating,
    curve: curveOf(points.filter(isOwn), own, step),
    sweep: points.map((point) => sweepPoint(point, step)),
    choices:
      own.hours === 0 || operating.misses.clips === 0
        ? []
        : BUDGETS.map((most) => choiceOf(points, most, own.hours, detector, step)),
    noise: ran.noisy.map(({ snrDb, clips }) => {
      const { misses, clips: count } = createCounter({
        ...countable({ ...ran, positives: clips, negatives: [] }, channel),
      })(detector);
      return { snrDb, misses: missRate(misses, count) };
    }),
  };
}

export function sweepPoint(point: Point, step: number): SweepPoint {
  const { cutoff, window, refractorySteps, clips, misses, hours, falseAccepts, repeats, others } = point;
  const refractoryMs = refractorySteps * step;
  return { cutoff, window, refractoryMs, clips, misses, hours, falseAccepts, repeats, others };
}

/** A point with what its counts prove. */
export function operatingPoint(point: Point, step: number): OperatingPoint {
  const { clips, misses, hours, falseAccepts, ...rest } = sweepPoint(point, step);
  return { ...rest, misses: missRate(misses, clips), falseAccepts: acceptRate(falseAccepts, hours) };
}

function curveOf(points: readonly Point[], { negatives, positives }: Countable, step: number): CurvePoint[] {
  const ones = positives.filter(({ wanted }) => wanted !== undefined).map(() => 1);
  const missBands = bootstrap(
    points.map(({ missed }) => missed!),
    ones,
  );
  const acceptBands = bootstrap(
    points.map(({ accepts }) => accepts!),
    negatives.map(({ recording }) => recording.seconds / 3600),
  );
  return points.map((point, i) => ({
    ...sweepPoint(point, step),
    ...(missBands === undefined ? {} : { missBand: missBands[i]! }),
    ...(acceptBands === undefined ? {} : { acceptBand: acceptBands[i]! }),
  }));
}

/** As `tune` would choose of these settings. */
function choiceOf(
  points: readonly Point[],
  maxFaPerHour: number,
  hours: number,
  own: DetectorSpec,
  step: number,
): Choice {
  const chosen = choose(points, countedBudget(maxFaPerHour, hours), own);
  return { maxFaPerHour, point: chosen === undefined ? null : sweepPoint(chosen.point, step) };
}

function notesOf(ran: RanAll): readonly string[] {
  const notes: string[] = [];
  if (ran.negatives.some(({ take }) => take.part !== undefined))
    notes.push('long recordings are heard in parts, each with what precedes it');
  const few = [
    ...(ran.positives.length > 0 && ran.positives.length < FEWEST_CLIPS ? ['positives'] : []),
    ...(ran.negatives.length > 0 && ran.negatives.length < FEWEST_CLIPS ? ['negatives'] : []),
  ];
  if (few.length > 0)
    notes.push(`with fewer than ${FEWEST_CLIPS} ${few.join(' and ')} the curve has no band for them`);
  const heard = heardLabels(ran);
  const spoken = new Set(ran.positives.map(({ file }) => file.label));
  const missing = heard.filter((label) => !spoken.has(label));
  if (ran.positives.length > 0 && missing.length > 0) notes.push(`no positives for ${missing.join(', ')}`);
  return notes;
}

/** Folders of files, each once, in order. */
function folders(files: readonly { readonly name: string }[]): readonly string[] {
  return [...new Set(files.map(({ name }) => name.replace(/[\\/][^\\/]*$/, '')))].slice(0, 20);
}
