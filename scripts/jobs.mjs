/**
 * Jobs that run beside each other, each as soon as those that it needs are done. What a job prints comes in one piece
 * at its end. Plain Node, no dependencies: the set-up runs before anything is installed.
 */
import { spawn } from 'node:child_process';

/**
 * Runs a command to its end, without input.
 * @returns `{ code, text, told }`: all that it printed, and of that what went to standard error; `code` is null where it
 *   did not run to an end
 */
export function runKept(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, shell: false, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => parts.push({ bytes, told: stream === child.stderr }));
    const text = (some) => Buffer.concat(some.map(({ bytes }) => bytes)).toString();
    child.on('error', (error) =>
      resolve({ code: null, text: `${error.message}\n`, told: `${error.message}\n` }),
    );
    child.on('close', (code) =>
      resolve({ code, text: text(parts), told: text(parts.filter(({ told }) => told)) }),
    );
  });
}

/**
 * @param jobs `{ name, needs, work }`: `work` resolves to whether it went well; a need that is not in the list is met.
 *   Those that can begin do so in the list's order
 * @param atOnce how many run at a time
 * @returns the names of those that failed, then of those that did not begin because of them
 */
export async function runJobs(jobs, atOnce) {
  const waiting = [...jobs];
  const unmet = new Set(jobs.map(({ name }) => name));
  const running = new Set();
  const failed = [];
  const begin = (job) => {
    waiting.splice(waiting.indexOf(job), 1);
    const end = job.work().then((ok) => {
      running.delete(end);
      if (ok) unmet.delete(job.name);
      else failed.push(job.name);
    });
    running.add(end);
  };
  for (;;) {
    const ready = waiting.filter(({ needs }) => !needs.some((name) => unmet.has(name)));
    for (const job of ready.slice(0, atOnce - running.size)) begin(job);
    if (running.size === 0) return [...failed, ...waiting.map(({ name }) => name)];
    await Promise.race(running);
  }
}
