/**
 * Files that are truncated, damaged, oversized or no files at all, given to the built program: one clear error,
 * exit code 2, soon, and the firmware of the last good run stays as it is, byte for byte.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/commands/main.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { random } from '../support/random.js';
import { Workshop } from './tool.js';

/** No answer takes longer, on however slow a machine. */
const LIMIT_MS = 20_000;

/** Rows for a process of its own: the plainest, what may need too much memory, what may never end. */
const OF_ITS_OWN = /^$|^empty$|gigabytes|pipe/;

let shop: Workshop;
let project: string;
let good: { readonly model: Buffer; readonly kws: string; readonly clip: Buffer };
let firmware: string;
beforeAll(async () => {
  shop = await Workshop.open();
  project = shop.example('hostile');
  const read = (name: string) => readFileSync(join(project, name));
  good = { model: read('chirp.tflite'), kws: read('kws.json').toString(), clip: read('chirp.wav') };
  expect((await runHere(['render', '--json'])).code).toBe(0);
  firmware = hashOf(join(project, 'firmware-out'));
});
afterAll(() => shop?.close());

/** Of every file the tool has written; what PlatformIO makes of them is not counted. */
function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('.pio'));
  for (const path of files.sort()) hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

function restore(): void {
  for (const [name, content] of [
    ['chirp.tflite', good.model],
    ['kws.json', good.kws],
    ['chirp.wav', good.clip],
  ] as const) {
    rmSync(join(project, name), { recursive: true, force: true });
    writeFileSync(join(project, name), content);
  }
}

/** The commands in this process: what a program of its own adds is looked at once for every kind of file. */
async function runHere(args: readonly string[]) {
  const { code, out, err } = await kwsGen(args, { directory: project });
  return { code, lines: jsonLines(out), stdout: out, stderr: err };
}

/** Runs the tool on the hostile file and looks at everything but the error's own words. */
async function refused(args: readonly string[], about: RegExp, name = ''): Promise<void> {
  const started = performance.now();
  try {
    const json = [...args, '--json'];
    const { code, lines, stdout, stderr } = OF_ITS_OWN.test(name)
      ? await shop.run(json, { cwd: project })
      : await runHere(json);
    expect(code, stdout + stderr).toBe(2);
    expect(lines, stdout).toHaveLength(1);
    const { t, exit, what, where, why, next, problems } = lines[0]!;
    expect([t, exit]).toEqual(['error', 2]);
    expect(`${where} ${what} ${why} ${next}`).toMatch(about);
    expect((problems as unknown[]).length).toBeLessThanOrEqual(100);
    expect(stdout.length).toBeLessThan(50_000);
    expect(`${stdout}${stderr}`).not.toMatch(/unexpected:|\bat .*\.js:\d+|undefined/);
    expect(hashOf(join(project, 'firmware-out'))).toBe(firmware);
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
  } finally {
    restore();
  }
}

type Spoil = (path: string) => unknown;
const write =
  (content: (whole: Buffer) => Uint8Array | string): Spoil =>
  (path) => {
    writeFileSync(path, content(readFileSync(path)));
  };
const sparse =
  (bytes: number): Spoil =>
  (path) =>
    truncateSync(path, bytes);
const folder: Spoil = (path) => {
  rmSync(path);
  mkdirSync(path);
};
const pipe: Spoil = (path) => {
  rmSync(path);
  return execa('mkfifo', [path]);
};
/** Little-endian 32-bit number at an offset. */
const patched = (at: number, value: number, bytes = 4): Spoil =>
  write((whole) => {
    whole.writeUIntLE(value, at, bytes);
    return whole;
  });
const cut = (share: number): Spoil => write((whole) => whole.subarray(0, Math.floor(whole.length * share)));

describe('a model', () => {
  test.each<[string, Spoil]>([
    ['empty', write(() => '')],
    ['seven bytes', write((whole) => whole.subarray(0, 7))],
    ['half', cut(0.5)],
    ['all but the last tenth', cut(0.9)],
    ['text', write(() => 'not a model\n'.repeat(100))],
    ['with a root beyond the file', patched(0, 0xffff_fff0)],
    [
      'zeros behind its signature',
      write((whole) => Buffer.concat([whole.subarray(0, 8), Buffer.alloc(5000)])),
    ],
    ['of three gigabytes', sparse(3 * 2 ** 30)],
    ['a folder', folder],
    ['a pipe nobody writes to', pipe],
    ['that is not there', (path) => rmSync(path)],
  ])('%s', async (name, spoil) => {
    await spoil(join(project, 'chirp.tflite'));
    await refused(['render'], /chirp\.tflite/, name);
  });

  test('named on the command line: a device without an end', () =>
    refused(['inspect', '/dev/zero'], /\/dev\/zero/));
});

describe('kws.json', () => {
  test.each<[string, Spoil]>([
    ['empty', write(() => '')],
    ['half', cut(0.5)],
    ['null', write(() => 'null')],
    ['bytes', write(() => Buffer.from([0xff, 0xfe, 0x00, 0x7b, 0x80]))],
    ['nested a hundred thousand deep', write(() => '['.repeat(100_000))],
    [
      'nested deep where a model is',
      write((text) => `${text}`.replace('"chirp.tflite"', `${'['.repeat(5000)}${']'.repeat(5000)}`)),
    ],
    [
      'with a million unknown fields',
      write(() => `{${Array.from({ length: 200_000 }, (_, i) => `"f${i}":1`).join()}}`),
    ],
    [
      'with ten thousand models',
      write(() => `{"version":1,"name":"x","frontend":"none","models":[${'1,'.repeat(9999)}1]}`),
    ],
    ['that reaches for a prototype', write(() => '{"__proto__":{"version":1},"constructor":1}')],
    ['of three gigabytes', sparse(3 * 2 ** 30)],
    ['a folder', folder],
    ['a pipe nobody writes to', pipe],
  ])('%s', async (name, spoil) => {
    await spoil(join(project, 'kws.json'));
    await refused(['render'], /kws\.json/, name);
  });
});

describe('a clip', () => {
  // Offsets of the canonical 44-byte header: "Multimedia Programming Interface and Data Specifications 1.0".
  test.each<[string, Spoil]>([
    ['empty', write(() => '')],
    ['a header and nothing else', write((whole) => whole.subarray(0, 20))],
    ['text', write(() => 'RIFF, but only in words')],
    ['without channels', patched(22, 0, 2)],
    ['of 65535 channels', patched(22, 0xffff, 2)],
    ['of no rate', patched(24, 0)],
    ['of a rate of 4 GHz', patched(24, 0xffff_ffff)],
    ['of no bits', patched(34, 0, 2)],
    ['compressed as nobody knows', patched(20, 0x4242, 2)],
    ['of three gigabytes', sparse(3 * 2 ** 30)],
    ['a folder', folder],
    ['a pipe nobody writes to', pipe],
    ['that is not there', (path) => rmSync(path)],
  ])('%s', async (name, spoil) => {
    await spoil(join(project, 'chirp.wav'));
    await refused(['flash', '--board', 'virtual-cortex-m4', '--play', 'chirp.wav'], /chirp\.wav/, name);
  });
});

test('an output folder where nothing can be made: exit code 3, at once', async () => {
  const { code, lines } = await shop.run(['render', '--output', '/proc/kws-gen/firmware', '--json'], {
    cwd: project,
  });
  expect(code).toBe(3);
  expect(lines).toMatchObject([{ t: 'error', what: 'the firmware project cannot be written' }]);
});

/** Flips, deletes, repeats: what storage and transfers do to files, and what an attacker may. */
function damaged(whole: Buffer, seed: number): Buffer {
  const next = random(seed);
  const bytes = Buffer.from(whole);
  const kind = next(4);
  if (kind === 0) for (let i = 0; i < 1 + next(8); i++) bytes[next(bytes.length)]! ^= 1 << next(8);
  if (kind === 1) return bytes.subarray(0, next(bytes.length));
  if (kind === 2) bytes.writeInt32LE(next(2 ** 32) | 0, 4 * next(bytes.length >> 2));
  if (kind === 3) bytes.copyWithin(next(bytes.length), next(bytes.length), next(bytes.length));
  return bytes;
}

test('any damage to model or project file: rendered, or refused with 2 and nothing changed', async () => {
  const folder = shop.example('damaged');
  const out = join(folder, 'firmware-out');
  const run = async () => {
    let stdout = '';
    const code = await main(['render', '--board', 'native', '--json'], {
      stdout: { write: (text: string) => (stdout += text) },
      stderr: { write: () => {} },
      stdin: new PassThrough(),
      directory: folder,
      environment: {},
      signal: new AbortController().signal,
    });
    return { code, stdout };
  };
  expect(await run()).toMatchObject({ code: 0 });
  let before = hashOf(out);
  const codes = new Map<number, number>();
  for (let seed = 0; seed < 150; seed++) {
    const name = seed % 3 === 0 ? 'kws.json' : 'chirp.tflite';
    const whole = readFileSync(join(project, name));
    writeFileSync(join(folder, name), damaged(whole, seed));
    const { code, stdout } = await run();
    expect([0, 2], `seed ${seed}: ${stdout}`).toContain(code);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    const after = hashOf(out);
    if (code === 2) expect(after, `seed ${seed}`).toBe(before);
    before = after;
    copyFileSync(join(project, name), join(folder, name));
  }
  expect(codes.get(2)).toBeGreaterThan(50);
}, 120_000);
