/**
 * Virtual boards that run: where their state is kept, how they end.
 *
 * Each has a state folder in the cache, named after project and environment, in which `runner.py` of the
 * development platform leaves `state.json`, `pid` and `memory.bin`. Whoever starts a board owns it
 * (`owner.json`); when an owner is gone without having stopped or released its board, the next run does.
 * Leaves to others: starting (`platformio.ts`).
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { type Holder, holderText, isHeld, releaseLock, takeLock } from './lock.js';
import { commandLine } from './processes.js';
import type { VirtualState } from './types.js';

const stateSchema = z.object({
  pid: z.int().min(2),
  pty: z.string().min(1).max(1024),
  memory: z.string().min(1),
  link: z.boolean().default(true),
  sound: z.string().min(1).nullable().default(null),
  board: z.string().min(1).max(200),
  startTime: z.number(),
});

/** How long a board may take to end by itself. */
const GRACE_MS = 3_000;

/** State folder of the virtual board that an environment of a project runs on; not created. */
export function virtualStateFolder(
  projectFolder: string,
  environment: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const project = resolve(projectFolder);
  const hash = createHash('sha256').update(`${project}\0${environment}`).digest('hex').slice(0, 12);
  const name = `${basename(project)}-${environment}`.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 60);
  return join(cacheFolder(env), 'virtual', `${name}-${hash}`);
}

/** The board of a state folder, if it runs: its process is looked at, not only its file. */
export function virtualState(stateFolder: string): VirtualState | undefined {
  const state = stateSchema.safeParse(readJson(join(stateFolder, 'state.json')));
  if (!state.success) return undefined;
  const { pid, memory } = state.data;
  return memory === memoryFile(stateFolder) && isOurs(pid, memory) ? state.data : undefined;
}

/**
 * Ends the board of a state folder; returns whether one ran. A process that is not ours (an id used again by
 * another program) is left alone.
 */
export async function stopVirtual(stateFolder: string): Promise<boolean> {
  const memory = memoryFile(stateFolder);
  const running = candidates(stateFolder).filter((pid) => isOurs(pid, memory));
  for (const pid of running) await end(pid, memory);
  for (const file of ['state.json', 'pid', 'owner.json', 'memory.bin'])
    rmSync(join(stateFolder, file), { force: true });
  return running.length > 0;
}

/**
 * Makes this process the owner of the board that runs in the folder, or is about to be started there.
 * @throws KwsError (exit code 3) where another process that runs owns it
 */
export async function claimVirtual(stateFolder: string): Promise<void> {
  for (let attempt = 0; ; ++attempt) {
    try {
      mkdirSync(stateFolder, { recursive: true });
      const result = takeLock(ownerFile(stateFolder));
      if (result.kind === 'taken') return;
      throw inUse(stateFolder, result.by);
    } catch (error) {
      // Another run may be removing the folder, as it had neither owner nor board.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 5) throw error;
      await sleep(10);
    }
  }
}

function inUse(stateFolder: string, by: Holder | undefined) {
  const state = stateSchema.safeParse(readJson(join(stateFolder, 'state.json')));
  return toolError({
    what: 'the virtual board of this folder is in use',
    ...(state.success ? { where: `${state.data.board} on ${state.data.pty}` } : {}),
    why: `${holderText(by)} runs it`,
    next: 'end that run, or start another board with a folder of its own: kws-gen flash --output FOLDER',
  });
}

/** Lets the board go on running when this process ends. */
export function releaseVirtual(stateFolder: string): void {
  releaseLock(ownerFile(stateFolder));
}

function ownerFile(stateFolder: string): string {
  return join(stateFolder, 'owner.json');
}

export interface OrphanedBoard {
  readonly folder: string;
  readonly pid: number;
  readonly board: string;
}

/** Boards that run and whose owner is gone without having released them. */
export function orphanedVirtual(env: NodeJS.ProcessEnv = process.env): readonly OrphanedBoard[] {
  const root = join(cacheFolder(env), 'virtual');
  return listFolder(root).flatMap((name) => {
    const folder = join(root, name);
    const owner = ownerFile(folder);
    if (!existsSync(owner) || isHeld(owner)) return [];
    const pid = candidates(folder).find((id) => isOurs(id, memoryFile(folder)));
    const state = stateSchema.safeParse(readJson(join(folder, 'state.json')));
    return pid === undefined ? [] : [{ folder, pid, board: state.success ? state.data.board : name }];
  });
}

/** Stops every board whose owner is gone, and forgets folders without a board. Returns what was stopped. */
export async function cleanUpVirtual(env: NodeJS.ProcessEnv = process.env): Promise<readonly string[]> {
  const root = join(cacheFolder(env), 'virtual');
  const stopped: string[] = [];
  for (const name of listFolder(root)) {
    const folder = join(root, name);
    const owner = ownerFile(folder);
    if (isHeld(owner)) continue;
    const runs = candidates(folder).some((pid) => isOurs(pid, memoryFile(folder)));
    if (runs && !existsSync(owner)) continue;
    if (await stopVirtual(folder)) stopped.push(folder);
    rmSync(folder, { recursive: true, force: true });
  }
  return stopped;
}

function memoryFile(stateFolder: string): string {
  return join(stateFolder, 'memory.bin');
}

/** Process ids that the folder names: QEMU writes `pid` before anybody can write `state.json`. */
function candidates(stateFolder: string): number[] {
  const state = stateSchema.safeParse(readJson(join(stateFolder, 'state.json')));
  const pid = readJson(join(stateFolder, 'pid'));
  const all = [state.success ? state.data.pid : undefined, typeof pid === 'number' ? pid : undefined];
  return [...new Set(all.filter((id): id is number => id !== undefined && Number.isInteger(id) && id > 1))];
}

/** QEMU writes a comma in an option's value twice. */
function isOurs(pid: number, memory: string): boolean {
  const line = commandLine(pid);
  return line.includes(memory) || line.includes(memory.replaceAll(',', ',,'));
}

async function end(pid: number, memory: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = Date.now() + GRACE_MS;
    while (isOurs(pid, memory) && Date.now() < deadline) {
      try {
        process.kill(pid, signal);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return;
        throw toolError(
          {
            what: `the virtual board's process ${pid} cannot be ended`,
            why: (cause as Error).message,
            next: 'end it as the user who started it',
          },
          { cause },
        );
      }
      await sleep(20);
    }
    if (!isOurs(pid, memory)) return;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
