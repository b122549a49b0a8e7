/**
 * What a project as it is hears in each clip: misses, false accepts, confusion.
 *
 * Leaves to others: other settings (`sweep/`), rates and bounds (`rates.ts`).
 */
import type { Detector } from '../detector/detector.js';
import type { PositiveFile } from './clips.js';
import type { Ran, RanAll } from './run.js';
import { type Channel, type Heard, replay, replayProject, stepTime } from './sweep/replay.js';
import type { ClipOutcome, Confusion, FalseAccept, RecordingOutcome } from './types.js';

export interface Judged {
  readonly clips: readonly ClipOutcome[];
  readonly recordings: readonly RecordingOutcome[];
  readonly misses: readonly ClipOutcome[];
  readonly falseAccepts: readonly FalseAccept[];
  readonly confusion: Confusion;
}

export function judge(ran: RanAll): Judged {
  const { project } = ran.listening;
  const nameOf = ({ model, label }: Heard) => project.models[model]!.labels[label]!;
  const heardIn = ({ recording, begin }: Ran) =>
    replayProject(ran.channels, recording).filter(({ step }) => step >= begin);
  const accept = (one: Ran, heard: Heard, inPositive: boolean): FalseAccept => ({
    clip: one.file.name,
    model: project.models[heard.model]!.name,
    label: nameOf(heard),
    ms: clipTime(ran, one, heard.step),
    p: heard.p,
    inPositive,
  });
  const clips: ClipOutcome[] = [];
  const recordings = new Map<string, { clip: string; seconds: number; falseAccepts: number }>();
  const falseAccepts: FalseAccept[] = [];
  const columns = heardLabels(ran);
  const rows = new Map<string, number[]>();
  for (const one of ran.positives) {
    const { label } = one.file;
    const heard = heardIn(one);
    const names = heard.map(nameOf);
    const row = rows.get(label) ?? new Array<number>(columns.length + 1).fill(0);
    const first = names.includes(label) ? label : names[0];
    row[first === undefined ? columns.length : columns.indexOf(first)]!++;
    rows.set(label, row);
    falseAccepts.push(
      ...heard.filter((one) => nameOf(one) !== label).map((found) => accept(one, found, true)),
    );
    clips.push(outcomeOf(ran, one, heard, names));
  }
  for (const one of ran.negatives) {
    const heard = heardIn(one);
    falseAccepts.push(...heard.map((found) => accept(one, found, false)));
    // Parts of a file are one recording.
    const { path, name: clip } = one.file;
    const of = recordings.get(path) ?? { clip, seconds: 0, falseAccepts: 0 };
    of.seconds += one.recording.seconds;
    of.falseAccepts += heard.length;
    recordings.set(path, of);
  }
  return {
    clips,
    recordings: [...recordings.values()],
    misses: clips
      .filter(({ detected }) => !detected)
      .sort((a, b) => a.highest - b.highest || (a.clip < b.clip ? -1 : 1)),
    falseAccepts: falseAccepts.sort((a, b) => b.p - a.p || (a.clip < b.clip ? -1 : 1)),
    confusion: { heard: columns, rows: [...rows].map(([label, clips]) => ({ label, clips })) },
  };
}

/** Labels that some wake-word model detects, in the order of models and outputs. */
export function heardLabels({
  channels,
  listening,
}: Pick<RanAll, 'channels' | 'listening'>): readonly string[] {
  const labels = channels.wake.flatMap(({ index, detector }) =>
    detector.targets.map((target) => listening.project.models[index]!.labels[target]!),
  );
  return [...new Set(labels)];
}

/** The output of a model that a label is, where the model detects it. */
export function wantedOutput(ran: Pick<RanAll, 'listening'>, channel: Channel, label: string) {
  const output = ran.listening.project.models[channel.index]!.labels.indexOf(label);
  return channel.detector.targets.includes(output) ? output : undefined;
}

/** ms from the begin of the file to the newest sample of a step; negative in the padding before it. */
export function clipTime(
  { listening }: Pick<RanAll, 'listening'>,
  { recording, take }: Ran,
  step: number,
): number {
  // Parts of a file are equally long, to the sample.
  const before = (take.part?.index ?? 0) * recording.seconds * 1000;
  return Math.round(before + stepTime(listening.project, step) - recording.leadMs);
}

function outcomeOf(
  ran: RanAll,
  one: Ran<PositiveFile>,
  heard: readonly Heard[],
  names: readonly string[],
): ClipOutcome {
  const { label } = one.file;
  const best = { highest: -1, step: one.begin, model: '' };
  for (const channel of ran.channels.wake) {
    const output = wantedOutput(ran, channel, label);
    if (output === undefined) continue;
    const look = (step: number, detector: Detector) => {
      if (step < one.begin || detector.p(output) <= best.highest) return;
      best.highest = detector.p(output);
      best.step = step;
      best.model = ran.listening.project.models[channel.index]!.name;
    };
    replay(channel, channel.detector, ran.channels.gate, one.recording, look);
  }
  const first = heard[names.indexOf(label)];
  return {
    clip: one.file.name,
    label,
    detected: first !== undefined,
    ms: clipTime(ran, one, first?.step ?? best.step),
    model: best.model,
    highest: Math.max(0, best.highest),
    heard: [...new Set(names)].filter((name) => name !== label),
  };
}
