/**
 * What an open board says while clips are played to it, or while it listens to its microphone.
 *
 * Owns: playing in order, that every clip is answered whole (`clip-check.ts`), the board that goes away. Leaves to
 * others: when enough was heard (break off), what is shown.
 */
import { inputError, type KwsError, toolError } from '../diagnostics/errors.js';
import type { BehindEvent, DetectEvent, ScoreEvent, SessionEvent, StatsEvent } from '../protocol/events.js';
import { knownLength, type PcmSource } from '../protocol/pcm.js';
import { playAloud } from './aloud.js';
import { ClipCount, checkEvent, lostError } from './clip-check.js';
import type { Device } from './open.js';
import { ScoreWatch } from './score-watch.js';

/** How long after the first hello further ones belong to it. ms */
const HELLO_ECHO_MS = 1500;
/** The same of an emulated chip, whose time may be a small part of this computer's. ms */
const SLOW_ECHO_MS = 30_000;

const PACE_MS = 2000;

/** A clip, perhaps with padding before it. */
export interface PlayedClip extends PcmSource {
  /** Of padding at its begin. ms */
  readonly leadMs?: number;
}

export interface HearOptions {
  /** Samples that the models need for one score: what is said where a clip is too short for one. */
  readonly leastSamples?: number | undefined;
  /** Of a board that listens; a new one unless told. */
  readonly watch?: ScoreWatch | undefined;
  /** So often a board that listens is asked whether it keeps up. 2 s unless told. ms */
  readonly paceMs?: number | undefined;
  /** Done once a board listens to its microphone. */
  readonly listening?: (() => Promise<unknown>) | undefined;
  /** What an emulated microphone hears once it has settled; the board listens until then and no longer. */
  readonly aloud?: readonly PlayedClip[] | undefined;
}

/** A line of the device; times of a clip with padding count from the clip's own begin. */
export type HeardEvent = Exclude<SessionEvent, { readonly t: 'disconnected' }>;

/**
 * Plays the clips one after the other and gives every event until the last one's end; without clips it has the
 * board listen, until the caller breaks off or closes the session.
 *
 * @throws KwsError (exit code 3) where the board goes away, fails, falls silent while it listens, or does not say of
 *   a clip what it must
 */
export async function* hear(
  device: Device,
  clips: readonly PlayedClip[],
  { leastSamples, ...listening }: HearOptions = {},
): AsyncGenerator<HeardEvent, void, undefined> {
  if (clips.length === 0 && device.hello.mic) yield* listen(device, { leastSamples, ...listening });
  else yield* answers(device, clips, leastSamples);
}

/** What the microphone gives, while the scores come. */
async function* listen(
  device: Device,
  { leastSamples, watch: given, paceMs = PACE_MS, listening, aloud = [] }: HearOptions,
): AsyncGenerator<HeardEvent, void, undefined> {
  const { session, hello } = device;
  const watch = given ?? new ScoreWatch(hello, session.path, { leastSamples, slow: device.slow });
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure = { error };
    // Whoever iterates is woken.
    void session.close();
  };
  const asked = session
    .command('mic')
    .then(() => listening?.())
    .catch(fail);
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    if (watch.failure !== undefined) fail(watch.failure);
    else timer = setTimeout(look, watch.left);
  };
  look();
  const pace = new Pace(device, paceMs);
  const stop = new AbortController();
  let begun = false;
  try {
    for await (const event of eventsOf(device)) {
      watch.take(event);
      yield event;
      const behind = pace.next();
      if (behind !== undefined) yield behind;
      // A microphone whose sound is looked at has settled.
      if (event.t !== 'score' || begun || aloud.length === 0) continue;
      begun = true;
      const done = playAloud(soundOf(device), aloud, hello.rate, stop.signal);
      void done.then(
        () => session.close(),
        (error) => stop.signal.aborted || fail(error),
      );
    }
  } finally {
    clearTimeout(timer);
    pace.stop();
    stop.abort();
  }
  await asked;
  if (failure !== undefined) throw failure.error;
}

/** @throws KwsError (exit code 2) where no microphone is emulated */
export function soundOf({ sound, hello }: Pick<Device, 'sound' | 'hello'>): string {
  if (sound !== undefined) return sound;
  throw inputError({
    what: 'this board has no microphone that is emulated',
    where: `--aloud, ${hello.board}`,
    next: 'leave --aloud out; boards with an RP2040 have one with --emulate firmware, those of I2S with --emulate chip, too',
  });
}

/** What is said of clips that are played one after the other. */
async function* answers(
  device: Device,
  clips: readonly PlayedClip[],
  leastSamples: number | undefined,
): AsyncGenerator<HeardEvent, void, undefined> {
  const { session, hello } = device;
  const played = clips.map((clip) => counted(clip));
  let failure: { readonly error: unknown } | undefined;
  const playing = playAll(device, played).catch((error: unknown) => {
    failure = { error };
    // Whoever iterates is woken.
    void session.close();
  });
  let clip = new ClipCount(hello);
  let ended = 0;
  for await (const event of eventsOf(device)) {
    const source = played[ended];
    yield fromClip(device.link === undefined ? event : timeless(event), source?.pcm.leadMs);
    if ('clip' in event && event.clip !== undefined) clip.take(event);
    if (event.t !== 'end' || event.clip === undefined || source === undefined) continue;
    const lost = clip.lost(event, source.count());
    if (lost !== undefined) throw lostError(`${session.path}, ${source.pcm.name}`, lost, 1);
    if (event.scores === 0 && knownLength(source.pcm) !== undefined)
      throw tooShort(source.pcm.name, event.samples, leastSamples);
    clip = new ClipCount(hello);
    const late = device.link === undefined ? (event.late ?? 0) : 0;
    if (late > 0) yield { kws: 1, t: 'behind', late, clip: event.clip };
    if (++ended === clips.length) break;
  }
  await playing;
  if (failure !== undefined) throw failure.error;
}

/** Whether a real board that listens keeps up; a virtual one computes in the time of this computer. */
class Pace {
  readonly #device: Device;
  readonly #timer: NodeJS.Timeout | undefined;
  #told = 0;
  #stats: StatsEvent | undefined;

  constructor(device: Device, everyMs: number) {
    this.#device = device;
    if (device.link !== undefined) return;
    const ask = async () => {
      this.#stats = await device.session.stats();
    };
    // Whoever does not answer is noticed elsewhere.
    this.#timer = setInterval(() => void ask().catch(() => {}), everyMs);
  }

  /** What is new since it was asked last. */
  next(): BehindEvent | undefined {
    const { late = 0, behind, tps = 0 } = this.#stats ?? {};
    this.#stats = undefined;
    const more = late - this.#told;
    if (more !== 0) this.#told = late;
    if (more <= 0) return undefined;
    if (behind === undefined || tps === 0) return { kws: 1, t: 'behind', late: more };
    const seconds = behind / tps;
    const samples = Math.round(seconds * this.#device.hello.rate);
    return { kws: 1, t: 'behind', late: more, ms: Math.round(1000 * seconds), samples };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Every event of the session that makes sense. */
async function* eventsOf({ session, hello, slow }: Device): AsyncGenerator<HeardEvent, void, undefined> {
  const greetedUntil = performance.now() + (slow === true ? SLOW_ECHO_MS : HELLO_ECHO_MS);
  for await (const event of session) {
    // A board repeats its hello until it has heard from us: those under way are no restart.
    if (event.t === 'hello' && performance.now() < greetedUntil) continue;
    if (event.t === 'disconnected')
      throw toolError({
        what: 'the board went away',
        why: event.reason,
        next: 'check the cable, or flash it again (kws-gen flash)',
      });
    checkEvent(event, hello, session.path);
    yield event;
  }
}

async function playAll({ session, link }: Device, clips: readonly Counted[]): Promise<void> {
  for (const { pcm } of clips) await session.play(pcm, { link });
}

/** A virtual board computes in the time of this computer: how late it was says nothing, and differs each time. */
function timeless(event: HeardEvent): HeardEvent {
  if (event.t !== 'end') return event;
  const { late: _, ...rest } = event;
  return rest;
}

/** The event with its time in the clip's own file; negative in the padding before it. */
function fromClip(event: HeardEvent, leadMs: number | undefined): HeardEvent {
  if (leadMs === undefined || (event.t !== 'score' && event.t !== 'detect') || event.clip === undefined)
    return event;
  return { ...event, ms: Math.round(event.ms - leadMs) };
}

/** @param least samples, where that is known */
function tooShort(name: string, samples: number, least: number | undefined): KwsError {
  return inputError({
    what: 'the clip is too short for a single score',
    where: name,
    why: `it has ${samples} samples${least === undefined ? '' : `, the models take ${least} for the first one`}`,
    next: 'play a longer recording, or one with silence around the word',
  });
}

interface Counted {
  readonly pcm: PlayedClip;
  /** Samples that were handed over. */
  count(): number;
}

/** A source that knows how much was read of it. */
function counted(pcm: PlayedClip): Counted {
  const { samples } = pcm;
  if (samples instanceof Int16Array) return { pcm, count: () => samples.length };
  const most = knownLength(pcm) ?? Number.POSITIVE_INFINITY;
  let count = 0;
  async function* read(): AsyncGenerator<Int16Array> {
    for await (const chunk of samples as AsyncIterable<Int16Array>) {
      count = Math.min(most, count + chunk.length);
      yield chunk;
    }
  }
  return { pcm: { ...pcm, samples: read() }, count: () => count };
}

/** The scores and detections among events. */
export function saidOf(events: Iterable<{ readonly t: string }>) {
  const scores: ScoreEvent[] = [];
  const detections: DetectEvent[] = [];
  for (const event of events as Iterable<SessionEvent>)
    if (event.t === 'score') scores.push(event);
    else if (event.t === 'detect') detections.push(event);
  return { scores, detections };
}
