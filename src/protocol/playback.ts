/**
 * Pushing bytes to a device in place of its microphone, or into a model's input.
 *
 * Owns: the order of commands, data and answers; noticing a device that makes no progress. Leaves to
 * others: frames (`frame-sender.ts`), shared memory (`audio-link.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { toolError } from '../diagnostics/errors.js';
import { AudioLink, type AudioLinkLocation } from './audio-link.js';
import type { Dialogue } from './dialogue.js';
import type { EndEvent, OutputEvent } from './events.js';
import { FrameSender } from './frame-sender.js';
import { knownLength, type PcmSource, pcmBytes } from './pcm.js';

/** What pushing needs of the session it runs in. */
export interface PushContext {
  readonly dialogue: Dialogue;
  /** The port, for errors. */
  readonly where: string;
  /** Milliseconds without progress after which to give up. */
  readonly stallLimit: number;
  /** How far into the clip the device says it has heard, in ms. */
  readonly audio: () => number;
  /** Whether the device takes packed samples. */
  readonly packs: () => boolean;
  /** Further explanation of a stall, if there is one. */
  readonly hint: () => string | undefined;
  /** The clip whose events come in from now on. */
  setClip(name: string | undefined): void;
  /** Who gets the credits that come in. */
  setSender(sender: FrameSender | undefined): void;
  /** The next `end`. */
  nextEnd(): { readonly arrived: () => EndEvent | undefined; forget(): void };
}

/** Plays one clip and returns what the device says at its end. Within a turn of the dialogue. */
export async function playClip(
  context: PushContext,
  source: PcmSource,
  link: AudioLinkLocation | undefined,
): Promise<EndEvent> {
  const { dialogue } = context;
  // A clip that an earlier session left unfinished would mix with this one.
  await dialogue.ask({
    // The line end finishes what a damaged frame or command has left: what is said of that is no answer to this.
    line: '\nreset',
    stubborn: 'bad-command',
    answer: (event) => (event.t === 'ok' && event.cmd === 'reset' ? event : undefined),
  });
  const chunks = firstBytes(pcmBytes(source), 2 * (knownLength(source) ?? Number.POSITIVE_INFINITY));
  const end = context.nextEnd();
  try {
    const pushed = link === undefined ? pushFrames : pushThroughLink(link);
    return await pushed(context, source, chunks, end);
  } finally {
    end.forget();
    context.setSender(undefined);
    context.setClip(undefined);
    // Not awaited: a source that waits for its next chunk would keep us waiting as well.
    void chunks.return().catch(() => {});
  }
}

type Push = (
  context: PushContext,
  source: PcmSource,
  chunks: AsyncGenerator<Uint8Array, void>,
  end: ReturnType<PushContext['nextEnd']>,
) => Promise<EndEvent>;

const pushFrames: Push = async (context, source, chunks, end) => {
  const { dialogue } = context;
  const packed = context.packs();
  const sender = frameSender(context, () => end.arrived() !== undefined, packed);
  await startPlaying(context, source, packed ? ' packed' : '', () => context.setSender(sender));
  const sent = await sender.send(chunks);
  if (sent / 2 !== knownLength(source) && end.arrived() === undefined) await dialogue.write('stop\n');
  return waitForEnd(context, end, sent / 2, () => 0);
};

const pushThroughLink =
  (location: AudioLinkLocation): Push =>
  async (context, source, chunks, end) => {
    const { dialogue } = context;
    const length = knownLength(source);
    const link = await AudioLink.open(location);
    try {
      await link.start(length);
      await startPlaying(context, source, ' memory', () => {});
      const progress = new Progress(context);
      let total = 0;
      for (;;) {
        const next = await orFailure(dialogue, chunks.next());
        if (next.done) break;
        progress.restart();
        await link.write(next.value, (read) => {
          dialogue.check();
          progress.note(read);
        });
        total += next.value.length / 2;
      }
      if (length === undefined) await link.finish();
      else if (total < length) {
        // The device forgets at `stop` what it has not read yet.
        await until(
          context,
          total,
          async () => ((await link.read()) === total ? true : undefined),
          () => link.read(),
        );
        await dialogue.write('stop\n');
      }
      return await waitForEnd(context, end, total, () => link.read());
    } finally {
      await link.close();
    }
  };

/** Fills a model's input with `bytes`, has it invoked, and returns its output. Within a turn of the dialogue. */
export async function pushInput(
  context: PushContext,
  model: number,
  bytes: Uint8Array,
): Promise<OutputEvent> {
  let over = false;
  const sender = frameSender(context, () => over);
  context.setSender(sender);
  try {
    // The answer is the output itself, so the data is sent while it is waited for.
    const answer = context.dialogue.ask<OutputEvent | Error>({
      line: `input ${model} ${bytes.length}`,
      timeout: 2 * context.stallLimit + bytes.length, // no slower than 1 kB/s
      answer: (event) => {
        if (event.t === 'output') return event;
        return event.t === 'fault' && event.code === 'model' ? modelError(context, event.message) : undefined;
      },
    });
    const sent = sender.send([bytes].values());
    const output = await Promise.race([answer, sent.then(() => answer)]);
    if (output instanceof Error) throw output;
    return output;
  } finally {
    over = true;
    sender.notify();
    context.setSender(undefined);
  }
}

function startPlaying(
  context: PushContext,
  source: PcmSource,
  how: '' | ' packed' | ' memory',
  onAnswer: () => void,
): Promise<void> {
  const asked = context.dialogue.ask<true | Error>({
    line: `play ${knownLength(source) ?? 'open'}${how}`,
    answer: (event) => {
      if (event.t !== 'ok' || event.cmd !== 'play') return undefined;
      // A digit that was lost on its way: the device would wait for samples that never come, or miss the last ones.
      const { samples } = event;
      const length = knownLength(source) ?? OPEN_LENGTH;
      if (samples !== undefined && samples !== length) return misunderstood(context, length, samples);
      context.setClip(source.name);
      onAnswer();
      return true;
    },
  });
  return asked.then((answer) => {
    if (answer !== true) throw answer;
  });
}

/** What an open clip is for the device. */
const OPEN_LENGTH = 0xffffffff;

function misunderstood({ where }: PushContext, asked: number, samples: number): Error {
  return toolError({
    what: `the device understood a clip of ${samples} samples, not of ${asked}`,
    where,
    why: 'the command was damaged on its way',
    next: 'check the cable, and try again',
  });
}

function waitForEnd(
  context: PushContext,
  end: ReturnType<PushContext['nextEnd']>,
  samples: number,
  read: () => number | Promise<number>,
): Promise<EndEvent> {
  return until(context, samples, async () => end.arrived(), read);
}

/** What `done` gives once it gives something, as long as there is progress. */
async function until<T>(
  context: PushContext,
  samples: number,
  done: () => Promise<T | undefined>,
  read: () => number | Promise<number>,
): Promise<T> {
  const progress = new Progress(context, samples / SLOWEST_RATE);
  for (let pause = 1; ; pause = Math.min(2 * pause, 20)) {
    const result = await done();
    if (result !== undefined) return result;
    context.dialogue.check();
    // Whatever else a device says, it may say for ever.
    progress.note(await read(), context.audio());
    await sleep(pause);
  }
}

function frameSender(context: PushContext, over: () => boolean, packed = false): FrameSender {
  return new FrameSender({
    where: context.where,
    stallLimit: context.stallLimit,
    write: (bytes) => context.dialogue.write(bytes),
    check: () => context.dialogue.check(),
    over,
    packed,
  });
}

/** Samples per ms: no microphone and no clip of a device is slower. */
const SLOWEST_RATE = 8;

/** Notices that a device takes no samples and tells of no later ones for too long. */
class Progress {
  readonly #context: PushContext;
  /** Of the clip, in ms: what is told to be later does not count. */
  readonly #most: number;
  #read = -1;
  #audio = -1;
  #since = Date.now();

  constructor(context: PushContext, most = 0) {
    this.#context = context;
    this.#most = most;
  }

  restart(): void {
    this.#since = Date.now();
  }

  /** Both of samples the device has taken and of ms it tells of. */
  note(read: number, audio = 0): void {
    const { stallLimit, where, hint } = this.#context;
    if (read > this.#read || (audio > this.#audio && audio <= this.#most)) {
      this.#read = Math.max(read, this.#read);
      this.#audio = Math.max(audio, this.#audio);
      this.restart();
    } else if (Date.now() - this.#since > stallLimit) {
      const why = hint();
      throw toolError({
        what: `the device makes no progress with the audio for ${stallLimit / 1000} s`,
        where,
        ...(why === undefined ? {} : { why }),
        next: 'press its reset button, or flash it again (`kws-gen flash`)',
      });
    }
  }
}

function modelError(context: PushContext, message: string): Error {
  return toolError({ what: 'the model failed on the device', where: context.where, why: message });
}

/** `promise`, unless the device is gone before. */
async function orFailure<T>(dialogue: Dialogue, promise: Promise<T>): Promise<T> {
  const done = promise.then((value) => ({ value }));
  done.catch(() => {});
  for (;;) {
    dialogue.check();
    const result = await Promise.race([done, sleep(50)]);
    if (result !== undefined) return (result as { value: T }).value;
  }
}

async function* firstBytes(
  chunks: AsyncGenerator<Uint8Array, void>,
  limit: number,
): AsyncGenerator<Uint8Array, void> {
  let left = limit;
  for await (const chunk of chunks) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
