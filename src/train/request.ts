/** train.json → the request it was made by. Untrusted: it may come with somebody else's project. */
import { join } from 'node:path';
import { z } from 'zod';
import { inputError } from '../diagnostics/errors.js';
import { readBounded } from '../files/read-bounded.js';
import { SIZES } from './network.js';
import type { TrainRequest } from './types.js';

export const TRAIN_FILE = 'train.json';
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
    size: z.enum(SIZES),
    quick: z.boolean(),
    seed: z.int().min(0),
    board: z.string(),
    maxFaPerHour: z.number().positive(),
  }),
});

/** @throws KwsError (exit code 2) where there is none, or it says nothing that can be done */
export async function readRequest(folder: string): Promise<TrainRequest> {
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
  if (result.success) return result.data.request;
  const [issue] = result.error.issues;
  throw refuse(`${issue!.path.join('.')}: ${issue!.message}`);
}
