/**
 * Files of the cache, each with its checksum beside it: what was cut, changed or never ended is found out, and made
 * again instead of used.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';

const sumOf = (path: string): string => `${path}.sha256`;
const hashOf = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Writes a file that appears whole or not at all. Its folder is there. */
export async function keep(path: string, content: string | Uint8Array): Promise<void> {
  // Without a sum it is not whole: an end between the two steps leaves nothing that could be believed.
  await rm(sumOf(path), { force: true });
  await written(path, content);
  await written(sumOf(path), hashOf(content));
}

/** The same for a file that another program has written to its end. */
export async function seal(path: string): Promise<void> {
  await written(sumOf(path), hashOf(await readFile(path)));
}

/** Whether a file is there and is what it was when it was kept. */
export async function isWhole(path: string): Promise<boolean> {
  try {
    const [sum, content] = await Promise.all([readFile(sumOf(path), 'utf8'), readFile(path)]);
    return sum === hashOf(content);
  } catch {
    return false;
  }
}

async function written(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.part`;
  await writeFile(partial, content);
  await rename(partial, path);
}
