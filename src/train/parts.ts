/**
 * Sources → passages → features, by kws-gen's own front end, in parts that are kept in the cache by their content:
 * a run that was broken off makes only what is missing.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadClip } from '../audio/clip.js';
import { wavFile } from '../audio/wav-file.js';
import { writeTogether } from '../files/write-together.js';
import { createFrontend } from '../frontend/frontend.js';
import { quantizeFeature } from '../frontend/quantize.js';
import { frontendHash, type MicroFrontendSpec } from '../frontend/spec.js';
import {
  makePassage,
  type Passage,
  type PassageKind,
  type PassagePlan,
  type Source,
  type Studio,
} from './passages.js';
import { createRandom, shuffled } from './random.js';
import { pcm16 } from './sound/settings.js';
import { RATE } from './sound/speech.js';
import { keyOf } from './voices/speak.js';

/** Changes when the same plan would give other features. */
const FORMAT = 1;
/** Passages of a part: some minutes of sound. */
const PART = 32;
/** Passages of each kind that are written to be listened to. */
const LISTENED = 4;
/** Decoded sound that is kept, samples of 16 bits: 400 MB. */
const KEPT_SAMPLES = 200e6;

/** A file of features and what is where in it. */
export interface Part {
  readonly frames: string;
  readonly passages: string;
}

/** Per round: of which sources, how often each is used, and how many a passage has. */
interface Share {
  readonly make: PassagePlan['make'];
  readonly kind: PassageKind;
  readonly of: (source: Source) => boolean;
  readonly times: number;
  readonly size: number;
}

const isWord = (kind: Source['kind']) => (source: Source) => source.hasWord && source.kind === kind;
const isTalk = (kind: Source['kind']) => (source: Source) => !source.hasWord && source.kind === kind;

const SHARES: readonly Share[] = [
  { make: 'word', kind: 'real', of: isWord('real'), times: 4, size: 6 },
  { make: 'word', kind: 'synthetic', of: isWord('synthetic'), times: 1, size: 6 },
  { make: 'broken', kind: 'broken', of: isWord('real'), times: 1, size: 6 },
  { make: 'broken', kind: 'broken', of: isWord('synthetic'), times: 0.25, size: 6 },
  { make: 'other', kind: 'real', of: isTalk('real'), times: 1.5, size: 4 },
  { make: 'other', kind: 'near', of: isTalk('near'), times: 1, size: 6 },
  { make: 'other', kind: 'synthetic', of: isTalk('synthetic'), times: 0.7, size: 4 },
  { make: 'noise', kind: 'noise', of: () => true, times: 0.04, size: 1 },
];

/** The passages of all rounds; the same for the same sources and seed. */
export function planPassages(
  sources: readonly Source[],
  rounds: number,
  seed: number,
): readonly PassagePlan[] {
  const plans: PassagePlan[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [row, { make, kind, of, times, size }] of SHARES.entries()) {
      const pool = sources.filter(of);
      const random = createRandom(`plan ${seed} ${round} ${row}`);
      const whole = Math.floor(times);
      const drawn = Array.from({ length: whole }, () => shuffled(pool, random)).flat();
      drawn.push(...shuffled(pool, random).slice(0, Math.round((times - whole) * pool.length)));
      for (let at = 0; at < drawn.length; at += size)
        plans.push({
          make,
          kind,
          sources: drawn.slice(at, at + size),
          seed: `${seed} ${round} ${row} ${at}`,
        });
    }
  }
  return plans;
}

export interface PartsOptions {
  readonly folder: string;
  readonly frontend: MicroFrontendSpec;
  /** Without the word, of which others talk in the background. */
  readonly talk: readonly Source[];
  readonly noises: readonly Source[];
  readonly progress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Frames as the model's int8 input + 128, one byte a feature. */
export async function makeParts(
  plans: readonly PassagePlan[],
  options: PartsOptions,
): Promise<readonly Part[]> {
  const { folder, talk, noises, progress, signal } = options;
  mkdirSync(folder, { recursive: true });
  const common = {
    format: FORMAT,
    frontend: frontendHash(options.frontend),
    talk: keyOf(talk.map(({ key }) => key)),
    noises: keyOf(noises.map(({ key }) => key)),
  };
  const sounds = createSounds();
  const parts: Part[] = [];
  for (let at = 0; at < plans.length; at += PART) {
    const own = plans.slice(at, at + PART);
    const listed = own.map((plan) => ({ ...plan, sources: plan.sources.map(({ key }) => key) }));
    const name = join(folder, keyOf({ ...common, listed }));
    const part: Part = { frames: `${name}.u8`, passages: `${name}.json` };
    // The list is written last: with it the part is whole.
    if (!existsSync(part.passages)) await makePart(own, part, options, sounds, signal);
    parts.push(part);
    progress?.(Math.min(at + PART, plans.length), plans.length);
  }
  return parts;
}

async function makePart(
  plans: readonly PassagePlan[],
  part: Part,
  { frontend: spec, talk, noises }: PartsOptions,
  sounds: Sounds,
  signal: AbortSignal | undefined,
): Promise<void> {
  const frontend = createFrontend(spec);
  const rows: Uint8Array[] = [];
  const listed: { frames: number; kind: PassageKind; said: readonly (readonly [number, number])[] }[] = [];
  for (const plan of plans) {
    // Ctrl-C is heard between passages.
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const passage = await passageOf(plan, { talk, noises }, sounds);
    frontend.reset();
    const frames = frontend.push(pcm16(passage.sound));
    rows.push(...frames.map((frame) => Uint8Array.from(frame, (value) => quantizeFeature(value) + 128)));
    const said = passage.said.map(({ begin, end }) => [begin, end] as const);
    listed.push({ frames: frames.length, kind: passage.kind, said });
  }
  await whole(part.frames, Buffer.concat(rows));
  await whole(part.passages, JSON.stringify(listed));
}

/** What a passage may draw from is loaded beforehand: passages themselves do not wait for files. */
async function passageOf(
  plan: PassagePlan,
  { talk, noises }: Pick<PartsOptions, 'talk' | 'noises'>,
  sounds: Sounds,
): Promise<Passage> {
  const random = createRandom(`background ${plan.seed}`);
  const around = Array.from({ length: Math.min(12, talk.length) }, () => random.pick(talk));
  for (const source of [...plan.sources, ...around, ...noises]) await sounds.load(source);
  const studio: Studio = { sound: sounds.get, talk: around, noises };
  return makePassage(studio, plan);
}

/** Of each kind of passage the first few as WAV files, to be listened to: what is learned from, as it is heard. */
export async function listenTo(
  plans: readonly PassagePlan[],
  folder: string,
  options: Pick<PartsOptions, 'talk' | 'noises'>,
): Promise<readonly string[]> {
  const sounds = createSounds();
  const files = new Map<string, Uint8Array>();
  for (const make of ['word', 'other', 'broken', 'noise'] as const) {
    for (const kind of ['real', 'synthetic', 'near', 'broken', 'noise'] as const) {
      const own = plans.filter((plan) => plan.make === make && plan.kind === kind).slice(0, LISTENED);
      for (const [i, plan] of own.entries()) {
        const { sound } = await passageOf(plan, options, sounds);
        files.set(join(folder, `${make}-${kind}-${i + 1}.wav`), wavFile(pcm16(sound), RATE));
      }
    }
  }
  await writeTogether(files, 'another folder with --listen');
  return [...files.keys()];
}

async function whole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.${process.pid}.part`, content);
  await rename(`${path}.${process.pid}.part`, path);
}

interface Sounds {
  load(source: Source): Promise<void>;
  /** Of what was loaded last. */
  get(source: Source): Float32Array;
}

/** Decoded files, the least recently used ones forgotten. */
function createSounds(): Sounds {
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
        if (samples <= KEPT_SAMPLES || kept.size <= 64) break;
        kept.delete(oldest);
        samples -= length;
      }
    },
    get: ({ path }) => Float32Array.from(kept.get(path)!, (value) => value / 32768),
  };
}
