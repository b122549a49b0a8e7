/**
 * The program as a process: exit codes, which stream gets what, pipes that close, and how little is loaded
 * to say the version. Compiled afresh without type checks, so that no stale build is tested.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonLines } from '../support/command-line.js';
import { root } from '../support/native.js';
import { wakeModel } from '../support/wake-model.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'kws process '));
  for (const name of ['package.json', 'LICENSE', 'node_modules', 'boards', 'templates', 'schemas'])
    symlinkSync(join(root, name), join(home, name));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--noCheck', '--declaration', 'false', '--outDir', join(home, 'dist')];
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...options]);
  writeFileSync(join(home, 'wake.tflite'), wakeModel());
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param closed stream whose reader goes away at once */
function kwsGen(
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  closed?: 'stdout' | 'stderr',
): Promise<Ended> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(home, 'dist', 'cli.js'), ...argv], {
    cwd: home,
    env: { ...inherited, KWS_CACHE_DIR: join(home, 'cache'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (data: Buffer) => {
      text[name] += data.toString();
    });
  if (closed !== undefined) child[closed].destroy();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out: text.stdout, err: text.stderr }));
  });
}

const ESCAPE = '\u001b';

describe('exit codes, and what goes where', () => {
  test('0: results on stdout, nothing else anywhere', async () => {
    const { code, out, err } = await kwsGen(['boards']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('virtual-cortex-m4');
    expect(out).not.toContain(ESCAPE);
  });

  test('0: progress on stderr, the result alone on stdout', async () => {
    const { code, out, err } = await kwsGen(['render', '--model', 'wake.tflite', '--board', 'native']);
    expect(code).toBe(0);
    expect(out).toMatch(/^firmware-out: \d+ files, build [0-9a-f]{12}\n$/);
    expect(err).toContain('wake for native, runtime aot\n');
    expect(err).not.toContain(ESCAPE);
  });

  test.each([
    [['flsh'], 2, 'error unknown command "flsh"\n  next: did you mean flash?\n'],
    [['flash', '--bord', 'x'], 2, 'error unknown option "--bord"\n  next: did you mean --board?\n'],
    [['inspect', 'none.tflite'], 2, 'error none.tflite: there is no such file\n  next: check the path\n'],
    [['monitor', '--port', '/dev/kws-none'], 3, 'error /dev/kws-none: there is no such port\n'],
  ])('%j: %i, the error on stderr, without colours', async (argv, expected, text) => {
    const { code, out, err } = await kwsGen(argv);
    expect([code, out]).toEqual([expected, '']);
    expect(err).toContain(text);
    expect(err).not.toContain(ESCAPE);
  });

  test.each([
    [['flsh', '--json'], 2],
    [['monitor', '--port', '/dev/kws-none', '--json'], 3],
  ])('%j: one error object on stdout, nothing on stderr', async (argv, exit) => {
    const { code, out, err } = await kwsGen(argv);
    expect([code, err]).toEqual([exit, '']);
    expect(jsonLines(out)).toMatchObject([
      { t: 'error', exit, what: expect.any(String), next: expect.any(String) },
    ]);
  });

  test('FORCE_COLOR colours a pipe, NO_COLOR wins', async () => {
    expect((await kwsGen(['flsh'], { FORCE_COLOR: '1' })).err).toContain(ESCAPE);
    expect((await kwsGen(['flsh'], { FORCE_COLOR: '1', NO_COLOR: '1' })).err).not.toContain(ESCAPE);
  });
});

describe('a reader that goes away (| head -1)', () => {
  test.each([[['boards']], [['boards', '--json']], [['--help']]])('%j: no crash', async (argv) => {
    const { code, err } = await kwsGen(argv, {}, 'stdout');
    expect([code, err]).toEqual([0, '']);
  });

  test('of errors: the exit code stands', async () => {
    expect(await kwsGen(['flsh'], {}, 'stderr')).toMatchObject({ code: 2, out: '' });
  });
});

describe('--version', () => {
  /** Files that Node ran, by the coverage it writes: below `dist`, and packages. */
  async function loaded(argv: readonly string[]) {
    const folder = mkdtempSync(join(home, 'coverage '));
    expect((await kwsGen(argv, { NODE_V8_COVERAGE: folder })).code).toBe(0);
    const urls = readdirSync(folder).flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const { result } = JSON.parse(text) as { result: readonly { readonly url: string }[] };
      return result.map(({ url }) => decodeURI(url));
    });
    const below = (folder: string) =>
      urls.flatMap((url) =>
        url.includes(folder) ? [url.slice(url.lastIndexOf(folder) + folder.length)] : [],
      );
    return {
      files: below('/dist/'),
      packages: [...new Set(below('/node_modules/').map((path) => path.split('/')[0]))],
    };
  }

  test.each(['--version', '-V'])('%s: the package’s', async (flag) => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await kwsGen([flag])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test('loads two files and no package', async () => {
    const { files, packages } = await loaded(['--version']);
    expect(files.sort()).toEqual(['cli.js', 'version.js']);
    expect(packages).toEqual([]);
  });

  test('help loads no heavy package', async () => {
    const { files, packages } = await loaded(['help', 'flash']);
    expect(files).toContain('commands/support/program.js');
    expect(packages.sort()).toEqual(['commander', 'picocolors']);
  });
});
