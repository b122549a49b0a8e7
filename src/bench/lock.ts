/**
 * One run at a time has a board of a bench, whichever process it is.
 *
 * Owns: where its lock lies, waiting for whoever has it. Leaves to others: who is alive (`platformio/lock.ts`).
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { makeFolder } from '../files/make-folder.js';
import { holderText, releaseLock, takeLock } from '../platformio/lock.js';
import type { Bench, BenchBoard } from './load.js';

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told once where another run has the board. */
  readonly waiting?: ((text: string) => void) | undefined;
  /** ms; an hour unless told: a test takes its time. */
  readonly patience?: number;
  readonly env?: NodeJS.ProcessEnv;
}

const PATIENCE_MS = 3_600_000;
const AGAIN_MS = 200;

/**
 * @returns what gives it back
 * @throws KwsError (exit code 3) where the other one does not come to its end
 */
export async function lockBoard(
  bench: Bench,
  board: BenchBoard,
  { signal, waiting, patience = PATIENCE_MS, env }: LockOptions = {},
): Promise<() => void> {
  const path = lockFile(bench, board, env);
  makeFolder(join(path, '..'));
  const deadline = Date.now() + patience;
  for (let told = false; ; told = true) {
    signal?.throwIfAborted();
    const result = takeLock(path);
    if (result.kind === 'taken') return () => releaseLock(path);
    if (!told) waiting?.(`${board.name}: waiting for ${holderText(result.by)}, which has this board`);
    if (Date.now() >= deadline)
      throw toolError({
        what: 'another run has this board',
        where: `${bench.name}, ${board.name}`,
        why: `${holderText(result.by)} holds it, for longer than ${Math.round(patience / 1000)} s`,
        next: 'wait for it, or end it',
      });
    await sleep(AGAIN_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** A real board is the same in every bench; a virtual one belongs to its own. */
function lockFile(bench: Bench, { serial, port, board, name, virtual }: BenchBoard, env?: NodeJS.ProcessEnv) {
  const key = virtual ? [bench.file, name] : [serial?.toLowerCase() ?? port ?? board];
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 24);
  return join(cacheFolder(env), 'bench', `${hash}.lock`);
}
