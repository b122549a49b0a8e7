/**
 * What a run left behind that was killed (SIGKILL, out of memory): a `pio run` that goes on, a virtual board.
 *
 * While a program runs, a record in the cache folder names it and the process that waits for it, each with its id and
 * the time it started: an id alone may belong to somebody else by now. A record whose owner is gone and whose program
 * is not is left over.
 *
 * Owns: the records, finding and ending. Leaves to others: the records of virtual boards (`virtual.ts`).
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { cacheFolder } from '../files/cache-folder.js';
import { printable } from '../text/text.js';
import { commandLine, processStart } from './processes.js';
import { orphanedVirtual, stopVirtual } from './virtual.js';

const one = z.object({ pid: z.int().min(2), start: z.string().min(1).max(200) });
const recordSchema = z.object({ program: one, owner: one, what: z.string().max(1000) });

export interface LeftOver {
  readonly pid: number;
  /** For people. */
  readonly what: string;
  end(): Promise<void>;
}

const GRACE_MS = 3_000;

const recordsFolder = (env: NodeJS.ProcessEnv): string => join(cacheFolder(env), 'running');

/**
 * Records a program that this process waits for.
 * @param pid of the leader of its process group
 * @returns what removes the record
 */
export function recordProgram(pid: number, what: string, env: NodeJS.ProcessEnv = process.env): () => void {
  const path = join(recordsFolder(env), `${pid}.json`);
  const process_ = (id: number) => ({ pid: id, start: processStart(id) ?? '' });
  try {
    mkdirSync(recordsFolder(env), { recursive: true });
    // Whole or not at all: whoever is killed in between leaves no record that says nothing.
    const partial = `${path}.${process.pid}.tmp`;
    writeFileSync(partial, JSON.stringify({ program: process_(pid), owner: process_(process.pid), what }));
    renameSync(partial, path);
  } catch {
    // A cache folder that cannot be written is told of elsewhere; without it nothing is found again.
  }
  return () => rmSync(path, { force: true });
}

/** What runs on and nobody waits for. Records that mean nothing any more are removed. */
export function leftOver(env: NodeJS.ProcessEnv = process.env): readonly LeftOver[] {
  const folder = recordsFolder(env);
  const programs = namesIn(folder).flatMap((name): LeftOver[] => {
    const path = join(folder, name);
    const record = recordSchema.safeParse(readJson(path));
    if (record.success && runs(record.data.owner)) return [];
    if (!record.success || !runs(record.data.program)) {
      rmSync(path, { force: true });
      return [];
    }
    const { program, what } = record.data;
    return [{ pid: program.pid, what: printable(what), end: () => endGroup(program, path) }];
  });
  const boards = orphanedVirtual(env).map(({ folder: state, pid, board }) => ({
    pid,
    what: printable(`the virtual board ${board}`),
    end: async () => {
      await stopVirtual(state);
    },
  }));
  return [...programs, ...boards];
}

async function endGroup(program: z.infer<typeof one>, path: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = Date.now() + GRACE_MS;
    if (runs(program)) kill(-program.pid, signal);
    while (runs(program) && Date.now() < deadline) await sleep(20);
  }
  rmSync(path, { force: true });
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or belongs to another user.
  }
}

/** One that has ended and that nobody asked how has no command line any more. */
function runs({ pid, start }: z.infer<typeof one>): boolean {
  return processStart(pid) === start && commandLine(pid) !== '';
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  } catch {
    return [];
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
