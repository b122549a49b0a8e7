/** Recordings that a train.json names and that lie elsewhere: found by the ends of their paths, or said to be missing. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import type { TrainRequest } from './types.js';

const OPTIONS = {
  positives: '--positives',
  negatives: '--negatives',
  noises: '--noise',
  judges: '--judge',
} as const;

/**
 * The request with every path where it is: where it says, or below `data` under the longest end of it that is there.
 *
 * @param directory what the paths are given from
 * @throws KwsError (exit code 2) with everything that is missing
 */
export function found(request: TrainRequest, directory: string, data: string | undefined): TrainRequest {
  const missing: Problem[] = [];
  const lookedFor = (name: string, option: string): string => {
    if (existsSync(resolve(directory, name))) return name;
    const parts = name.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..');
    for (let from = 0; data !== undefined && from < parts.length; from++) {
      const path = join(data, ...parts.slice(from));
      if (existsSync(path)) return relative(directory, path) || '.';
    }
    missing.push({
      what: 'is not there: the recordings that it was trained with are not part of the project',
      where: `${option} ${name}`,
      next:
        data === undefined
          ? `--data FOLDER names the folder in which "${parts.at(-1)}" lies`
          : `put "${parts.at(-1)}" into ${relative(directory, data) || '.'}`,
    });
    return name;
  };
  const paths = Object.entries(OPTIONS).map(([field, option]) => [
    field,
    request[field as keyof typeof OPTIONS].map((name) => lookedFor(name, option)),
  ]);
  if (missing.length > 0)
    throw inputError([
      ...missing,
      {
        what: 'without them it can be trained by synthetic voices alone, which is another detector',
        next: `kws-gen train --word ${JSON.stringify(request.word)} -o another-folder`,
      },
    ]);
  return { ...request, ...Object.fromEntries(paths) };
}
