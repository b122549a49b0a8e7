/** train.json → the request it was made by. Untrusted: it may come with somebody else's project. */
import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { inputError } from '../diagnostics/errors.js';
import { readBounded } from '../files/read-bounded.js';
import { TRAIN_FRONTENDS } from './frontends.js';
import { NETWORKS, SIZES } from './network.js';
import type { TrainRequest } from './types.js';
import { LONGEST_WINDOW_MS, SHORTEST_WINDOW_MS } from './window.js';

export const TRAIN_FILE = 'train.json';
/** Of cross-validation; each is a model. */
const MOST_FOLDS = 10;
const LARGEST = 32 * 1024 * 1024;

const paths = z.array(z.string().max(4096)).max(1000);
const trainFile = z.looseObject({
  version: z.literal(1),
  request: z.strictObject({
    word: z.string(),
    spellings: z.array(z.string()).min(1).max(20),
    language: z.string().regex(/^[a-z0-9-]{2,20}$/i),
    positives: paths,
    negatives: paths,
    noises: paths,
    judges: paths,
    frontend: z.enum(TRAIN_FRONTENDS).default('micro-wake-word'),
    network: z.enum(NETWORKS).default('window'),
    size: z.enum(SIZES),
    neural: z.boolean().default(false),
    quick: z.boolean(),
    seed: z.int().min(0),
    board: z.string(),
    maxFaPerHour: z.number().positive(),
    windowMs: z.number().min(SHORTEST_WINDOW_MS).max(LONGEST_WINDOW_MS).optional(),
    folds: z.int().min(0).max(MOST_FOLDS).default(0),
  }),
});

/** A path as train.json has it: given from the project's folder, so that it names no folder of its user. */
export const pathFrom = (project: string, path: string): string =>
  (relative(project, path) || '.').split(sep).join('/');

const PATHS = ['positives', 'negatives', 'noises', 'judges'] as const;

/** The request with its paths given from one folder, for one whose paths are given from another. */
function moved(request: TrainRequest, from: string, to: string): TrainRequest {
  const path = (one: string) => pathFrom(to, resolve(from, one));
  return { ...request, ...Object.fromEntries(PATHS.map((name) => [name, request[name].map(path)])) };
}

/** As train.json has it. */
export function portable(request: TrainRequest, directory: string, project: string): TrainRequest {
  return moved(request, directory, project);
}

/**
 * @param directory what the paths of the request are to be given from
 * @throws KwsError (exit code 2) where there is none, or it says nothing that can be done
 */
export async function readRequest(folder: string, directory: string): Promise<TrainRequest> {
  if (!existsSync(join(folder, TRAIN_FILE)))
    throw inputError({
      what: 'there is no train.json: not a project that kws-gen train made',
      where: folder,
      next: 'kws-gen train --word "hey device" makes one; -o names its folder',
    });
  const bytes = await readBounded(join(folder, TRAIN_FILE), LARGEST, TRAIN_FILE);
  const refuse = (why: string) =>
    inputError({
      what: 'does not say how it was trained',
      where: join(folder, TRAIN_FILE),
      why,
      next: 'give the command anew: kws-gen train --word …',
    });
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const result = trainFile.safeParse(data);
  if (result.success) return moved(result.data.request, folder, directory);
  const [issue] = result.error.issues;
  throw refuse(`${issue!.path.join('.')}: ${issue!.message}`);
}
