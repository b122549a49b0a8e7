/**
 * Who uses a folder: a lock file that names its holder, so that two runs do not destroy each other's work.
 *
 * Owns: taking and giving back, taking over what a dead process left, what the second one is told. A holder is a
 * process of this machine that still runs since the same time; of another machine, one whose lock is younger than
 * an hour. Leaves to others: what is locked (`virtual.ts`: boards; `folder-lock.ts`: folders of projects).
 */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { z } from 'zod';
import { printable } from '../text/text.js';
import { commandLine, processStart } from './processes.js';

const holderSchema = z.object({
  pid: z.int().min(1),
  /** As `processStart` has it: tells two users of one id apart. */
  start: z.string().max(200),
  host: z.string().max(300).optional(),
  /** What it does, for people. */
  command: z.string().max(1000).optional(),
});
export type Holder = z.infer<typeof holderSchema>;

export type LockResult =
  | { readonly kind: 'taken' }
  /** `by` is absent where the file cannot be read as one of ours. */
  | { readonly kind: 'held'; readonly by: Holder | undefined };

/** A lock of another machine is believed for so long. */
const FOREIGN_MS = 3_600_000;
/** A file that is just being written is empty for a moment. */
const WRITING_MS = 5_000;
const MOST_ATTEMPTS = 20;
/** Of a lock file. */
const MOST_BYTES = 10_000;

/**
 * Makes this process the holder. Taking what it holds already is no error.
 * @throws what the file system throws where the file cannot be written
 */
export function takeLock(path: string): LockResult {
  const own = JSON.stringify(thisProcess());
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: 0o644 });
      return { kind: 'taken' };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const there = read(path);
    if (there === undefined) continue; // given back meanwhile
    if (there.holder?.pid === process.pid && there.text === own) return { kind: 'taken' };
    if (isAlive(there)) return { kind: 'held', by: there.holder };
    removeDead(path, there.text);
  }
  return { kind: 'held', by: read(path)?.holder };
}

/** Gives back what this process holds; another's lock stays. */
export function releaseLock(path: string): void {
  const there = read(path);
  if (there?.text === JSON.stringify(thisProcess())) rmSync(path, { force: true });
}

/** Whether a process that runs holds it. */
export function isHeld(path: string): boolean {
  const there = read(path);
  return there !== undefined && isAlive(there);
}

/** `process 123 (kws-gen flash --board native)` */
export function holderText(by: Holder | undefined): string {
  if (by === undefined) return 'another run';
  const where = by.host === undefined || by.host === hostname() ? '' : ` on ${by.host}`;
  const what = by.command === undefined ? '' : ` (${by.command})`;
  return printable(`process ${by.pid}${where}${what}`);
}

function thisProcess(): Holder {
  const [, program = 'node', ...words] = process.argv;
  const name = basename(program) === 'cli.js' ? 'kws-gen' : basename(program);
  return {
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    host: hostname(),
    command: [name, ...words].join(' ').slice(0, 200),
  };
}

interface There {
  readonly text: string;
  readonly age: number;
  readonly holder: Holder | undefined;
}

function read(path: string): There | undefined {
  try {
    const status = lstatSync(path);
    const age = Date.now() - status.mtimeMs;
    // A link, a pipe or a file of another size is none of ours, and is not read.
    const ours = status.isFile() && status.size <= MOST_BYTES;
    const text = ours ? readFileSync(path, 'utf8') : '';
    return { text, age, holder: holderOf(text) };
  } catch {
    return undefined;
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isAlive({ holder, age }: There): boolean {
  if (holder === undefined) return age < WRITING_MS;
  if (holder.host !== undefined && holder.host !== hostname()) return age < FOREIGN_MS;
  // One that was killed and that nobody asks how has its start time still, and no command line.
  return processStart(holder.pid) === holder.start && commandLine(holder.pid) !== '';
}

/** Of two that see the same dead lock one removes it; a new one in its place comes back. */
function removeDead(path: string, dead: string): void {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
  } catch {
    return; // the other one was first
  }
  const text = read(aside)?.text;
  if (text !== undefined && text !== dead) {
    try {
      writeFileSync(path, text, { flag: 'wx' });
    } catch {
      // A third one took it.
    }
  }
  rmSync(aside, { force: true });
}
