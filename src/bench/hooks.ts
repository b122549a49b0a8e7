/**
 * Programs that run before and after a test: power switches, relays, resets.
 *
 * Owns: where they run, how long they may take, what is said where one fails. Leaves to others: consent
 * (`trust/consent.ts`), processes (`platformio/run-tool.ts`).
 */
import { toolError } from '../diagnostics/errors.js';
import { runTool } from '../platformio/run-tool.js';
import { printable } from '../text/text.js';
import type { Bench, BenchBoard } from './load.js';

const USUAL_TIMEOUT_S = 60;
/** Of what it says, the last lines are shown. */
const SHOWN_LINES = 3;

/** @throws KwsError (exit code 3) where it fails, or takes too long; what aborted the signal */
export async function runHook(
  bench: Bench,
  board: BenchBoard,
  which: 'before' | 'after',
  signal: AbortSignal | undefined,
): Promise<void> {
  const words = board[which];
  if (words === undefined) return;
  const [program, ...args] = words as [string, ...string[]];
  const { hookTimeout = USUAL_TIMEOUT_S, name } = board;
  const said: string[] = [];
  const end = await runTool(program, args, {
    cwd: bench.folder,
    env: { ...process.env, KWS_BENCH_NAME: name, KWS_BENCH_BOARD: board.board },
    signal,
    timeoutMs: 1000 * hookTimeout,
    onLine: (line) => {
      said.push(line);
      if (said.length > SHOWN_LINES) said.shift();
    },
  });
  if (end.kind === 'exit' && end.code === 0) return;
  signal?.throwIfAborted();
  const how =
    end.kind === 'exit'
      ? `ended with exit code ${end.code}`
      : end.kind === 'timeout'
        ? `did not end within ${hookTimeout} s`
        : `could not be started${end.kind === 'failed' ? `: ${printable(end.error.message.split('\n').at(-1)!)}` : ''}`;
  throw toolError({
    what: `the program that runs ${which} a test ${how}`,
    where: `${bench.name}, ${name}`,
    why: printable([words.join(' '), ...said].join('; ').slice(0, 500)),
    next: `run it by hand in ${bench.folder}`,
  });
}
