/**
 * Clips as they come → as many as are worth their time, evenly over all of them.
 *
 * Owns: the bound on inferences. Whenever more have come than are wanted, every second clip is dropped and
 * only every second further one is asked for: the same sources always give the same clips, in bounded memory.
 */
import type { CalibrationClip } from './types.js';

/** Multiply-accumulates that calibration may cost, per pass over its inputs. */
const MAC_BUDGET = 1e9;
const FEWEST = 200;
const MOST = 20_000;
/** Inferences of one clip: ten seconds of a streaming model's, and more. */
const MOST_PER_CLIP = 1000;

/** How many inferences of a model with so many multiply-accumulates are run. */
export function affordableInferences(macs: number): number {
  return Math.max(FEWEST, Math.min(MOST, Math.floor(MAC_BUDGET / Math.max(1, macs))));
}

export class ClipCollector {
  private kept: { readonly index: number; readonly clip: CalibrationClip }[] = [];
  private index = 0;
  private total = 0;
  /** Every how-manieth clip is kept. */
  stride = 1;

  constructor(private readonly most: number) {}

  /** Whether the next clip is wanted; the others need not be read. */
  wants(): boolean {
    return this.index % this.stride === 0;
  }

  pass(): void {
    this.index++;
  }

  add(clip: CalibrationClip): void {
    const { index } = this;
    this.index++;
    if (index % this.stride !== 0 || clip.inputs.length === 0) return;
    const inputs = clip.inputs.slice(0, MOST_PER_CLIP);
    this.kept.push({ index, clip: inputs.length === clip.inputs.length ? clip : { ...clip, inputs } });
    this.total += inputs.length;
    while (this.total > this.most && this.kept.length > 1) this.halve();
  }

  private halve(): void {
    this.stride *= 2;
    this.kept = this.kept.filter(({ index }) => index % this.stride === 0);
    this.total = this.kept.reduce((sum, { clip }) => sum + clip.inputs.length, 0);
  }

  get clips(): readonly CalibrationClip[] {
    return this.kept.map(({ clip }) => clip);
  }
}
