/** What a command costs as a whole process, from start to exit. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './workloads.js';

export interface ProcessCost {
  readonly runs: number;
  /** Of the runs, in seconds. */
  readonly least: number;
  readonly median: number;
  readonly most: number;
  /** Processor time of all threads, in seconds: the median. */
  readonly cpu: number;
  /** Largest resident set of any run, in bytes. */
  readonly peak: number;
}

const RUNS = 5;

export function processCost(command: readonly string[]): ProcessCost {
  const runs = Array.from({ length: RUNS }, () => {
    const answer = execFileSync('python3', [join(root, 'bench', 'measure_process.py'), ...command]);
    return JSON.parse(answer.toString()) as Readonly<Record<'seconds' | 'cpu' | 'peak', number>>;
  });
  const sorted = (of: 'seconds' | 'cpu') =>
    runs.map((run) => Math.round(run[of] * 100) / 100).sort((a, b) => a - b);
  const seconds = sorted('seconds');
  const middle = Math.floor(RUNS / 2);
  return {
    runs: RUNS,
    least: seconds[0]!,
    median: seconds[middle]!,
    most: seconds.at(-1)!,
    cpu: sorted('cpu')[middle]!,
    peak: Math.max(...runs.map((run) => run.peak)),
  };
}
