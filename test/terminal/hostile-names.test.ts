/** Names from models, devices, files and projects reach neither stdout nor stderr with anything a terminal obeys. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Output } from '../../src/terminal/output.js';
import { wrapWords } from '../../src/text/text.js';
import { chirpProject } from '../commands/chirps.js';
import { kwsGen } from '../support/command-line.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const HOSTILE = [
  '\u001b]0;title\u0007',
  '\u001b[2J',
  '\u009b31m',
  '\u202eevil',
  '\u2066x\u2069',
  '\rerror',
  '\u200f',
];

describe.each(HOSTILE)('%j', (name) => {
  test.each([
    ['a line', (out: Output) => out.text(`a ${name}`)],
    ['lines', (out: Output) => out.text(['a', name, ''])],
    ['a result', (out: Output) => out.result({ t: 'x' }, [name])],
    ['progress', (out: Output) => out.progress(name)],
    ['a status', (out: Output) => out.status(name)],
    ['a warning', (out: Output) => out.warn({ what: name, where: name, why: name, next: name })],
  ])('%s', (_, print) => {
    for (const json of [false, true]) {
      const written: string[] = [];
      const stream = { write: (text: string) => written.push(text) };
      print(new Output({ stdout: stream, stderr: stream, json, environment: {} }));
      expect(written.join('')).not.toMatch(STEERS);
      if (json && written[0]?.startsWith('{')) expect(JSON.parse(written[0])).toHaveProperty('t');
    }
  });
});

test('JSON escapes what a terminal would obey, and means the same', () => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) };
  const out = new Output({ stdout: stream, stderr: stream, json: true });
  const line = { t: 'x', name: `\u009b31m\u202e\u{e0041}${HOSTILE.join('')}` };
  out.line(line);
  expect(written.join('')).not.toMatch(STEERS);
  expect(JSON.parse(written.join(''))).toEqual({ kws: 1, ...line });
});

test('a name with a line end begins no line of its own', async () => {
  const { err } = await kwsGen(['inspect', 'x\nerror all is lost\n  next: run evil.tflite']);
  expect(err.split('\n').filter((line) => /^(error all| {2}next: run)/.test(line))).toEqual([]);
});

describe('commands', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kws-names-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(HOSTILE.filter((name) => name !== '\rerror'))(
    'init, inspect and evaluate of a file called %j',
    async (name) => {
      const directory = chirpProject();
      const file = `${name}.tflite`;
      copyFileSync(join(directory, 'chirp.tflite'), join(folder, file));
      mkdirSync(join(directory, name));
      copyFileSync(join(directory, 'chirps/3.wav'), join(directory, name, `${name}.wav`));
      writeFileSync(join(directory, name, `${name}2.wav`), 'no sound');
      const labels = ['--labels', 'a,b', '--frontend', 'micro-wake-word'];
      for (const run of [
        await kwsGen(['inspect', file], { directory: folder }),
        await kwsGen(['init', file, ...labels], { directory: folder }),
        await kwsGen(['evaluate', '--positives', name], { directory }),
      ]) {
        expect(run.out).not.toMatch(STEERS);
        expect(run.err).not.toMatch(STEERS);
      }
    },
  );

  test.each(HOSTILE)('ports: a device that calls itself %j', async (name) => {
    const port = {
      path: `/dev/tty${name}`,
      manufacturer: name,
      serialNumber: name,
      vendorId: '1209',
      productId: '1',
    };
    vi.stubEnv('KWS_PORTS_JSON', JSON.stringify([port]));
    for (const json of [[], ['--json']]) expect((await kwsGen(['ports', ...json])).out).not.toMatch(STEERS);
  });

  test.each(['\u202e', '\u2067', '\u200f'])('labels and board files with %j', async (mark) => {
    const directory = chirpProject();
    const kws = JSON.parse(readFileSync(join(directory, 'kws.json'), 'utf8')) as {
      models: { labels: string[] }[];
    };
    kws.models[0]!.labels[0] = `x${mark}y`;
    writeFileSync(join(directory, 'kws.json'), JSON.stringify(kws));
    mkdirSync(join(directory, 'boards'));
    writeFileSync(join(directory, `boards/a${mark}.board.json`), `{"name": "${mark}"}`);
    for (const argv of [['evaluate', '--positives', 'chirps'], ['doctor'], ['boards']]) {
      const { out, err } = await kwsGen(argv, { directory });
      expect(out + err).not.toMatch(STEERS);
    }
  });
});

describeWithSharedData('cases', () => {
  test('a model whose tensor is named with escapes', async () => {
    const { out, code } = await kwsGen(['inspect', sharedPath('cases/terminal/esc.tflite')]);
    expect([code, STEERS.test(out)]).toEqual([0, false]);
    expect(out).toContain('max)');
  });
});

describe('COLUMNS', () => {
  test('results are wrapped at words, and columns keep their gaps', async () => {
    const environment = { COLUMNS: '60' };
    const { out } = await kwsGen(['inspect', 'examples/chirp/chirp.tflite'], { environment });
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(out).toMatch(/^BOARD {2,}RUNTIMES {2,}INFERENCE/m);
  });
  test.each([
    ['a  b   c', 20, 'a  b   c'],
    ['aaaa  bbbb   cc dd', 15, 'aaaa  bbbb   cc\n  dd'],
    ['  aaaa bbbb cc', 11, '  aaaa bbbb\n    cc'],
  ])('%j in %i columns', (line, width, wrapped) => {
    expect(wrapWords(line, width)).toBe(wrapped);
  });
});
