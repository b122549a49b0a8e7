/**
 * The built program as a user runs it: in a process of its own, with a cache folder of its own, so that every
 * process it leaves behind can be told from others.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { cacheFolder, findPlatformio } from '../../src/platformio/toolchain.js';
import { root } from '../support/native.js';

const EXAMPLE = join(root, 'examples', 'chirp');
/** How long one run may take on a loaded machine, its first build included. */
const PATIENCE_MS = 200_000;

/** A line of `--json`. */
export type Line = { readonly kws: 1; readonly t: string } & Readonly<Record<string, unknown>>;

export interface ToolEnd {
  /** Exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout that are JSON objects. */
  readonly lines: readonly Line[];
}

/** A run under way. */
export interface ToolRun {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly lines: readonly Line[];
  /** Waits for a line; fails when the program ends without one. */
  line(wanted: (line: Line) => boolean): Promise<Line>;
  /** Waits for words on standard error; fails when the program ends without them. */
  told(words: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly end: Promise<ToolEnd>;
}

export interface RunOptions {
  /** Working directory; default: the workshop's folder. */
  readonly cwd?: string;
  /** Written to standard input, which then ends. */
  readonly input?: Uint8Array;
  /** Standard input stays open for the caller. */
  readonly openInput?: boolean;
  /** How long it may take, where that is more than a build. */
  readonly patienceMs?: number;
  /** In place of the workshop's own variables. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

let built: Promise<string> | undefined;

/** Compiles the tool where it is not up to date; the path of its program. */
function builtTool(): Promise<string> {
  built ??= (async () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    if (!upToDate()) await execa(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')]);
    return join(root, 'dist', 'cli.js');
  })();
  return built;
}

/** Whether all that it is made of is older than what the compiler says of its last run. */
function upToDate(): boolean {
  const madeAt = (path: string) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const made = madeAt(join('dist', '.tsbuildinfo'));
  // A file that is gone leaves a younger folder behind.
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const settings = ['tsconfig.json', 'tsconfig.build.json'];
  return [...settings, 'src', ...sources.map((path) => join('src', path))].every(
    (path) => madeAt(path) < made,
  );
}

/** Without what is said of load and windows before a build. */
export const afterEstimates = (lines: readonly Line[]): readonly Line[] =>
  lines.filter(({ t }) => t !== 'load' && t !== 'window');

/** A folder to work in, whose path has a space, and the tool with its own cache in it. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'kws e2e '));
  readonly cache = join(this.folder, 'cache');
  readonly env: NodeJS.ProcessEnv;
  readonly #program: string;

  private constructor(program: string, platformio: string) {
    this.#program = program;
    const { KWS_DEBUG: _, NO_COLOR: __, FORCE_COLOR: ___, ...inherited } = process.env;
    this.env = { ...inherited, KWS_CACHE_DIR: this.cache, KWS_PIO: platformio };
    mkdirSync(this.cache);
    // Compiled files may be shared: what is in there is named by the hash of everything it was made of.
    const compiled = join(cacheFolder(), 'build-cache');
    mkdirSync(compiled, { recursive: true });
    symlinkSync(compiled, join(this.cache, 'build-cache'));
  }

  static async open(): Promise<Workshop> {
    const platformio = await findPlatformio();
    return new Workshop(await builtTool(), platformio?.command ?? '');
  }

  /** A copy of the bundled example, as a project of its own. */
  example(name = 'my project'): string {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    for (const file of ['kws.json', 'chirp.tflite', 'chirp.wav', 'other.wav'])
      cpSync(join(EXAMPLE, file), join(folder, file));
    return folder;
  }

  /** Starts the tool and returns at once. */
  start(args: readonly string[], options: RunOptions = {}): ToolRun {
    const child = spawn(process.execPath, [this.#program, ...args], {
      cwd: options.cwd ?? this.folder,
      env: options.env ?? this.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return follow(child, options);
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<ToolEnd> {
    return this.start(args, options).end;
  }

  /** Command lines of all processes that work for this workshop, of whatever program. */
  processes(): string[] {
    return this.#processes().map(({ line }) => line);
  }

  /** Process ids of PlatformIO's `pio run` that work for this workshop. */
  pio(): number[] {
    return this.#processes().flatMap(({ pid, line }) => (/\bpio run -d /.test(line) ? [pid] : []));
  }

  #processes(): { readonly pid: number; readonly line: string }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .map((name) => ({ pid: Number(name), line: commandLine(name) }))
      .filter(({ line }) => line.includes(this.folder));
  }

  /** Waits until no process of this workshop is left, and returns those that stay. */
  async leftOver(): Promise<string[]> {
    const deadline = Date.now() + 10_000;
    while (this.processes().length > 0 && Date.now() < deadline) await sleep(50);
    return this.processes();
  }

  /** Also ends what a failed test has left behind. */
  close(): void {
    for (const { pid } of this.#processes()) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function follow(
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  { input, openInput, patienceMs = PATIENCE_MS }: RunOptions,
): ToolRun {
  const lines: Line[] = [];
  const said = { stdout: '', stderr: '' };
  let rest = '';
  let over = false;
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  child.stdin.on('error', () => {}); // it may end before it has read everything
  if (openInput !== true) child.stdin.end(input);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const part of parts) if (part.startsWith('{')) lines.push(JSON.parse(part) as Line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const end = new Promise<ToolEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      over = true;
      clearTimeout(timer);
      resolve({ code: code ?? signal, ...said, lines });
    });
  });
  return {
    pid: child.pid!,
    stdin: child.stdin,
    stdout: child.stdout,
    lines,
    end,
    kill: (signal) => child.kill(signal),
    async told(words) {
      while (!said.stderr.includes(words)) {
        if (over) throw new Error(`it ended without saying '${words}': ${said.stdout}\n${said.stderr}`);
        await sleep(10);
      }
    },
    async line(wanted) {
      for (;;) {
        const found = lines.find(wanted);
        if (found !== undefined) return found;
        if (over) throw new Error(`it ended without the line: ${said.stdout}\n${said.stderr}`);
        await sleep(10);
      }
    },
  };
}

/** '' for a process that is gone, also for one that only waits to be reaped. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
