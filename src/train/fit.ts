/** Features → a trained network, by templates/train/fit.py. Owns: the job, its progress, what is kept of it. */
import { existsSync, mkdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toolError } from '../diagnostics/errors.js';
import { frameSamples, type IntegerFrontendSpec } from '../frontend/spec.js';
import { lastLines, runTool } from '../platformio/run-tool.js';
import { FIT_SCRIPT, type TrainingEngine } from './engine.js';
import { isWhole, seal } from './kept.js';
import type { Part } from './make-part.js';
import type { Network, Weight } from './network.js';
import { keyOf } from './voices/speak.js';

/** Changes when the same job would give another network. */
const FORMAT = 2;

/** How a network is trained. */
export interface Recipe {
  readonly steps: number;
  /** Windows a step; a multiple of 16. */
  readonly batch: number;
  readonly rate: number;
  /** AdamW's, and the penalty on the squares of kernels. */
  readonly decay: number;
  readonly penalty: number;
  readonly smoothing: number;
  readonly dropout: number;
  /** Part of a batch that has the word; shares by whose voice it is. */
  readonly positive: number;
  readonly words: Readonly<Record<'real' | 'synthetic', number>>;
  /** Shares of the rest, and the part of a batch that are windows found to be hard. */
  readonly others: Readonly<Record<'real' | 'synthetic' | 'near' | 'broken' | 'noise', number>>;
  readonly hard: number;
  /** Part of the near words' windows that end where a window with the word would. */
  readonly aligned: number;
  /** When hard windows are looked for, as parts of the steps; how many are looked at, and shares by kind. */
  readonly minings: readonly number[];
  readonly sample: number;
  readonly mined: Readonly<Partial<Record<'real' | 'synthetic' | 'near' | 'broken', number>>>;
}

export const RECIPE: Recipe = {
  steps: 3000,
  batch: 256,
  rate: 2e-3,
  decay: 1e-4,
  penalty: 1e-5,
  smoothing: 0.02,
  dropout: 0.1,
  positive: 0.4,
  words: { real: 0.65, synthetic: 0.35 },
  others: { real: 0.4, synthetic: 0.2, near: 0.2, broken: 0.1, noise: 0.05 },
  hard: 0.15,
  aligned: 0.4,
  minings: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  sample: 54_000,
  mined: { real: 0.4, synthetic: 0.2, near: 0.3, broken: 0.1 },
};

/** What a float feature is multiplied by for the network, and the greatest that comes of it. */
export const FEATURE_SCALE = 0.1;
/** What a step of the int8 input is worth, see `frontend/quantize.ts`. */
const FEATURE_STEP = 666 / 256 / 25.6;

export interface FitRequest {
  readonly folder: string;
  readonly engine: TrainingEngine;
  readonly frontend: IntegerFrontendSpec;
  readonly parts: readonly Part[];
  readonly network: Network;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly progress?: (done: number, of: number, loss: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Fitted {
  readonly key: string;
  readonly listed: readonly Weight[];
  readonly data: Uint8Array;
}

const said = z.looseObject({
  step: z.number().optional(),
  of: z.number().optional(),
  loss: z.number().nullable().optional(),
});

/**
 * Trains, or goes on with what was begun, or returns what is there.
 *
 * @throws toolError where the trainer fails; an abort throws its reason
 */
export async function fitNetwork(request: FitRequest): Promise<Fitted> {
  const { engine, frontend, parts, network, recipe, seed, progress, signal } = request;
  const names = parts.map(({ passages }) => passages.split(/[\\/]/).at(-1));
  const key = keyOf({ format: FORMAT, parts: names, network, recipe, seed });
  const folder = join(request.folder, key);
  const listed = join(folder, 'weights.json');
  const data = join(folder, 'weights.bin');
  if (!(await isWhole(listed)) || !(await isWhole(data))) {
    await rm(listed, { force: true });
    mkdirSync(folder, { recursive: true });
    const job = join(folder, 'job.json');
    const features = {
      scale: FEATURE_STEP * FEATURE_SCALE,
      top: 255 * FEATURE_STEP * FEATURE_SCALE,
      stepMs: frontend.stepMs,
      windowMs: (1000 * frameSamples(frontend).window) / frontend.sampleRate,
    };
    await writeFile(job, JSON.stringify({ folder, parts, features, network, recipe, seed }));
    const tail = lastLines(8);
    const end = await runTool(engine.python, ['-B', FIT_SCRIPT, job], {
      log: join(folder, 'log.txt'),
      signal,
      onLine: (line) => {
        const told = said.safeParse(parsed(line));
        if (!told.success) tail.add(line);
        else if (told.data.step !== undefined)
          progress?.(told.data.step, told.data.of ?? recipe.steps, told.data.loss ?? Number.NaN);
      },
    });
    if (end.kind === 'aborted') throw signal?.reason;
    if (end.kind !== 'exit' || end.code !== 0 || !existsSync(listed))
      throw toolError({
        what: 'training failed',
        ...(tail.lines.length === 0 ? {} : { why: tail.lines.join('\n       ') }),
        next: `the full log is ${join(folder, 'log.txt')}`,
      });
    await seal(data);
    await seal(listed);
  }
  return {
    key,
    listed: JSON.parse(await readFile(listed, 'utf8')) as Weight[],
    data: await readFile(data),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
