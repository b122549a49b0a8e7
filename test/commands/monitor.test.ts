/** monitor: a board that already runs, and what is said where it runs something else. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monitor } from '../../src/commands/monitor.js';
import type { OptionValues } from '../../src/commands/support/options.js';
import type { KwsError } from '../../src/diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { frontendHash } from '../../src/frontend/spec.js';
import type { AudioLinkLocation } from '../../src/protocol/audio-link.js';
import { openSession } from '../../src/protocol/session.js';
import { fakeContext } from '../support/command-line.js';
import { FakeDevice } from '../support/fake-device.js';
import { wakeModel } from '../support/wake-model.js';

let root: string;
let project: string;
let empty: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'kws monitor '));
  project = root;
  empty = mkdtempSync(join(root, 'empty'));
  writeFileSync(join(root, 'wake.tflite'), wakeModel());
  const kws = {
    version: 1,
    name: 'p',
    frontend: 'micro-wake-word',
    models: [{ name: 'fake', file: 'wake.tflite', labels: ['beep'] }],
    boards: { nano33ble: { port: '/dev/from-kws-json' } },
  };
  writeFileSync(join(root, 'kws.json'), JSON.stringify(kws));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const MODEL = createHash('sha256').update(wakeModel()).digest('hex');
const FRONTEND = frontendHash(FRONTEND_PRESETS['micro-wake-word']);
const model = (sha256: string, m = 'fake') => ({
  m,
  model: sha256,
  labels: ['beep'],
  hop: 1,
  gate: false,
  arena: 1,
  used: 1,
});
const SAME = { frontend: FRONTEND, model: MODEL, models: [model(MODEL)] };

async function tryMonitor(
  directory: string,
  options: OptionValues,
  hello: Record<string, unknown>,
  json = true,
  link?: AudioLinkLocation,
) {
  const device = new FakeDevice({ hello, ...(link && { link }) });
  const found: unknown[][] = [];
  let stopped = 0;
  const fake = fakeContext({ directory, json });
  const result = await monitor(options, fake.context, {
    find: async (board, port, folder) => {
      found.push([board?.id, port, folder]);
      return {
        port: 'fake',
        ...(link && { link }),
        stop: async () => {
          stopped++;
        },
      };
    },
    open: (_, signal) => openSession(device.transport, { signal }),
    clip: async (path) => ({ name: path, samples: new Int16Array(160) }),
  }).then(
    (verdict) => ({ verdict, error: undefined }),
    (error: unknown) => ({ verdict: undefined, error: error as KwsError }),
  );
  return { ...result, found, stopped, commands: device.commands, ...fake };
}

describe('monitor', () => {
  test('the project’s own firmware: hello, no warning, the virtual board ends with it', async () => {
    const { verdict, lines, stopped } = await tryMonitor(project, { board: 'native' }, SAME);
    expect(verdict).toBe(0);
    expect(lines().map(({ t }) => t)).toEqual(['hello']);
    expect(stopped).toBe(1);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'another model',
      { ...SAME, models: [model('ff'.repeat(32))] },
      [`the board’s model fake is not the project’s|it has ffffffffffff, the project ${MODEL.slice(0, 12)}`],
    ],
    [
      'no such model',
      { ...SAME, models: [model(MODEL, 'other')] },
      ['the board does not have the model fake|it has other'],
    ],
    [
      'another front end',
      { ...SAME, frontend: 'ee'.repeat(32) },
      [
        `the board’s front end is not the project’s|it has eeeeeeeeeeee, the project ${FRONTEND.slice(0, 12)}`,
      ],
    ],
  ])('%s: warned of, and shown all the same', async (_, hello, warnings) => {
    const { verdict, lines } = await tryMonitor(project, { board: 'native', play: ['x.wav'] }, hello);
    expect(verdict).toBe(0);
    const warned = lines().filter(({ t }) => t === 'warning');
    expect(warned.map(({ what, why }) => `${what}|${why}`)).toEqual(warnings);
    expect(warned[0]!.next).toBe('kws-gen flash uploads the project’s firmware');
    expect(lines().at(-1)!.t).toBe('end');
  });

  test('warnings in a pipe go to stderr, the lines stay clean', async () => {
    const { err, lines } = await tryMonitor(project, { board: 'native' }, { ...SAME, frontend: 'ee' }, false);
    expect(err()).toContain('warning fake, build 0123456789ab: the board’s front end is not the project’s\n');
    expect(lines().map(({ t }) => t)).toEqual(['hello']);
  });

  test('--set is made on the board, and --save writes it to kws.json', async () => {
    const folder = mkdtempSync(join(root, 'set '));
    for (const file of ['kws.json', 'wake.tflite'])
      writeFileSync(join(folder, file), readFileSync(join(project, file)));
    const before = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')) as { models: object[] };
    const set = [{ name: 'cutoff', value: 0.5 } as const];
    const options = { board: 'native', play: ['x.wav'], set, save: true };
    const { verdict, err } = await tryMonitor(folder, options, SAME, false);
    expect(verdict).toBe(0);
    expect(err()).toContain('written to kws.json: 1 setting; kws-gen flash');
    const after = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')) as { models: object[] };
    expect(after.models[0]).toMatchObject({ detector: { cutoff: 0.5 } });
    expect({ ...after, models: 0 }).toEqual({ ...before, models: 0 });
  });

  test.each<[OptionValues, string]>([
    [{ keep: true }, '--keep: means nothing without --set'],
    [{ save: true, model: 'x.tflite' }, '--save: there is no kws.json to be written'],
  ])('%j is refused', async (options, message) => {
    const { error } = await tryMonitor(project, { board: 'native', ...options }, SAME);
    expect(error!.message).toContain(message);
  });

  test('without a project: any board on a named port', async () => {
    const { verdict, found } = await tryMonitor(empty, { port: '/dev/x' }, {});
    expect(verdict).toBe(0);
    expect(found).toEqual([[undefined, '/dev/x', join(empty, 'firmware-out')]]);
  });

  test('without a project: a label is judged by the board’s hello', async () => {
    const { error, stopped } = await tryMonitor(empty, { port: '/dev/x', untilDetect: 'bep' }, {});
    expect(error!.message).toBe('--until-detect: no model detects "bep"\n  next: did you mean beep?');
    expect(stopped).toBe(1);
  });

  test.each<[OptionValues, string]>([
    [{ board: 'arduino-nano-33-ble' }, '/dev/from-kws-json'],
    [{ board: 'arduino-nano-33-ble', port: '/dev/named' }, '/dev/named'],
  ])('%j: the port', async (options, port) => {
    const { found } = await tryMonitor(project, options, SAME);
    expect(found[0]!.slice(0, 2)).toEqual(['arduino-nano-33-ble', port]);
  });

  test('firmware at another rate than the board’s is told', async () => {
    const fake = fakeContext({ directory: empty });
    const { transport } = new FakeDevice();
    await monitor({ port: 'fake' }, fake.context, {
      find: async () => ({ port: 'fake' }),
      open: async () => Object.defineProperty(await openSession(transport), 'foundAt', { value: 9600 }),
      clip: async (path) => ({ name: path, samples: new Int16Array(160) }),
    });
    expect(fake.err()).toContain('speaks at 9600 baud, which is not the rate of the board');
  });

  test('--emulate watches the twin', async () => {
    const { found } = await tryMonitor(project, { board: 'nano33ble', emulate: true }, SAME);
    expect(found[0]![0]).toBe('arduino-nano-33-ble-twin');
  });
});

describe('a page beside it', () => {
  const play = { board: 'native', play: ['x.wav'] };

  test('--web: where it is, and a page that ends with the clips where nobody can press Ctrl-C', async () => {
    const { verdict, lines, commands } = await tryMonitor(project, { ...play, web: true }, SAME);
    expect(verdict).toBe(0);
    const { url } = lines().find(({ t }) => t === 'web')!;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
    await expect(fetch(url as string)).rejects.toThrow();
    // A serial line may be too slow for frames.
    expect(commands).not.toContain('trace features');
  });

  test('--web-file: the session in a file, with the frames of a virtual board; no host', async () => {
    const file = join(root, 'pages', 'session.html');
    const link = { file: join(root, 'memory') };
    writeFileSync(link.file, '');
    const run = await tryMonitor(project, { ...play, webFile: file }, SAME, true, link);
    const { verdict, lines, commands } = run;
    expect(verdict).toBe(0);
    expect(lines().some(({ t }) => t === 'web')).toBe(false);
    expect(commands).toContain('trace features');
    const html = readFileSync(file, 'utf8');
    expect(html).toContain('"live":false');
    expect(html).toContain('"cutoff":0.');
    expect(readdirSync(join(root, 'pages'))).toEqual(['session.html']);
  });

  test('--web-port alone is a mistake', async () => {
    const { error } = await tryMonitor(project, { ...play, webPort: 8080 }, SAME);
    expect(error!.message).toContain('--web-port: means nothing without --web');
  });
});
