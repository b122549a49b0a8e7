/**
 * One run at a time writes, builds and uploads in a folder of a firmware project.
 *
 * Owns: where the lock lies (`.pio`, which PlatformIO makes anyway and no project keeps), waiting for whoever works
 * there, how that is told. What a board says while it runs needs no lock: its folder may be used for the next one.
 */
import { existsSync, lstatSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inputError, toolError } from '../diagnostics/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { type Holder, holderText, releaseLock, takeLock } from './lock.js';

export interface FolderLockOptions {
  readonly signal?: AbortSignal;
  /** Told once where another run is in the way. */
  readonly waiting?: (text: string) => void;
  /** Milliseconds; ten minutes unless told: a first build downloads a lot. */
  readonly patience?: number;
}

const PATIENCE_MS = 10 * 60_000;
const AGAIN_MS = 200;

/** Locks that this process holds: to the file it is one holder, whatever it does side by side. */
const here = new Set<string>();

/**
 * Waits until nobody else works in the folder.
 * @returns what gives it back
 * @throws KwsError: exit code 3 where the other one does not come to its end, 2 where `.pio` leads elsewhere
 */
export async function lockFolder(folder: string, options: FolderLockOptions = {}): Promise<() => void> {
  const { signal, waiting, patience = PATIENCE_MS } = options;
  const inner = join(folder, '.pio');
  const path = join(inner, 'kws-gen.lock');
  // Before anything is made: through a link it would be made elsewhere.
  for (const one of [folder, inner]) refuseLink(one);
  const made = [folder, inner].filter((one) => !existsSync(one));
  if (!makeInner(inner)) return () => {};
  const release = () => {
    here.delete(path);
    releaseLock(path);
    // What was made for the lock alone goes with it.
    for (const one of [...made].reverse()) removeEmpty(one);
  };
  const deadline = Date.now() + patience;
  for (let told = false; ; ) {
    signal?.throwIfAborted();
    if (!here.has(path)) {
      const result = tryLock(path);
      if (result === undefined) return () => {};
      if (result.kind === 'taken') {
        here.add(path);
        return release;
      }
      if (!told) waiting?.(waitingText(folder, result.by));
      told = true;
      if (Date.now() >= deadline) throw inTheWay(folder, result.by, patience);
    } else if (Date.now() >= deadline) throw inTheWay(folder, undefined, patience);
    await sleep(AGAIN_MS, undefined, signal === undefined ? {} : { signal });
  }
}

function waitingText(folder: string, by: Holder | undefined): string {
  return `waiting for ${folder}: ${holderText(by)} builds there; --output FOLDER builds elsewhere at once`;
}

function inTheWay(folder: string, by: Holder | undefined, patience: number) {
  return toolError({
    what: 'another run works in the output folder',
    where: folder,
    why: `${holderText(by)} holds it, for longer than ${Math.round(patience / 1000)} s`,
    next: 'wait for it or end it, or give this run a folder of its own with --output',
  });
}

/** Whether there is a folder; where none can be made, writing the project says why. */
function makeInner(inner: string): boolean {
  try {
    makeFolder(inner);
  } catch {
    return false;
  }
  // It may have been put there meanwhile.
  refuseLink(inner);
  return true;
}

/** A place below a file is none; what the file is in the way of says so when the project is written. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

function refuseLink(path: string): void {
  if (!isLink(path)) return;
  throw inputError({
    what: 'is a link to another place',
    where: path,
    why: 'a build would write there',
    next: 'remove it, or choose another folder with --output',
  });
}

function tryLock(path: string) {
  try {
    return takeLock(path);
  } catch (error) {
    // Removed together with its folder by the one before: made again. Elsewhere writing the project says why.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
    makeFolder(join(path, '..'));
    return takeLock(path);
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it.
  }
}
