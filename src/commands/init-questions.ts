/** What `init` asks on a terminal before it can draft a project: paths, again until they are there. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { KwsError } from '../diagnostics/errors.js';
import type { Asker } from '../project/asker.js';

/** Wrong answers, after which the last one is taken and reported as a mistake. */
const MOST_ANSWERS = 10;

/** @returns undefined where nobody can be asked */
export async function askPath(
  asker: Asker | undefined,
  question: string,
  example: string,
  directory: string,
): Promise<string | undefined> {
  if (asker === undefined) return undefined;
  let answer = (await asker.text(question, example)).trim();
  for (let tries = 1; tries < MOST_ANSWERS && !isThere(answer, directory); tries++) {
    const wrong = answer === '' ? 'Nothing was named' : `There is no ${answer}`;
    answer = (await asker.text(`${wrong}. ${question}`, example)).trim();
  }
  return answer;
}

const isThere = (path: string, directory: string) => path !== '' && existsSync(resolve(directory, path));

/** A float model needs recordings; others, and what is no model, need none. */
export async function askCalibration(
  asker: Asker | undefined,
  source: string,
  directory: string,
): Promise<readonly string[] | undefined> {
  if (asker === undefined) return undefined;
  const [{ readSource }, { readModel }, { numberKind }] = await Promise.all([
    import('../project/source.js'),
    import('../readers/read-model.js'),
    import('../verify/int8.js'),
  ]);
  try {
    const { model } = await readSource(resolve(directory, source), (bytes, name, siblings) =>
      readModel(bytes, name, siblings),
    );
    const kind = numberKind(model);
    if (kind !== 'float' && kind !== 'hybrid') return undefined;
  } catch (error) {
    // It is said when the project is drafted.
    if (error instanceof KwsError) return undefined;
    throw error;
  }
  const question = 'It is a float model. Folder of recordings to quantize it with';
  const path = await askPath(asker, question, 'recordings/', directory);
  return path === undefined ? undefined : [path];
}
