/**
 * The user's consent to settings that can run code of their own: asked once for each content.
 *
 * Owns: what the consent is to (the settings, and what the files that they name contain), where it is remembered (the
 * user's cache folder: a project cannot bring its own), what is said without it. Leaves to others: which settings
 * need it (`fields.ts`), the question on a terminal (`commands/`).
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { makeFolder } from '../files/make-folder.js';
import type { TrustField } from './fields.js';

export interface TrustOptions {
  /** The user has said so already: `--trust`. */
  readonly given?: boolean;
  /** Whoever can be asked; absent where nobody is there. */
  readonly ask?: ((fields: readonly TrustField[]) => Promise<boolean>) | undefined;
  /** Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

const MOST_FILE_BYTES = 4 * 1024 * 1024;
const MOST_PROBLEMS = 20;

/**
 * Returns where there is nothing to agree to, or its user has agreed.
 *
 * @param folder of the firmware project: what PlatformIO's paths are relative to
 * @throws KwsError (exit code 2) that names every field
 */
export async function requireTrust(
  fields: readonly TrustField[],
  folder: string,
  options: TrustOptions = {},
): Promise<void> {
  if (fields.length === 0) return;
  const record = join(cacheFolder(options.env), 'trusted', contentHash(fields, folder));
  if (existsSync(record)) return;
  const agreed = options.given === true || (await options.ask?.(fields)) === true;
  if (!agreed) throw inputError(fields.slice(0, MOST_PROBLEMS).map(problem));
  try {
    makeFolder(join(record, '..'));
    writeFileSync(record, `${fields.map(({ where }) => where).join('\n')}\n`);
  } catch {
    // It holds for this run, and is asked for again.
  }
}

function problem({ where, key, value, why }: TrustField): Problem {
  return {
    what: `${JSON.stringify(value)} can run code of its own on this computer`,
    where,
    why: `${why ?? `PlatformIO evaluates ${key} when firmware is built`}, and a project may come from a stranger`,
    next: 'read it; if you trust it, --trust agrees to it, and is remembered until it changes',
  };
}

/** Of keys and values, and of the files that the values name: a script that changes is another content. */
function contentHash(fields: readonly TrustField[], folder: string): string {
  const contents = fields.map(({ key, value }) => [key, value, ...filesIn(value, folder)]);
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex');
}

function filesIn(value: string, folder: string): string[] {
  const words = new Set([value, ...value.split(/[\s,]+/), ...value.split(/[\s,=:]+/)]);
  return [...words].flatMap((word) => {
    const path = resolve(folder, word);
    const status = word === '' ? undefined : statSync(path, { throwIfNoEntry: false });
    if (status?.isFile() !== true || status.size > MOST_FILE_BYTES) return [];
    return [createHash('sha256').update(readFileSync(path)).digest('hex')];
  });
}
