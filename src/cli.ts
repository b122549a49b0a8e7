#!/usr/bin/env node
/**
 * The program: the only place that knows the process. It answers `--version` before anything else is
 * loaded, turns signals into an abort, and is the only one that exits.
 */
import { VERSION } from './version.js';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) process.stdout.write(`${VERSION}\n`);
else await run();

async function run(): Promise<never> {
  const abort = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (abort.signal.aborted) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
    abort.abort(new Error(signal));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.on('SIGHUP', interrupt);
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader of a pipe went away (`kws-gen monitor | head`): end as for Ctrl-C.
      if (error.code === 'EPIPE' && !abort.signal.aborted) abort.abort(error);
    });
  const { main } = await import('./commands/main.js');
  const code = await main(argv, {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    directory: process.cwd(),
    environment: process.env,
    signal: abort.signal,
  });
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(code);
}

/** Pipes are written asynchronously; what was printed must be out before the exit. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.errored) resolve();
    else stream.write('', () => resolve());
  });
}
