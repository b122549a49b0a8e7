/**
 * Sources → passages → features, by kws-gen's own front end, in parts that are kept in the cache by their content:
 * a run that was broken off makes only what is missing.
 */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { wavFile } from '../audio/wav-file.js';
import { toolError } from '../diagnostics/errors.js';
import { writeTogether } from '../files/write-together.js';
import { frontendHash } from '../frontend/spec.js';
import { isWhole } from './kept.js';
import {
  createSounds,
  makePart,
  type Part,
  type PartJob,
  passageOf,
  type Surroundings,
} from './make-part.js';
import type { PartAnswer } from './parts-worker.js';
import type { PassageKind, PassagePlan, Source } from './passages.js';
import { createRandom, shuffled } from './random.js';
import { pcm16 } from './sound/settings.js';
import { RATE } from './sound/speech.js';
import { keyOf } from './voices/speak.js';

/** Changes when the same plan would give other features. */
const FORMAT = 3;
/** Passages of a part: some minutes of sound. */
const PART = 32;
/** Passages of each kind that are written to be listened to. */
const LISTENED = 4;
const COMPILED = import.meta.url.endsWith('.js');

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
  { make: 'word', kind: 'real', of: isWord('real'), times: 6, size: 6 },
  { make: 'word', kind: 'synthetic', of: isWord('synthetic'), times: 1, size: 6 },
  { make: 'broken', kind: 'broken', of: isWord('real'), times: 1, size: 6 },
  { make: 'broken', kind: 'broken', of: isWord('synthetic'), times: 0.25, size: 6 },
  { make: 'other', kind: 'real', of: isTalk('real'), times: 1.5, size: 4 },
  { make: 'other', kind: 'near', of: isTalk('near'), times: 1, size: 6 },
  { make: 'other', kind: 'synthetic', of: isTalk('synthetic'), times: 0.7, size: 4 },
  { make: 'noise', kind: 'noise', of: () => true, times: 0.04, size: 1 },
];

/**
 * The passages of all rounds; the same for the same sources and seed.
 * @param seed any number or text
 */
export function planPassages(
  sources: readonly Source[],
  rounds: number,
  seed: number | string,
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

export interface PartsOptions extends Surroundings {
  readonly folder: string;
  /** Threads; 0 for this one. All cores unless given; where the sources run uncompiled (tests), this one. */
  readonly threads?: number;
  readonly progress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The parts that are not there yet are made, each by whichever thread is free: all of them are the same in any. */
export async function makeParts(
  plans: readonly PassagePlan[],
  options: PartsOptions,
): Promise<readonly Part[]> {
  const { folder, frontend, talk, noises, progress, signal } = options;
  mkdirSync(folder, { recursive: true });
  const common = {
    format: FORMAT,
    frontend: frontendHash(frontend),
    talk: keyOf(talk.map(({ key }) => key)),
    noises: keyOf(noises.map(({ key }) => key)),
  };
  const parts: Part[] = [];
  const missing: PartJob[] = [];
  for (let at = 0; at < plans.length; at += PART) {
    const own = plans.slice(at, at + PART);
    const listed = own.map((plan) => ({ ...plan, sources: plan.sources.map(({ key }) => key) }));
    const name = join(folder, keyOf({ ...common, listed }));
    const part: Part = { frames: `${name}.u8`, passages: `${name}.json` };
    const whole = (await isWhole(part.frames)) && (await isWhole(part.passages));
    if (!whole) missing.push({ plans: own, part });
    parts.push(part);
  }
  let done = parts.length - missing.length;
  progress?.(done, parts.length);
  const made = () => progress?.(++done, parts.length);
  const threads = Math.min(missing.length, options.threads ?? (COMPILED ? availableParallelism() : 0));
  const surroundings = { frontend, talk, noises };
  if (threads > 1) await inThreads(missing, surroundings, { threads, made, signal });
  else {
    const sounds = createSounds();
    for (const job of missing) {
      await makePart(job, surroundings, sounds, signal);
      made();
    }
  }
  return parts;
}

interface Pool {
  readonly threads: number;
  readonly made: () => void;
  readonly signal: AbortSignal | undefined;
}

/** @throws what aborted the signal; toolError where a thread fails */
async function inThreads(
  jobs: readonly PartJob[],
  surroundings: Surroundings,
  { threads, made, signal }: Pool,
) {
  const workerData = { surroundings, share: 1 / threads };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./parts-worker.js', import.meta.url), { workerData, execArgv: [] }),
  );
  const queue = jobs.values();
  const options = signal === undefined ? {} : { signal };
  const work = async (worker: Worker) => {
    for (const job of queue) {
      const answered = once(worker, 'message', options);
      worker.postMessage(job);
      const [{ failed }] = (await answered) as [PartAnswer];
      if (failed !== undefined)
        throw toolError({
          what: `features cannot be made: ${failed}`,
          where: job.part.frames,
          next: 'give the command again; if it stays, delete the cache folder',
        });
      made();
    }
  };
  try {
    await Promise.all(workers.map(work));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Of each kind of passage the first few as WAV files, to be listened to: what is learned from, as it is heard. */
export async function listenTo(
  plans: readonly PassagePlan[],
  folder: string,
  options: Pick<Surroundings, 'talk' | 'noises'>,
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
