/** One part: its passages made, heard by the front end, and kept. The same in whichever thread. */
import { loadClip } from '../audio/clip.js';
import { createFrontend } from '../frontend/frontend.js';
import { quantizeFeature } from '../frontend/quantize.js';
import type { IntegerFrontendSpec } from '../frontend/spec.js';
import { keep } from './kept.js';
import {
  makePassage,
  type Passage,
  type PassageKind,
  type PassagePlan,
  type Source,
  type Studio,
} from './passages.js';
import { createRandom } from './random.js';
import { pcm16 } from './sound/settings.js';
import { RATE } from './sound/speech.js';

/** Decoded sound that all threads keep together, samples of 16 bits: 400 MB. */
const KEPT_SAMPLES = 200e6;

/** A file of features and what is where in it. */
export interface Part {
  readonly frames: string;
  readonly passages: string;
}

export interface Surroundings {
  readonly frontend: IntegerFrontendSpec;
  /** Without the word, of which others talk in the background. */
  readonly talk: readonly Source[];
  readonly noises: readonly Source[];
}

export interface PartJob {
  readonly plans: readonly PassagePlan[];
  readonly part: Part;
}

/** Frames as the model's int8 input + 128, one byte a feature. */
export async function makePart(
  { plans, part }: PartJob,
  { frontend: spec, talk, noises }: Surroundings,
  sounds: Sounds,
  signal?: AbortSignal,
): Promise<void> {
  const frontend = createFrontend(spec);
  const rows: Uint8Array[] = [];
  const listed: {
    readonly frames: number;
    readonly kind: PassageKind;
    readonly said: readonly (readonly [number, number])[];
    readonly alike: readonly number[];
  }[] = [];
  for (const plan of plans) {
    // Ctrl-C is heard between passages.
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const passage = await passageOf(plan, { talk, noises }, sounds);
    frontend.reset();
    const frames = frontend.push(pcm16(passage.sound));
    rows.push(...frames.map((frame) => Uint8Array.from(frame, (value) => quantizeFeature(value) + 128)));
    const said = passage.said.map(({ begin, end }) => [begin, end] as const);
    listed.push({ frames: frames.length, kind: passage.kind, said, alike: passage.alike });
  }
  await keep(part.frames, Buffer.concat(rows));
  await keep(part.passages, JSON.stringify(listed));
}

/** What a passage may draw from is loaded beforehand: passages themselves do not wait for files. */
export async function passageOf(
  plan: PassagePlan,
  { talk, noises }: Pick<Surroundings, 'talk' | 'noises'>,
  sounds: Sounds,
): Promise<Passage> {
  const random = createRandom(`background ${plan.seed}`);
  const around = Array.from({ length: Math.min(12, talk.length) }, () => random.pick(talk));
  for (const source of [...plan.sources, ...around, ...noises]) await sounds.load(source);
  const studio: Studio = { sound: sounds.get, talk: around, noises };
  return makePassage(studio, plan);
}

export interface Sounds {
  load(source: Source): Promise<void>;
  /** Of what was loaded last. */
  get(source: Source): Float32Array;
}

/**
 * Decoded files, the least recently used ones forgotten.
 * @param share of what may be kept
 */
export function createSounds(share = 1): Sounds {
  const kept = new Map<string, Int16Array>();
  let samples = 0;
  return {
    async load({ path }) {
      const known = kept.get(path);
      if (known !== undefined) {
        kept.delete(path);
        kept.set(path, known);
        return;
      }
      const sound = await loadClip(path, RATE);
      kept.set(path, sound);
      samples += sound.length;
      for (const [oldest, { length }] of kept) {
        if (samples <= share * KEPT_SAMPLES || kept.size <= 64) break;
        kept.delete(oldest);
        samples -= length;
      }
    },
    get: ({ path }) => new Float32Array(kept.get(path)!).map((value) => value / 32768),
  };
}
