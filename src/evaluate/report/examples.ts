/**
 * What went wrong, to look at and to listen to: misses and false accepts cut out of their clips.
 *
 * Owns: which are shown, where they are cut, how large a page may become. Leaves to others: drawing (`page.ts`).
 */
import { encode } from 'fast-png';
import { wavFile } from '../../audio/wav-file.js';
import { createFrontend, type Frame } from '../../frontend/frontend.js';
import { pictureOf } from '../../frontend/picture.js';
import { createResampler } from '../../frontend/resample/resampler.js';
import { clipTime } from '../judge.js';
import { TakeReader } from '../record/prepare.js';
import type { Listening } from '../record/types.js';
import type { Ran, RanAll } from '../run.js';
import { type Channel, replay } from '../sweep/replay.js';
import type { ClipOutcome, EvaluationReport, FalseAccept } from '../types.js';

/** Smoothed probabilities over time, ms from the begin of the file. */
interface Timeline {
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of the file: before 0 and from here on is padding. */
  readonly clipMs: number;
  readonly cutoff: number;
  readonly label: string;
  readonly points: readonly { readonly ms: number; readonly p: number }[];
  /** Detections. */
  readonly heardMs: readonly number[];
}

export interface Example {
  readonly kind: 'miss' | 'false-accept';
  readonly clip: string;
  readonly ms: number;
  readonly label: string;
  readonly p: number;
  readonly timeline: Timeline;
  /** WAV, as the models heard it. */
  readonly audio: string;
  /** PNG of the features, from `fromMs` to `toMs`, low channels at the bottom. */
  readonly picture: string;
  /** Rows of the picture, and whether they are cepstral coefficients. */
  readonly channels: number;
  readonly cepstra: boolean;
}

/** Of each kind. */
const MOST_EXAMPLES = 12;
/** Of all data in the page. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Around the moment. ms */
const BEFORE = 3000;
const AFTER = 1000;
/** Of missed clips that are shown whole: their length at most (s), and what is shown around them (ms). */
const WHOLE = 5;
const AROUND = 500;
/** Heard before the excerpt, so that the front end has settled. ms */
const SETTLE = 2000;

/** Misses that were least heard and false accepts that were most certain, as many as a page may hold. */
export async function examplesOf(report: EvaluationReport, ran: RanAll): Promise<readonly Example[]> {
  const reader = new TakeReader(ran.listening);
  const chosen = [
    ...report.misses.slice(0, MOST_EXAMPLES).map((miss) => ({ kind: 'miss' as const, found: miss })),
    ...report.falseAccepts
      .slice(0, MOST_EXAMPLES)
      .map((accept) => ({ kind: 'false-accept' as const, found: accept })),
  ];
  const examples: Example[] = [];
  let bytes = 0;
  for (const { kind, found } of chosen) {
    const one = takeAt(ran, found);
    const example = one === undefined ? undefined : await exampleOf(kind, found, one, ran, reader);
    if (example === undefined) continue;
    bytes += example.audio.length + example.picture.length;
    if (bytes > MOST_BYTES) break;
    examples.push(example);
  }
  return examples;
}

/** The clip, or the part of it, in which something was found. */
function takeAt(ran: RanAll, { clip, ms }: ClipOutcome | FalseAccept): Ran | undefined {
  const parts = [...ran.positives, ...ran.negatives].filter(({ file }) => file.name === clip);
  return parts.findLast((one) => clipTime(ran, one, one.begin) <= ms) ?? parts[0];
}

async function exampleOf(
  kind: Example['kind'],
  found: ClipOutcome | FalseAccept,
  one: Ran,
  ran: RanAll,
  reader: TakeReader,
): Promise<Example | undefined> {
  const { listening, channels } = ran;
  const channel = channels.wake.find(({ index }) => listening.project.models[index]!.name === found.model);
  if (channel === undefined) return undefined;
  const { pcm, leadMs } = await reader.read(one.take);
  const { captureRate } = listening.numbers;
  // The file's time of the first sample of pcm.
  const origin = (one.take.part?.index ?? 0) * one.recording.seconds * 1000 - leadMs;
  const lastMs = origin + (pcm.length * 1000) / captureRate;
  // A short clip that was missed is shown whole: where its word is, nobody knows.
  const whole = kind === 'miss' && one.recording.seconds <= WHOLE;
  const fromMs = Math.max(origin, whole ? -AROUND : found.ms - BEFORE);
  const toMs = Math.min(lastMs, whole ? one.recording.seconds * 1000 + AROUND : found.ms + AFTER);
  const cut = (from: number, to: number) =>
    pcm.subarray(
      Math.max(0, Math.round(((from - origin) * captureRate) / 1000)),
      Math.round(((to - origin) * captureRate) / 1000),
    );
  const settled = Math.min(SETTLE, fromMs - origin);
  const picture = featurePicture(listening, cut(fromMs - settled, toMs), settled);
  if (picture === undefined) return undefined;
  return {
    kind,
    clip: found.clip,
    ms: found.ms,
    label: found.label,
    p: 'p' in found ? found.p : found.highest,
    timeline: timelineOf(ran, one, channel, { label: found.label, fromMs, toMs }),
    audio: dataUri('audio/wav', wavFile(cut(fromMs, toMs), captureRate)),
    picture: dataUri('image/png', picture.png),
    channels: picture.channels,
    cepstra: picture.cepstra,
  };
}

function timelineOf(
  ran: RanAll,
  one: Ran,
  channel: Channel,
  { label, fromMs, toMs }: Pick<Timeline, 'label' | 'fromMs' | 'toMs'>,
): Timeline {
  const output = ran.listening.project.models[channel.index]!.labels.indexOf(label);
  const points: { ms: number; p: number }[] = [];
  const heard = replay(channel, channel.detector, ran.channels.gate, one.recording, (step, detector) => {
    if (step < channel.first || (step - channel.first) % channel.hop !== 0) return;
    const ms = clipTime(ran, one, step);
    if (ms >= fromMs && ms <= toMs) points.push({ ms, p: detector.p(output) });
  });
  return {
    fromMs,
    toMs,
    clipMs: one.recording.seconds * 1000 * (one.take.part?.of ?? 1),
    cutoff: channel.detector.cutoff,
    label,
    points,
    heardMs: heard.map(({ step }) => clipTime(ran, one, step)).filter((ms) => ms >= fromMs && ms <= toMs),
  };
}

/** Undefined where the excerpt is shorter than a frame. */
function featurePicture(
  { project, numbers }: Listening,
  pcm: Int16Array,
  settledMs: number,
): (Pick<Example, 'channels' | 'cepstra'> & { readonly png: Uint8Array }) | undefined {
  const spec = project.frontend;
  if (spec.kind === 'none') return undefined;
  const frontend = createFrontend(spec, numbers.arithmetic);
  const { captureRate } = numbers;
  const heard =
    captureRate === spec.sampleRate ? pcm : createResampler(captureRate, spec.sampleRate).push(pcm);
  const skip = Math.floor((settledMs * spec.sampleRate) / 1000 / frontend.stepSamples);
  const rows: readonly Frame[] = frontend.push(heard).slice(skip);
  if (rows.length === 0) return undefined;
  const cepstra = spec.kind === 'spectral' && spec.dct !== null;
  const { width, height, data } = pictureOf(rows, cepstra);
  return { png: encode({ width, height, data, channels: 3, depth: 8 }), channels: rows[0]!.length, cepstra };
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
}
