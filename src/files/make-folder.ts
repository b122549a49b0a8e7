/** Making folders a user named. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The folder and those above it, as `mkdir -p`; Node's own recursion never ends where a file system refuses. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path);
  }
}
