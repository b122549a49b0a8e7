/** What a disk says when it refuses: trouble with a folder, and no defect of ours. */
import { dirname } from 'node:path';
import { inputError, type KwsError, toolError } from './errors.js';

/** What the system's codes mean for whoever has to do something about it. */
const REFUSALS: Readonly<Record<string, { readonly why: string; readonly next: string }>> = {
  EACCES: { why: 'permission is denied', next: 'give yourself permission there, or name another folder' },
  EPERM: { why: 'it is not permitted', next: 'give yourself permission there, or name another folder' },
  EROFS: { why: 'its file system can only be read', next: 'name a folder that can be written' },
  ENOSPC: { why: 'the disk is full', next: 'free some space, or name a folder on another disk' },
  EDQUOT: { why: 'your share of the disk is used up', next: 'free some space, or name another folder' },
  EMFILE: { why: 'too many files are open', next: 'close other programs, or raise the limit (ulimit -n)' },
};

/** Names that lead nowhere: nothing is wrong with the disk. */
const MISNAMED: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder, and a file is meant',
  ENOTDIR: 'a part of it is a file, and a folder is meant',
  EEXIST: 'something of that name is already there',
  ENAMETOOLONG: 'the name is too long for this file system',
  ELOOP: 'its links lead in a circle',
};

/** Why a path cannot be what the user meant it to be, by a code of the system; undefined where it could. */
const misnamed = (error: unknown): string | undefined =>
  MISNAMED[(error as NodeJS.ErrnoException).code ?? ''];

/**
 * What was to be written and could not be: exit code 2 for a wrong name, 3 where the disk refuses.
 * @param elsewhere how another place is chosen
 */
export function unwritable(what: string, where: string, elsewhere: string, cause: unknown): KwsError {
  const problem = { what: `${what} cannot be written`, where };
  const why = misnamed(cause);
  if (why !== undefined) return inputError({ ...problem, why, next: `choose ${elsewhere}` }, { cause });
  const next = `give yourself permission to write there, or choose ${elsewhere}`;
  return toolError({ ...problem, why: (cause as Error).message, next }, { cause });
}

const WRITES = new Set([
  'mkdir',
  'mkdtemp',
  'open',
  'write',
  'rename',
  'unlink',
  'rmdir',
  'copyfile',
  'utime',
  'fsync',
]);

/** An error of Node's about a path, as one that names it: exit code 3, 2 for a wrong name; undefined for any other. */
export function diskError(error: unknown): KwsError | undefined {
  const { code = '', path, syscall = '' } = error as NodeJS.ErrnoException;
  const why = misnamed(error);
  // A wrong name is one that somebody gave.
  if (error instanceof Error && why !== undefined && path !== undefined)
    return inputError(
      { what: 'this name cannot be used', where: path, why, next: 'choose another one' },
      { cause: error },
    );
  const refusal = REFUSALS[code];
  if (!(error instanceof Error) || refusal === undefined) return undefined;
  return toolError(
    {
      what: WRITES.has(syscall) ? 'this folder cannot be written' : 'this folder cannot be used',
      ...(path === undefined ? {} : { where: syscall === 'mkdir' ? path : dirname(path) }),
      why: refusal.why,
      next: `${refusal.next}: --project, --output, and KWS_CACHE_DIR for the cache`,
    },
    { cause: error },
  );
}
