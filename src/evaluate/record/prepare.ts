/** The samples of a take: decoded, cut where it is a part, padded, noise added. */
import { loadClip } from '../../audio/clip.js';
import { type LongClip, openLongClip, wholeClip } from '../../audio/long-clip.js';
import { inputError } from '../../diagnostics/errors.js';
import { noisy, padded } from '../sound/stage.js';
import type { Listening, Take } from './types.js';

export interface Prepared {
  readonly pcm: Int16Array;
  /** ms */
  readonly leadMs: number;
  /** Of the clip itself. s */
  readonly seconds: number;
}

/** Parts hear this much more of what precedes them, so that the noise estimate of a front end has settled. s */
const SETTLE = 5;
/** Samples of noise kept in memory: 20 minutes at 16 kHz. */
const MOST_KEPT = 20 * 60 * 16_000;

/** Reads files of takes, of parts no more than they hear; noises are kept for the next clips. */
export class TakeReader {
  private last: { readonly path: string; readonly clip: LongClip } | undefined;
  private readonly noises = new Map<string, Int16Array>();
  private kept = 0;

  constructor(private readonly listening: Pick<Listening, 'numbers' | 'leadMs' | 'tailMs'>) {}

  /** @throws KwsError (exit code 2) where a file cannot be read */
  async read(take: Take): Promise<Prepared> {
    const { captureRate } = this.listening.numbers;
    const samples = (ms: number) => Math.round((ms * captureRate) / 1000);
    const padding = { lead: samples(this.listening.leadMs), tail: samples(this.listening.tailMs) };
    const whole = await this.clip(take);
    const { index, of } = take.part ?? { index: 0, of: 1 };
    const start = Math.floor((index * whole.length) / of);
    const end = Math.floor(((index + 1) * whole.length) / of);
    const seconds = (end - start) / captureRate;
    // Only the last part has an end of its own.
    const tail = index === of - 1 ? padding.tail : 0;
    if (index > 0) {
      const from = Math.max(0, start - padding.lead - SETTLE * captureRate);
      const heard = await whole.read(from, end);
      const pcm = tail === 0 ? heard : padded(heard, { lead: 0, tail }, captureRate);
      return { pcm, leadMs: ((start - from) * 1000) / captureRate, seconds };
    }
    const clip = await whole.read(start, end);
    const around = { lead: padding.lead, tail };
    const leadMs = (padding.lead * 1000) / captureRate;
    if (take.noise === undefined) return { pcm: padded(clip, around, captureRate), leadMs, seconds };
    const { path, snr, seed } = take.noise;
    const noise = { samples: await this.noise(path), snr, seed };
    return { pcm: noisy(clip, around, captureRate, noise), leadMs, seconds };
  }

  /** The last one is kept for its other parts. */
  private async clip({ path, part }: Take): Promise<LongClip> {
    if (this.last?.path === path) return this.last.clip;
    this.last = undefined;
    const { captureRate } = this.listening.numbers;
    const clip =
      part === undefined
        ? wholeClip(await loadClip(path, captureRate))
        : await openLongClip(path, captureRate);
    this.last = { path, clip };
    return clip;
  }

  private async noise(path: string): Promise<Int16Array> {
    const before = this.noises.get(path);
    if (before !== undefined) return before;
    const pcm = await loadClip(path, this.listening.numbers.captureRate);
    if (pcm.every((sample) => sample === 0))
      throw inputError({ what: 'is silent, and no noise', where: path, next: 'name recordings of noise' });
    if (this.kept + pcm.length <= MOST_KEPT) {
      this.noises.set(path, pcm);
      this.kept += pcm.length;
    }
    return pcm;
  }
}
