/**
 * Sound and moments → files: everything that was heard as one file, each moment as a clip of its own.
 *
 * Owns: which file has what, that a file appears whole. Leaves to others: what is a moment (`moments.ts`).
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { SoundEncoder } from '../audio/sound-encoder.js';
import { SOUND_FILES, type SoundFormat, soundFile } from '../audio/sound-file.js';
import { toolError } from '../diagnostics/errors.js';
import type { AudioEvent } from '../protocol/events.js';
import type { Moment } from './moments.js';
import { AudioTrack } from './track.js';

export interface RecorderOptions {
  /** Where the files go; made where it is not there. */
  readonly folder: string;
  /** Hz */
  readonly rate: number;
  readonly format: SoundFormat;
  /** Sound before and after a moment. ms */
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Everything between two resets. */
export interface RecordedSession {
  /** Relative to the folder. */
  readonly file: string;
  /** That was played, where one was. */
  readonly clip?: string;
  readonly samples: number;
  /** Samples whose lines did not arrive: silence in the file. */
  readonly missing: number;
  /** Samples that the board had no room for: they are in no file. */
  readonly overrun: number;
}

export interface RecordedClip extends Moment {
  readonly file: string;
  /** Where in its session it begins. ms */
  readonly beginMs: number;
}

const WRITE_AT = 1 << 16;

export class Recorder {
  readonly sessions: RecordedSession[] = [];
  readonly clips: RecordedClip[] = [];
  readonly #options: RecorderOptions;
  readonly #recent: RecentSound;
  #session: OpenSession | undefined;
  #waiting: Moment[] = [];

  constructor(options: RecorderOptions) {
    const { rate, beforeMs, afterMs } = options;
    this.#options = options;
    // Moments come up to a few seconds after their sound.
    this.#recent = new RecentSound(Math.ceil((rate * (beforeMs + afterMs + 20_000)) / 1000));
  }

  /** What is heard now; another clip, or one after none, begins another session. */
  audio(event: AudioEvent): void {
    if (this.#session === undefined || this.#session.clip !== event.clip) {
      this.end();
      const file = `session-${this.sessions.length + 1}.${this.#options.format}`;
      this.#session = new OpenSession(file, event, this.#options);
      this.#recent.clear(event.n);
    }
    const piece = this.#session.take(event);
    if (piece === undefined) return;
    this.#recent.put(new Int16Array(piece.missing));
    this.#recent.put(piece.samples);
    this.#waiting = this.#waiting.filter((moment) => !this.#cut(moment, false));
  }

  /** A clip of it is written as soon as the sound behind it is there. */
  moment(moment: Moment): void {
    if (!this.#cut(moment, false)) this.#waiting.push(moment);
  }

  /** Nothing more comes of this session. */
  end(): void {
    for (const moment of this.#waiting) this.#cut(moment, true);
    this.#waiting = [];
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) this.sessions.push(session.end());
  }

  /** @param now with what there is */
  #cut(moment: Moment, now: boolean): boolean {
    const { folder, rate, format, beforeMs, afterMs } = this.#options;
    const at = (ms: number) => Math.round((ms * rate) / 1000);
    const to = at(moment.ms + afterMs);
    if (!now && this.#recent.end < to) return false;
    const from = Math.max(at(moment.ms - beforeMs), this.#recent.begin);
    const samples = this.#recent.read(from, Math.min(to, this.#recent.end));
    if (samples.length === 0) return true;
    const number = String(this.clips.length + 1).padStart(4, '0');
    const name = `${number}-${(moment.ms / 1000).toFixed(2)}s-p${moment.p.toFixed(2)}.${format}`;
    const file = join(moment.kind, folderName(moment.label), name);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    const path = join(folder, file);
    rmSync(path, { force: true });
    writeFileSync(path, soundFile(samples, rate, format), { flag: 'wx' });
    const beginMs = Math.round(((from - (this.#session?.origin ?? 0)) * 1000) / rate);
    this.clips.push({ ...moment, file: file.replaceAll('\\', '/'), beginMs });
    return true;
  }
}

/** Bytes of a name: file systems take 255. */
const MOST_NAME = 200;

/** A label as the name of a folder, whatever is in it. */
export function folderName(label: string): string {
  const safe = label.replace(/[^\p{L}\p{N} _-]/gu, '_').trim();
  let name = safe === '' ? '_' : safe.slice(0, 100);
  while (Buffer.byteLength(name) > MOST_NAME) name = name.slice(0, -1);
  return name;
}

/** A file that grows; under its own name once it is whole. */
class OpenSession {
  readonly clip: string | undefined;
  /** Number of its first sample. */
  readonly origin: number;
  readonly #track = new AudioTrack();
  readonly #path: string;
  readonly #name: string;
  readonly #format: SoundFormat;
  readonly #encoder: SoundEncoder;
  readonly #file: number;
  #buffer: Uint8Array[] = [];
  #buffered = 0;
  #samples = 0;

  constructor(name: string, { clip, n }: AudioEvent, { folder, rate, format }: RecorderOptions) {
    this.clip = clip;
    this.origin = n;
    this.#path = join(folder, name);
    this.#name = name;
    this.#format = format;
    this.#encoder = SOUND_FILES[format].encoder(rate);
    mkdirSync(folder, { recursive: true });
    // What is there is replaced and never written to: it may be a link.
    rmSync(this.#partial, { force: true });
    this.#file = openSync(this.#partial, 'wx');
    writeSync(this.#file, new Uint8Array(this.#encoder.headerBytes));
  }

  take(event: AudioEvent) {
    const piece = this.#track.take(event);
    if (piece === undefined) return undefined;
    this.#put(new Int16Array(piece.missing));
    this.#put(piece.samples);
    return piece;
  }

  end(): RecordedSession {
    const { rest, header } = this.#encoder.end();
    this.#buffer.push(rest);
    this.#flush();
    writeSync(this.#file, header, 0, header.length, 0);
    fsyncSync(this.#file);
    closeSync(this.#file);
    renameSync(this.#partial, this.#path);
    const { missing, overrun } = this.#track;
    return {
      file: this.#name,
      ...(this.clip === undefined ? {} : { clip: this.clip }),
      samples: this.#samples,
      missing,
      overrun,
    };
  }

  get #partial(): string {
    return `${this.#path}.part`;
  }

  #put(samples: Int16Array): void {
    if (samples.length === 0) return;
    if (this.#samples + samples.length > SOUND_FILES[this.#format].most)
      throw toolError({
        what: `the recording is as long as a ${this.#format.toUpperCase()} file can be`,
        where: this.#path,
        next: 'give --for, and record again into another folder',
      });
    this.#samples += samples.length;
    const bytes = this.#encoder.push(samples);
    this.#buffer.push(bytes);
    this.#buffered += bytes.length;
    if (this.#buffered >= WRITE_AT) this.#flush();
  }

  #flush(): void {
    for (const bytes of this.#buffer) writeSync(this.#file, bytes);
    this.#buffer = [];
    this.#buffered = 0;
  }
}

/** The last samples, by their numbers. */
class RecentSound {
  readonly #ring: Int16Array;
  #first = 0;
  #end = 0;

  constructor(capacity: number) {
    this.#ring = new Int16Array(capacity);
  }

  get end(): number {
    return this.#end;
  }
  /** Of the oldest that is still there. */
  get begin(): number {
    return Math.max(this.#first, this.#end - this.#ring.length);
  }

  clear(at: number): void {
    this.#first = at;
    this.#end = at;
  }

  put(samples: Int16Array): void {
    // Of a gap longer than the ring only its end matters.
    const skipped = Math.max(0, samples.length - this.#ring.length);
    this.#end += skipped;
    for (const value of samples.subarray(skipped)) this.#ring[this.#end++ % this.#ring.length] = value;
  }

  read(from: number, to: number): Int16Array {
    return Int16Array.from(
      { length: Math.max(0, to - from) },
      (_, i) => this.#ring[(from + i) % this.#ring.length]!,
    );
  }
}
