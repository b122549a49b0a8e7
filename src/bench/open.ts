/**
 * A board of a bench, ready for one test: locked, its program before it run, flashed within its time; and all of that
 * undone again.
 *
 * Leaves to others: the steps of a board (`targets/`), further tries and their verdict (`suite/`).
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { KwsError, toolError } from '../diagnostics/errors.js';
import type { Aim } from '../targets/aim.js';
import { type OpenBoards, type StartOptions, startBoards } from '../targets/boards.js';
import type { Progress, Stages } from '../targets/stages.js';
import { runHook } from './hooks.js';
import type { Bench, BenchBoard } from './load.js';
import { lockBoard } from './lock.js';

const USUAL_FLASH_S = 300;

/** What is opened. */
export interface BenchAim {
  readonly bench: Bench;
  readonly board: BenchBoard;
  readonly aim: Aim;
}

/**
 * @param options with the signal of this try
 * @throws KwsError as the steps do; the program after it has run then, and the lock is given back
 */
export async function openBenchBoard(
  { bench, board, aim }: BenchAim,
  options: StartOptions,
  stages: Stages,
): Promise<OpenBoards> {
  const { signal, waiting } = options;
  const unlock = await lockBoard(bench, board, { signal, waiting });
  let ended: Promise<void> | undefined;
  // Whatever ended the try: the power goes off and others get the board.
  const finish = () => {
    ended ??= runHook(bench, board, 'after', undefined).finally(unlock);
    return ended;
  };
  try {
    await runHook(bench, board, 'before', signal);
    const limited: Stages = {
      ...stages,
      upload: limitedUpload(board, stages),
      locate: board.virtual ? stages.locate : (target) => located(target, board, stages, signal),
    };
    const boards = await startBoards(aim, { ...options, another: board.another }, limited);
    return {
      ...boards,
      async stop() {
        try {
          await boards.stop();
        } finally {
          await finish();
        }
      },
    };
  } catch (error) {
    // What went wrong first is what is told.
    await finish().catch(() => {});
    throw error;
  }
}

/** A board whose power was off comes back in its own time. ms */
const BACK_WITHIN_MS = 15_000;
const AGAIN_MS = 250;

async function located(
  aim: Aim,
  { before }: BenchBoard,
  { locate }: Pick<Stages, 'locate'>,
  signal: AbortSignal | undefined,
): Promise<Aim> {
  const deadline = Date.now() + (before === undefined ? 0 : BACK_WITHIN_MS);
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await locate(aim);
    } catch (error) {
      if (!(error instanceof KwsError) || error.exitCode !== 3 || Date.now() >= deadline) throw error;
    }
    await sleep(AGAIN_MS);
  }
}

function limitedUpload(
  { name, flashTimeout = USUAL_FLASH_S }: BenchBoard,
  { upload }: Stages,
): Stages['upload'] {
  return async (aim, folder, progress, another) => {
    const over = new AbortController();
    const late = toolError({
      what: `the upload does not end within ${flashTimeout} s`,
      where: name,
      next: 'press the reset button of the board twice, check its cable, or raise flashTimeout in hil.json',
    });
    const timer = setTimeout(() => over.abort(late), 1000 * flashTimeout);
    const { signal } = progress;
    const own: Progress = {
      ...progress,
      signal: signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]),
    };
    try {
      return await upload(aim, folder, own, another);
    } catch (error) {
      throw over.signal.aborted ? late : error;
    } finally {
      clearTimeout(timer);
    }
  };
}
