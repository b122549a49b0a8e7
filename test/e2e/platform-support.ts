/**
 * A PlatformIO project around the test firmware of `fixtures/platform`, and its board's serial line.
 *
 * Where a tool is missing the tests are skipped with its name; under KWS_STRICT they fail.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SerialPort } from 'serialport';
import { describe, expect, test } from 'vitest';
import { checkPrerequisites, findPlatformio } from '../../src/platformio/toolchain.js';
import type { VirtualState } from '../../src/platformio/types.js';
import { libraryRoot, root } from '../support/native.js';
import { strict } from '../support/shared-data.js';

const missing = (await checkPrerequisites()).filter(({ found, id }) => !found && id !== 'python-venv');

/** `describe` where the toolchain is there. */
export function describeWithToolchain(name: string, body: () => void): void {
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `${name}: needs ${missing.map((tool) => `${tool.name} (${tool.fix})`).join(', ')}`;
  if (strict) test(reason, () => expect.fail('KWS_STRICT is set and the toolchain is incomplete'));
  else test.skip(reason, () => {});
}

const platformio = await findPlatformio();

/** The environment with another cache, but with the PlatformIO that was found (it may lie in the usual one). */
export function withOwnCache(cache: string): NodeJS.ProcessEnv {
  return { ...process.env, KWS_CACHE_DIR: cache, KWS_PIO: platformio?.command };
}

/** A temporary folder whose path has a space and a comma: PlatformIO, QEMU and compilers must not mind. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'kws virtual, '));
}

const FLAGS = '-Wall -Wextra -Wshadow -Wconversion -Wdouble-promotion -Werror';

export interface FixtureOptions {
  readonly board: string;
  readonly flags?: string;
  /** Further lines of the environment. */
  readonly lines?: readonly string[];
  readonly platform?: string;
  /** Appended to the test firmware. */
  readonly code?: string;
}

/** Writes a project with one environment, `board`, and returns its folder. */
export function writeFixture(folder: string, options: FixtureOptions): string {
  mkdirSync(join(folder, 'src'), { recursive: true });
  const main = join(folder, 'src', 'main.cpp');
  copyFileSync(join(root, 'test', 'e2e', 'fixtures', 'platform', 'main.cpp'), main);
  if (options.code !== undefined) writeFileSync(main, `${readFileSync(main, 'utf8')}\n${options.code}\n`);
  const lines = [
    '[env:board]',
    `platform = ${options.platform ?? `symlink://${join(root, 'templates', 'platform-virtual')}`}`,
    `board = ${options.board}`,
    `lib_extra_dirs = ${libraryRoot}`,
    `build_flags = ${FLAGS} ${options.flags ?? ''}`,
    ...(options.lines ?? []),
  ];
  writeFileSync(join(folder, 'platformio.ini'), `${lines.join('\n')}\n`);
  return folder;
}

/** The serial line of a running board: lines come in, commands go out. */
export class Line {
  readonly #port: SerialPort;
  readonly #lines: string[] = [];
  #rest = '';
  closed = false;

  private constructor(port: SerialPort) {
    this.#port = port;
    port.on('data', (chunk: Buffer) => {
      const parts = (this.#rest + chunk.toString('latin1')).split('\r\n');
      this.#rest = parts.pop()!;
      this.#lines.push(...parts.filter((line) => line !== ''));
    });
    port.on('close', () => {
      this.closed = true;
    });
  }

  static async open({ pty }: VirtualState): Promise<Line> {
    const port = new SerialPort({ path: pty, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    return new Line(port);
  }

  send(data: string | Uint8Array): void {
    this.#port.write(typeof data === 'string' ? data : Buffer.from(data));
  }

  /** Waits until everything is handed over. */
  sent(): Promise<void> {
    return new Promise((resolve, reject) => this.#port.drain((error) => (error ? reject(error) : resolve())));
  }

  /** The next line that has `part`; those before it are dropped. */
  async next(part: string, timeoutMs = 10_000): Promise<string> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const at = this.#lines.findIndex((line) => line.includes(part));
      if (at >= 0) return this.#lines.splice(0, at + 1).at(-1)!;
      if (Date.now() > deadline)
        throw new Error(`no line with ${part} came, but: ${this.#lines.join(' | ')} ${this.#rest}`);
      await sleep(2);
    }
  }

  async close(): Promise<void> {
    if (this.#port.isOpen) await new Promise<void>((resolve) => this.#port.close(() => resolve()));
  }
}

/** Seconds of processor time a process has used (proc(5): fields 14 and 15, in hundredths on Linux). */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
