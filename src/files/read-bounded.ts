/** A file that a user named, read: a regular one of bounded size, or an error that says what to do. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { inputError, type Problem } from '../diagnostics/errors.js';

const REASONS: Readonly<Record<string, Omit<Problem, 'where'>>> = {
  ENOENT: { what: 'there is no such file', next: 'check the path' },
  ENOTDIR: { what: 'there is no such file', next: 'check the path' },
  EACCES: { what: 'this file may not be read', next: 'give yourself permission to read it' },
  EISDIR: { what: 'this is a folder, not a file', next: 'name the file in it' },
};

/**
 * @param path file to read
 * @param where how messages call it
 * @throws KwsError (exit code 2)
 */
export async function readBounded(path: string, most: number, where = path): Promise<Uint8Array> {
  const refuse = (problem: Omit<Problem, 'where'>) => inputError({ ...problem, where });
  try {
    // Non-blocking: opening a named pipe must not wait for its writer.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw refuse(REASONS.EISDIR!);
      if (!stat.isFile()) throw refuse({ what: 'this is not a regular file', next: 'name a file' });
      if (stat.size > most)
        throw refuse({
          what: `${stat.size} bytes are more than the ${most} that are read of such a file`,
          next: 'check that it is the file you meant',
        });
      return await readAll(file, stat.size);
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw inputError(
      { ...(REASONS[code] ?? { what: `this file cannot be read (${code})` }), where },
      { cause: error },
    );
  }
}

/** At most as many bytes as the file had when it was measured: a growing file cannot outrun the bound. */
async function readAll(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
