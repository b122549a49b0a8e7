/**
 * The readers of model files on mutated files: a child with a bounded heap reads one after the other; the parent
 * watches that it moves on, and starts another one behind an input that ended it.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mutated, seedFiles } from './model-files.mjs';

const CHILD = fileURLToPath(new URL('./readers-child.mjs', import.meta.url));
const KEPT = fileURLToPath(new URL('../../.cache/fuzz/', import.meta.url));
/** Of V8, and of the whole process: typed arrays lie outside of the first. */
const HEAP_MB = 512;
const RSS_MB = 900;
/** Of one input, on a busy machine. */
const MOST_SECONDS = 30;

export async function run(seconds, start) {
  const until = Date.now() + 1000 * seconds;
  const counts = new Map();
  const failures = [];
  let seed = start;
  while (Date.now() < until) {
    const ended = await batch(seed, until, counts);
    seed = ended.seed + 1;
    if (ended.failure !== undefined) failures.push(keep(ended.seed, ended.failure));
    if (failures.length >= 20) break;
  }
  report(counts, failures, start, seed);
  return failures.length > 0 ? 1 : 0;
}

/** One child's life: until the time is over, or an input ends it. */
function batch(first, until, counts) {
  return new Promise((resolve) => {
    const child = fork(CHILD, [String(first), String(until), String(RSS_MB)], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let seed = first;
    let failure;
    let watch;
    const patience = () => {
      clearTimeout(watch);
      watch = setTimeout(() => {
        failure = `was not read within ${MOST_SECONDS} s`;
        child.kill('SIGKILL');
      }, 1000 * MOST_SECONDS);
    };
    patience();
    child.on('message', (message) => {
      patience();
      if (message.next !== undefined) seed = message.next;
      if (message.failure !== undefined) failure = message.failure;
      if (message.format === undefined) return;
      const row = counts.get(message.format) ?? { read: 0, refused: 0, milliseconds: 0, megabytes: 0 };
      row[message.outcome] += 1;
      row.milliseconds = Math.max(row.milliseconds, message.milliseconds);
      row.megabytes = Math.max(row.megabytes, message.megabytes);
      counts.set(message.format, row);
    });
    child.on('exit', (code, signal) => {
      clearTimeout(watch);
      if (failure === undefined && code !== 0)
        failure = `ended the process (${signal ?? `exit code ${code}`}): out of memory?`;
      resolve({ seed, failure });
    });
  });
}

/** The input is kept for whoever mends it. */
function keep(seed, failure) {
  const { name, bytes, format } = mutated(seedFiles(), seed);
  mkdirSync(KEPT, { recursive: true });
  const path = join(KEPT, `${seed}-${name.replaceAll('/', '_')}`);
  writeFileSync(path, bytes);
  return `${format}, seed ${seed}: ${failure}\n  ${path}`;
}

function report(counts, failures, start, end) {
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const total = (key) => rows.reduce((sum, [, row]) => sum + row[key], 0);
  const cells = [
    ['FORMAT', 'READ', 'REFUSED', 'SLOWEST', 'MOST MEMORY'],
    ...rows.map(([format, row]) => [
      format,
      row.read,
      row.refused,
      `${row.milliseconds} ms`,
      `${row.megabytes} MB`,
    ]),
    ['all', total('read'), total('refused'), '', ''],
  ].map((row) => row.map(String));
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  for (const row of cells)
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}\n`,
    );
  process.stdout.write(`seeds ${start} to ${end - 1}, ${failures.length} failures\n`);
  for (const failure of failures) process.stdout.write(`${failure}\n`);
}
