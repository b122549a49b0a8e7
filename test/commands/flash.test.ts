/** flash from a model to detections, with a device in memory in place of PlatformIO and a board. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flash } from '../../src/commands/flash.js';
import type { OptionValues } from '../../src/commands/support/options.js';
import { KwsError, toolError } from '../../src/diagnostics/errors.js';
import type { PcmSource } from '../../src/protocol/pcm.js';
import { openSession } from '../../src/protocol/session.js';
import type { Stages } from '../../src/targets/stages.js';
import { type FakeWorld, fakeContext } from '../support/command-line.js';
import { FakeDevice, type FakeDeviceOptions } from '../support/fake-device.js';
import { screenOf } from '../support/screen.js';
import { wakeModel } from '../support/wake-model.js';

const BUILD = '0123456789ab';
/** The device in memory hears any hop whose peak is loud. */
const LOUD = Int16Array.from({ length: 320 }, (_, i) => (i === 200 ? 32_000 : 0));
const QUIET = new Int16Array(320);
const CLIPS: Readonly<Record<string, Int16Array>> = { 'loud.wav': LOUD, 'quiet.wav': QUIET };

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws flash '));
  writeFileSync(join(directory, 'wake.tflite'), wakeModel());
  const kws = {
    version: 1,
    name: 'p',
    board: 'virtual-cortex-m4',
    frontend: 'micro-wake-word',
    models: [{ name: 'fake', file: 'wake.tflite', labels: ['beep'] }],
  };
  writeFileSync(join(directory, 'kws.json'), JSON.stringify(kws));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Try {
  readonly options?: OptionValues;
  readonly world?: FakeWorld & { readonly json?: boolean };
  readonly device?: FakeDeviceOptions;
  readonly stages?: Partial<Stages>;
  /** Called once the board has said hello. */
  readonly meanwhile?: (device: FakeDevice, abort: AbortController) => void;
}

async function tryFlash({ options = {}, world = {}, device: fields = {}, stages = {}, meanwhile }: Try = {}) {
  const device = new FakeDevice(fields);
  const steps: string[] = [];
  const abort = new AbortController();
  const step =
    <A extends unknown[], R>(name: string, result: (...args: A) => R) =>
    async (...args: A): Promise<Awaited<R>> => {
      steps.push(name);
      return await result(...args);
    };
  const all: Stages = {
    render: step('render', () => ({ files: new Map(), buildId: `${BUILD}${'0'.repeat(52)}` })),
    write: step('write', () => undefined),
    build: step('build', () => ({
      flash: { used: 1024, total: 4096 },
      ram: { used: 512, total: 1024 },
      artifact: 'firmware.elf',
      seconds: 1.23456,
    })),
    upload: step('upload', () => ({
      port: 'fake',
      stop: step('stop', () => undefined),
      release: step('release', () => undefined),
    })),
    count: () => expect.unreachable('nothing is counted'),
    locate: async (target) => target,
    find: step('find', () => ({ port: 'fake' })),
    open: step('open', async (_, signal) => {
      const session = await openSession(device.transport, { signal });
      setTimeout(() => meanwhile?.(device, abort), 30);
      return session;
    }),
    clip: async (path): Promise<PcmSource> => ({ name: path, samples: CLIPS[path]! }),
    ...stages,
  };
  const fake = fakeContext({ directory, signal: abort.signal, ...world });
  const result = await flash(options, fake.context, all).then(
    (verdict) => ({ verdict, error: undefined }),
    (error: unknown) => ({ verdict: undefined, error }),
  );
  return { ...result, steps, device, ...fake };
}

const ALL_STEPS = ['render', 'write', 'build', 'upload', 'open', 'stop'];

describe('without a terminal', () => {
  test('and without a limit it ends after the hello, the virtual board too', async () => {
    const { verdict, steps, lines, device, err } = await tryFlash();
    expect(verdict).toBe(0);
    expect(steps).toEqual(ALL_STEPS);
    expect(device.closed).toBe(true);
    expect(lines().map(({ t }) => t)).toEqual(['build', 'hello']);
    expect(lines()[0]).toEqual({
      kws: 1,
      t: 'build',
      board: 'virtual-cortex-m4',
      runtime: 'aot',
      flash: { used: 1024, total: 4096, left: 3072 },
      ram: { used: 512, total: 1024, left: 512 },
      artifact: 'firmware.elf',
      seconds: 1.2,
    });
    expect(err()).toContain('p for virtual-cortex-m4, runtime aot\n');
  });

  test('what becomes of windows is said before the build, and stands in its line', async () => {
    const windows = [{ model: 'm', taken: true, macs: { whole: 2e6, hop: 1e6 }, bytes: 2048, notes: [] }];
    const render = async () => ({ files: new Map(), buildId: `${BUILD}${'0'.repeat(52)}`, windows });
    const { err, lines } = await tryFlash({ stages: { render } });
    expect(err()).toContain('m at a hop: 1.00 M of 2.00 M multiplications, for 2.0 KB of memory');
    expect(lines()[0]).toMatchObject({ t: 'build', windows });
  });

  test('clips in order, each event with its clip, the device reset between them', async () => {
    const { verdict, lines, device } = await tryFlash({ options: { play: ['loud.wav', 'quiet.wav'] } });
    expect(verdict).toBe(0);
    const events = lines().filter(({ t }) => t !== 'build' && t !== 'hello');
    expect(events.map(({ t, clip }) => `${t} ${clip}`)).toEqual([
      'score loud.wav',
      'score loud.wav',
      'detect loud.wav',
      'end loud.wav',
      'score quiet.wav',
      'score quiet.wav',
      'end quiet.wav',
    ]);
    expect(events.find(({ t }) => t === 'detect')).toMatchObject({ m: 'fake', label: 'beep', ms: 20 });
    expect(device.commands.filter((line) => line === 'reset')).toHaveLength(2);
  });

  test('raw PCM on stdin, cut anywhere', async () => {
    const stdin = new PassThrough();
    const bytes = Buffer.from(LOUD.buffer, LOUD.byteOffset, LOUD.byteLength);
    for (const [from, to] of [
      [0, 1],
      [1, 402],
      [402, 640],
    ] as const)
      stdin.write(bytes.subarray(from, to));
    stdin.end();
    const { verdict, lines, device } = await tryFlash({ options: { play: ['-'] }, world: { stdin } });
    expect(verdict).toBe(0);
    expect(device.played).toEqual([...LOUD]);
    expect(lines().at(-1)).toMatchObject({ t: 'end', clip: '-', samples: 320, detections: 1 });
  });
});

describe('--until-detect', () => {
  test('heard: 0, and the rest is not waited for', async () => {
    const { verdict, lines } = await tryFlash({
      options: { play: ['loud.wav', 'quiet.wav'], untilDetect: 'beep' },
    });
    expect(verdict).toBe(0);
    expect(lines().at(-1)!.t).toBe('detect');
  });

  test.each<[string, OptionValues]>([
    ['the clips are over', { play: ['quiet.wav'], untilDetect: 'beep' }],
    ['the timeout', { untilDetect: 'beep', timeout: 60 }],
    ['the time is over', { untilDetect: 'beep', for: 60 }],
  ])('not heard, %s: 1', async (_, options) => {
    const { verdict, steps } = await tryFlash({ options });
    expect(verdict).toBe(1);
    expect(steps).toEqual(ALL_STEPS);
  });

  test('heard by the microphone', async () => {
    const { verdict } = await tryFlash({
      options: { untilDetect: 'beep', timeout: 5000 },
      device: { hello: { mic: true } },
      meanwhile: (device) => device.say('detect', { m: 'fake', label: 'beep', ms: 10, p: 1 }),
    });
    expect(verdict).toBe(0);
  });

  test('a label nobody detects is refused before anything is built', async () => {
    const { error, steps } = await tryFlash({ options: { untilDetect: 'bep' } });
    expect((error as KwsError).message).toBe(
      '--until-detect: no model detects "bep"\n  next: did you mean beep?',
    );
    expect(steps).toEqual([]);
  });
});

test('--drive of a virtual board is refused before anything is built', async () => {
  const { error, steps } = await tryFlash({
    options: { board: 'native', artifact: 'a.uf2', drive: '/media/x' },
  });
  expect((error as KwsError).message).toContain('--drive: means nothing for a virtual board');
  expect(steps).toEqual([]);
});

test('--for: ends by itself, 0', async () => {
  const { verdict, device } = await tryFlash({ options: { for: 60 }, device: { hello: { mic: true } } });
  expect(verdict).toBe(0);
  expect(device.commands).toContain('mic');
});

test('--no-monitor: a checked hello, and the virtual board goes on', async () => {
  const { verdict, steps, lines } = await tryFlash({ options: { noMonitor: true } });
  expect(verdict).toBe(0);
  expect(steps).toEqual(['render', 'write', 'build', 'upload', 'open', 'release']);
  expect(lines().at(-1)!.t).toBe('hello');
});

describe('trouble ends the virtual board and is told', () => {
  const ends = (error: unknown, what: string) => {
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(3);
    expect((error as KwsError).message).toContain(what);
    expect((error as KwsError).problems[0]!.next).toBeDefined();
  };

  test('the upload did not take', async () => {
    const { error, steps } = await tryFlash({
      options: { noMonitor: true },
      device: { hello: { build: 'ffffffffffff' } },
    });
    ends(error, `it says build ffffffffffff, this is build ${BUILD}`);
    expect(steps).toEqual(ALL_STEPS);
  });

  test('the board goes away while it listens', async () => {
    const { error, steps } = await tryFlash({
      options: { for: 5000 },
      meanwhile: (device) => device.vanish('unplugged'),
    });
    ends(error, 'the board went away\n  why: unplugged');
    expect(steps).toEqual(ALL_STEPS);
  });

  test('the board goes away while a clip plays', async () => {
    const { error, steps } = await tryFlash({
      options: { play: ['loud.wav'] },
      device: {
        onCommand: (line, device) => {
          if (line.startsWith('play')) setImmediate(() => device.vanish('unplugged'));
          return false;
        },
      },
    });
    ends(error, 'went away');
    expect(steps).toEqual(ALL_STEPS);
  });

  test('the model cannot run', async () => {
    const { error } = await tryFlash({
      options: { for: 5000 },
      meanwhile: (device) => device.say('fault', { code: 'model', message: 'arena too small' }),
    });
    ends(error, 'the model cannot run on the board\n  why: arena too small');
  });

  test('no board is there: nothing is written or built', async () => {
    const { error, steps } = await tryFlash({
      stages: {
        locate: async () => {
          throw toolError({ what: 'no port of this board was found', next: 'connect it' });
        },
      },
    });
    ends(error, 'no port of this board was found');
    expect(steps).toEqual(['render']);
  });

  test('the build fails: nothing is uploaded', async () => {
    const { error, steps } = await tryFlash({
      stages: {
        build: async () => {
          throw toolError({ what: 'does not compile', next: 'see the log' });
        },
      },
    });
    ends(error, 'does not compile');
    expect(steps).toEqual(['render', 'write']);
  });
});

describe('Ctrl-C', () => {
  test('while it listens: 0, everything ended', async () => {
    const { verdict, error, steps, device } = await tryFlash({
      options: { for: 60_000 },
      meanwhile: (_, abort) => abort.abort(new Error('SIGINT')),
    });
    expect([verdict, error]).toEqual([0, undefined]);
    expect(steps).toEqual(ALL_STEPS);
    expect(device.closed).toBe(true);
  });

  test('before the word was heard: 1', async () => {
    const { verdict } = await tryFlash({
      options: { untilDetect: 'beep', timeout: 60_000 },
      meanwhile: (_, abort) => abort.abort(new Error('SIGINT')),
    });
    expect(verdict).toBe(1);
  });

  test('while stdin plays: the source is not waited for', async () => {
    const stdin = new PassThrough();
    stdin.write(Buffer.alloc(640));
    const { verdict, steps } = await tryFlash({
      options: { play: ['-'] },
      world: { stdin },
      meanwhile: (_, abort) => abort.abort(new Error('SIGINT')),
    });
    expect(verdict).toBe(0);
    expect(steps).toEqual(ALL_STEPS);
  });

  test('before the board said hello: the board is ended, and there is no verdict', async () => {
    const { verdict, error, steps, device } = await tryFlash({
      options: { for: 60_000 },
      device: { toDevice: () => new Uint8Array() },
      meanwhile: (_, abort) => abort.abort(new Error('SIGINT')),
    });
    expect([verdict, (error as Error).message]).toEqual([undefined, 'SIGINT']);
    expect(steps).toEqual(ALL_STEPS);
    expect(device.closed).toBe(true);
  });

  test('before the upload: nothing is opened', async () => {
    const abort = new AbortController();
    const { error, steps } = await tryFlash({
      world: { signal: abort.signal },
      stages: {
        build: async () => {
          abort.abort(new Error('SIGINT'));
          throw abort.signal.reason;
        },
      },
    });
    expect((error as Error).message).toBe('SIGINT');
    expect(steps).toEqual(['render', 'write']);
  });
});

describe('on a terminal', () => {
  test('a meter, and a detection nobody overlooks', async () => {
    const { verdict, out } = await tryFlash({ options: { play: ['loud.wav'] }, world: { terminal: true } });
    expect(verdict).toBe(0);
    const screen = screenOf(out());
    expect(screen).toContain('flash 1.0 KB of 4.0 KB (25 %), RAM 0.5 KB of 1.0 KB (50 %)');
    expect(screen).toContain('fake on fake, runtime aot, fake: beep');
    expect(screen).toContainEqual(
      expect.stringMatching(/^ HEARD {2}beep {3}0\.98 at 0\.02 s {2}fake {2}loud\.wav$/),
    );
    expect(screen).toContainEqual('loud.wav: 0.02 s, 1 detection');
    expect(screen.at(-1)).toMatch(/^beep ▕█+[▏▎▍▌▋▊▉ ]*▏ 0\.98 {2}0\.02 s$/);
  });

  test('no microphone and nothing to play: says so and ends', async () => {
    const { verdict, err } = await tryFlash({ world: { terminal: true } });
    expect(verdict).toBe(0);
    expect(err()).toContain('warning this board has no microphone, so there is nothing to listen to');
  });

  test('--json wins over the meter', async () => {
    const { lines } = await tryFlash({
      options: { play: ['quiet.wav'] },
      world: { terminal: true, json: true },
    });
    expect(lines().at(-1)).toMatchObject({ t: 'end' });
  });

  test('with a microphone it goes on until Ctrl-C; a restart and a fault are told', async () => {
    const { verdict, out } = await tryFlash({
      world: { terminal: true },
      device: { hello: { mic: true } },
      meanwhile: (device, abort) => {
        device.say('fault', { code: 'no-microphone', message: 'connect one' });
        setTimeout(() => abort.abort(new Error('SIGINT')), 30);
      },
    });
    expect(verdict).toBe(0);
    expect(out()).toContain('fault no-microphone connect one');
  });
});
