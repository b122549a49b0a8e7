/**
 * The host's own run of a clip, as far as somebody asks: every value on the way, in bytes as a board has them.
 *
 * Owns: that it runs ahead no further than asked, and keeps no more than the newest inference of each model. Leaves
 * to others: the arithmetic (`evaluate/host-run.ts`).
 */
import type { BoardNumbers } from '../boards/board-arithmetic.js';
import { createHostRun, type HostRun } from '../evaluate/host-run.js';
import { frameSamples } from '../frontend/spec.js';
import type { ResolvedProject } from '../project/types.js';
import type { DetectEvent, ScoreEvent } from '../protocol/events.js';
import type { TypedArray } from '../reference/store.js';
import { BLOCK_SAMPLES, type TracedStage } from './types.js';

type TracedProject = Pick<ResolvedProject, 'name' | 'frontend' | 'models' | 'gate'>;

export interface ItemKey {
  readonly stage: TracedStage;
  readonly model: number;
  readonly number: number;
  /** Operator and which of its outputs; 0 elsewhere. */
  readonly id: number;
  readonly output: number;
}

/** Values of one thing. */
export interface HostItem {
  readonly values: TypedArray;
  /** Samples of the clip after which it was there. */
  readonly at: number;
  /** Feature steps since reset. */
  readonly step: number;
}

/** What the host says of a clip. */
export interface HostSaid {
  readonly detections: readonly DetectEvent[];
  readonly scores: readonly ScoreEvent[];
}

const nameOf = ({ stage, model, number, id, output }: ItemKey) =>
  `${stage} ${model} ${number} ${id} ${output}`;

export class HostTrace {
  readonly #run: HostRun;
  readonly #pcm: Int16Array;
  readonly #items = new Map<string, HostItem>();
  /** Names of items by model and inference, the oldest first. */
  readonly #inferences: { readonly number: number; readonly names: string[] }[][];
  readonly #resampled: Int16Array[] = [];
  #resampledCount = 0;
  readonly #frame: { readonly window: number; readonly step: number };
  readonly #rate: number;
  #at = 0;
  #step = 0;
  readonly #detections: DetectEvent[] = [];
  readonly #scores: ScoreEvent[] = [];

  constructor(project: TracedProject, numbers: BoardNumbers, pcm: Int16Array) {
    const { frontend } = project;
    this.#frame = frontend.kind === 'none' ? { window: 0, step: 0 } : frameSamples(frontend);
    this.#rate = frontend.kind === 'none' ? 1 : frontend.sampleRate;
    this.#pcm = pcm;
    this.#inferences = project.models.map(() => []);
    const runs = project.models.map(() => 0);
    const keep = (stage: TracedStage, model: number, values: TypedArray, id = 0, output = 0) =>
      this.#keep({ stage, model, number: runs[model]!, id, output }, values);
    this.#run = createHostRun(project, numbers, {
      resampled: (samples) => {
        this.#resampled.push(samples);
        this.#resampledCount += samples.length;
      },
      frame: (frame) => {
        this.#step++;
        this.#keep({ stage: 'frame', model: 0, number: this.#step, id: 0, output: 0 }, frame as TypedArray);
        this.#items.delete(nameOf({ stage: 'frame', model: 0, number: this.#step - 64, id: 0, output: 0 }));
      },
      input: (model, values) => {
        runs[model]! += 1;
        this.#inferences[model]!.push({ number: runs[model]!, names: [] });
        keep('input', model, values.slice());
      },
      operator: (model, { index }, outputs) => {
        for (const [output, values] of outputs.entries()) keep('operator', model, values, index, output);
      },
      output: (model, values) => keep('output', model, values),
      smoothed: (model, means) =>
        keep(
          'smoothed',
          model,
          Uint16Array.from(means, (mean) => Math.round(mean * 10_000)),
        ),
    });
  }

  /** What the host has of it, undefined where it has nothing. What came before in the same model is forgotten. */
  find(key: ItemKey): HostItem | undefined {
    if (key.stage === 'samples') return this.#block(key.number, this.#pcm, true);
    if (key.stage === 'resampled') return this.#resampledBlock(key.number);
    const name = nameOf(key);
    while (!this.#items.has(name) && this.#advance());
    this.#forget(key);
    return this.#items.get(name);
  }

  /** Everything the host says of the clip. */
  said(): HostSaid {
    while (this.#advance());
    return { detections: this.#detections, scores: this.#scores };
  }

  get steps(): number {
    return this.#step;
  }

  /** Audio time of a feature step since reset, as scores have it. */
  msOf(step: number): number {
    const { window, step: hop } = this.#frame;
    return Math.max(0, Math.floor((((step - 1) * hop + window) * 1000) / this.#rate));
  }

  #keep(key: ItemKey, values: TypedArray): void {
    const name = nameOf(key);
    this.#items.set(name, { values, at: this.#at, step: this.#step });
    if (key.stage !== 'frame') this.#inferences[key.model]!.at(-1)?.names.push(name);
  }

  #forget({ stage, model, number }: ItemKey): void {
    if (stage === 'frame') return;
    const runs = this.#inferences[model];
    while (runs !== undefined && runs.length > 0 && runs[0]!.number < number)
      for (const name of runs.shift()!.names) this.#items.delete(name);
  }

  #advance(): boolean {
    if (this.#at >= this.#pcm.length) return false;
    const piece = this.#pcm.subarray(this.#at, this.#at + BLOCK_SAMPLES);
    this.#at += piece.length;
    for (const event of this.#run.push(piece)) {
      if (event.t === 'detect') this.#detections.push(event);
      if (event.t === 'score') this.#scores.push(event);
    }
    return true;
  }

  #block(number: number, samples: Int16Array, own: boolean): HostItem | undefined {
    const from = number * BLOCK_SAMPLES;
    const values = samples.slice(from, from + BLOCK_SAMPLES);
    if (values.length === 0) return undefined;
    const at = own ? from + values.length : this.#at;
    return { values, at, step: this.#step };
  }

  #resampledBlock(number: number): HostItem | undefined {
    while (this.#resampledCount < (number + 1) * BLOCK_SAMPLES && this.#advance());
    if (this.#resampled.length > 1) {
      const all = new Int16Array(this.#resampledCount);
      let at = 0;
      for (const part of this.#resampled.splice(0)) {
        all.set(part, at);
        at += part.length;
      }
      this.#resampled.push(all);
    }
    return this.#block(number, this.#resampled[0] ?? new Int16Array(0), false);
  }
}
