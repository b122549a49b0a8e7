/** The set-up's jobs: each after what it needs, a few at a time, and none after what failed. */
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { root } from '../support/files.js';

interface Job {
  readonly name: string;
  readonly needs: readonly string[];
  work(): Promise<boolean>;
}

interface Jobs {
  runJobs(jobs: readonly Job[], atOnce: number): Promise<readonly string[]>;
  runKept(
    command: string,
    args: readonly string[],
  ): Promise<{ readonly code: number | null; readonly text: string; readonly told: string }>;
}

const { runJobs, runKept } = (await import(pathToFileURL(`${root}scripts/jobs.mjs`).href)) as Jobs;

/** Jobs `name: needs`, with what they did in order. */
function recorded(table: Readonly<Record<string, readonly string[]>>, fails: readonly string[] = []) {
  const log: string[] = [];
  let running = 0;
  let most = 0;
  const jobs = Object.entries(table).map(([name, needs]) => ({
    name,
    needs,
    work: async () => {
      log.push(`+${name}`);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      log.push(`-${name}`);
      return !fails.includes(name);
    },
  }));
  return { jobs, log, most: () => most };
}

test('begin when what they need is done, in the order of the list', async () => {
  const { jobs, log, most } = recorded({ c: ['a', 'b'], a: [], b: [], d: ['c'], e: ['not in the list'] });
  expect(await runJobs(jobs, 2)).toEqual([]);
  expect(log.filter((line) => line.startsWith('+'))).toEqual(['+a', '+b', '+e', '+c', '+d']);
  expect(log.indexOf('+c')).toBeGreaterThan(Math.max(log.indexOf('-a'), log.indexOf('-b')));
  expect(log.indexOf('+d')).toBeGreaterThan(log.indexOf('-c'));
  expect(most()).toBe(2);
});

test('one that fails is named, and so are those that needed it; the others run', async () => {
  const { jobs, log } = recorded({ a: [], b: ['a'], c: ['b'], d: [] }, ['a']);
  expect(await runJobs(jobs, 1)).toEqual(['a', 'b', 'c']);
  expect(log).toEqual(['+a', '-a', '+d', '-d']);
});

test('what a command prints is kept, with its exit code', async () => {
  const script = 'console.log("out"); console.error("err"); process.exitCode = 4';
  const { code, text, told } = await runKept(process.execPath, ['-e', script]);
  expect([code, told]).toEqual([4, 'err\n']);
  expect(text.split('\n').sort()).toEqual(['', 'err', 'out']);
  expect((await runKept('no such program', [])).code).toBeNull();
});
