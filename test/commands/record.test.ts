/** mic and record on a board in memory: audio only while it is asked for, files, verdicts, words. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { mic } from '../../src/commands/mic.js';
import { record } from '../../src/commands/record.js';
import type { OptionValues } from '../../src/commands/support/options.js';
import type { KwsError } from '../../src/diagnostics/errors.js';
import { openSession } from '../../src/protocol/session.js';
import type { Aim } from '../../src/targets/aim.js';
import type { Stages } from '../../src/targets/stages.js';
import { fakeContext } from '../support/command-line.js';
import { FakeDevice } from '../support/fake-device.js';
import { random } from '../support/random.js';
import { chirpProject } from './chirps.js';

let directory: string;
let folder: string;
beforeAll(() => {
  directory = chirpProject();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws mic '));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const BUILD = '0123456789ab';
const hash = 'ab'.repeat(32);
const MODEL = { m: 'chirp', model: hash, labels: ['other', 'chirp'], hop: 1, gate: false, arena: 1, used: 1 };

const base64 = (samples: Int16Array) => Buffer.from(samples.buffer).toString('base64');

/** Noise of a quiet room with something louder in it. */
function sound(seconds: number): Int16Array {
  const next = random(1);
  return Int16Array.from({ length: 16_000 * seconds }, (_, i) => {
    const tone = i % 16_000 > 12_000 ? 4000 * Math.sin(i / 5) : 0;
    return Math.round(tone + next(81) - 40);
  });
}

interface Heard {
  /** What the microphone gives once it is asked for; lines of the board between the blocks. */
  readonly samples: Int16Array;
  readonly between?: (block: number, device: FakeDevice) => void;
  /** A block whose line is lost. */
  readonly lost?: number;
  readonly after?: (device: FakeDevice) => void;
}

async function run(
  command: (options: OptionValues, context: never, stages: Stages) => Promise<unknown>,
  heard: Heard,
  options: OptionValues = {},
) {
  const stop = new AbortController();
  const aims: Aim[] = [];
  const written: string[] = [];
  const device = new FakeDevice({
    toDevice(bytes) {
      written.push(...Buffer.from(bytes).toString('latin1').trim().split('\n'));
      return bytes;
    },
    hello: { mic: true, labels: MODEL.labels, models: [MODEL] },
    onCommand(line, self) {
      if (!line.startsWith('audio')) return false;
      self.say('ok', { cmd: 'audio' });
      if (line === 'audio off') return true;
      for (let block = 0; 256 * block < heard.samples.length; block++) {
        const part = heard.samples.slice(256 * block, 256 * (block + 1));
        if (block !== heard.lost) self.say('audio', { n: 256 * block, lost: 0, v: base64(part) });
        heard.between?.(block, self);
      }
      // The events above are read first.
      if (heard.after === undefined) setTimeout(() => stop.abort(), 50);
      else heard.after(self);
      return true;
    },
  });
  const fake = fakeContext({ directory, json: true, signal: stop.signal });
  const stages = {
    render: async (aim: Aim) => {
      aims.push(aim);
      return { files: new Map(), buildId: BUILD };
    },
    locate: async (aim: Aim) => aim,
    write: async () => {},
    build: async () => ({}),
    upload: async () => ({ port: 'fake' }),
    open: () => openSession(device.transport),
    clip: async (path: string) => ({ name: path, samples: new Int16Array(160) }),
  } as unknown as Stages;
  const result = await command(
    { board: 'arduino-nano-33-ble', ...options },
    fake.context as never,
    stages,
  ).then(
    (verdict) => ({ verdict, error: undefined }),
    (error: unknown) => ({ verdict: undefined, error: error as KwsError }),
  );
  return { ...result, aim: aims[0], written, ...fake };
}

describe('record', () => {
  const samples = sound(4);
  const score = (device: FakeDevice, n: number, ms: number, p: number) =>
    device.say('score', { m: 'chirp', n, ms, q: [0, 0], p: [1 - p, p] });

  test('everything, a detection, a near miss; Ctrl-C ends it, and no audio is sent any more', async () => {
    const { verdict, aim, written, lines } = await run(
      (...args) => record(args[0], args[1], folder, args[2]),
      {
        samples,
        between(block, self) {
          if (block === 120) score(self, 1, 1900, 0.5);
          if (block === 121) score(self, 2, 1910, 0.1);
          if (block === 150) self.say('detect', { m: 'chirp', label: 'chirp', ms: 2400, p: 0.95 });
        },
      },
      { webFile: join(folder, 'page.html') },
    );
    expect(verdict).toBe(0);
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(page.match(/"t":"clip","n":\d,"label":"chirp"/g)).toHaveLength(2);
    expect(aim).toMatchObject({ audio: true });
    expect(written.slice(-3)).toEqual(['mic', 'audio on', 'audio off']);
    const { clips, sessions } = JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')) as {
      clips: { file: string; kind: string }[];
      sessions: object[];
    };
    expect(sessions).toEqual([{ file: 'session-1.wav', samples: 64_000, missing: 0, overrun: 0 }]);
    expect(await loadClip(join(folder, 'session-1.wav'), 16_000)).toEqual(samples);
    expect(clips.map(({ file }) => file)).toEqual([
      'near/chirp/0001-1.90s-p0.50.wav',
      'heard/chirp/0002-2.40s-p0.95.wav',
    ]);
    const own = await loadClip(join(folder, clips[1]!.file), 16_000);
    expect(own).toEqual(samples.slice(0.4 * 16_000, 2.9 * 16_000));
    expect(lines().at(-1)).toMatchObject({ t: 'record', clips, sessions });
    expect(lines().map(({ t }) => t)).not.toContain('audio');
  });

  test('a line that is lost is a counted gap', async () => {
    const { verdict, lines } = await run((...args) => record(args[0], args[1], folder, args[2]), {
      samples: samples.slice(0, 16_000),
      lost: 10,
    });
    expect(verdict).toBe(0);
    const warnings = lines().filter(({ t }) => t === 'warning');
    expect(warnings.map(({ what, where }) => `${where}: ${what}`)).toEqual([
      'session-1.wav: 256 samples are missing',
    ]);
    const kept = await loadClip(join(folder, 'session-1.wav'), 16_000);
    const expected = samples.slice(0, 16_000).fill(0, 2560, 2816);
    expect(kept).toEqual(expected);
  });

  test('a folder that has a recording is left alone', async () => {
    const { verdict } = await run((...args) => record(args[0], args[1], folder, args[2]), { samples });
    expect(verdict).toBe(0);
    const { error } = await run((...args) => record(args[0], args[1], folder, args[2]), { samples });
    expect(error).toMatchObject({ exitCode: 2 });
    expect(error!.message).toMatch(
      /record\.json: is already there\n {2}next: record into another folder, or /,
    );
  });
});

describe('mic', () => {
  test.each<[string, (samples: Int16Array) => Int16Array, number, string]>([
    ['a good one', (samples) => samples, 0, 'the microphone is good'],
    ['one that is not there', (samples) => samples.fill(0), 1, 'every sample is 0'],
    ['one with an offset', (samples) => samples.map((value) => value + 6000), 1, 'DC offset is 18 %'],
    ['one that clips', (samples) => samples.map((value) => (value > 3500 ? 32_767 : value)), 1, 'clipped'],
  ])('%s', async (_, of, verdict, words) => {
    const result = await run(mic, { samples: of(sound(2)), after: () => {} }, { for: 2000 });
    expect(result.error).toBeUndefined();
    expect(result.verdict).toBe(verdict);
    const line = result.lines().at(-1)!;
    expect(line).toMatchObject({ t: 'mic', samples: 32_000, passed: verdict === 0 });
    expect(line.verdict).toContain(words);
    expect(result.written.at(-1)).toBe('audio off');
  });

  test.each<[OptionValues, string]>([
    [{ for: 700_000 }, '--for: is longer than a microphone is tested'],
    [{ play: ['a', 'b'] }, '--play: only one sound is tested'],
    [{ board: 'virtual-cortex-m4' }, 'this board has no microphone'],
  ])('%j is refused', async (options, message) => {
    const { error } = await run(mic, { samples: sound(1) }, options);
    expect(error!.message).toContain(message);
  });
});
