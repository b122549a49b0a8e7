/** Clips that are played to a device: in frames and through shared memory, on good lines and on bad ones. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../src/protocol/session.js';
import { FakeDevice, type FakeDeviceOptions } from '../support/fake-device.js';
import { linkFile, ramp, record, settle, start, types } from './session-support.js';

describe.each([
  ['frames', '', () => ({})],
  ['shared memory', ' memory', () => ({ link: linkFile(4096) })],
])('play through %s', (_, how, make) => {
  const playing = async (options: FakeDeviceOptions = {}) => {
    const where = make();
    const { device, session } = await start({ ...where, ...options });
    const play = (name: string, samples: Parameters<Session['play']>[0]['samples'], length?: number) =>
      session.play({ name, samples, ...(length === undefined ? {} : { length }) }, where);
    return { device, session, events: record(session), play };
  };

  test('delivers every sample and marks the events with the clip', async () => {
    const { device, events, play } = await playing();
    const samples = ramp(5000);
    const end = await play('ramp.wav', samples);
    expect(end).toEqual({ kws: 1, t: 'end', samples: 5000, scores: 31, detections: 31, clip: 'ramp.wav' });
    expect(device.played).toEqual([...samples]);
    expect(device.commands).toEqual(['reset', `play 5000${how}`]);
    await settle();
    expect(events.filter((event) => event.t === 'score')).toHaveLength(31);
    expect(events.every((event) => 'clip' in event && event.clip === 'ramp.wav')).toBe(true);
    expect(types(events).at(-1)).toBe('end');
  });

  test('plays clips in turn, each from the start', async () => {
    const { events, play } = await playing();
    const ends = await Promise.all([
      play('a', ramp(800)),
      play('b', ramp(480, 3)),
      play('none', new Int16Array(0)),
    ]);
    expect(ends.map(({ clip, samples }) => [clip, samples])).toEqual([
      ['a', 800],
      ['b', 480],
      ['none', 0],
    ]);
    await settle();
    const clips = events.map((event) => ('clip' in event ? event.clip : undefined));
    expect(clips).toEqual([...clips].sort());
  });

  test('plays a stream whose length is not known', async () => {
    const { device, play } = await playing();
    const samples = ramp(3333);
    const end = await play(
      '-',
      (async function* () {
        for (let at = 0; at < samples.length; at += 700) {
          await settle();
          yield samples.subarray(at, at + 700);
        }
      })(),
    );
    expect(end.samples).toBe(3333);
    expect(device.played).toEqual([...samples]);
  });

  test('ends early when a source has less than it said, and stops at what it said', async () => {
    const { device, play } = await playing();
    expect((await play('short', [ramp(300)], 1000)).samples).toBe(300);
    expect((await play('long', [ramp(300), ramp(300)], 450)).samples).toBe(450);
    expect(device.played).toHaveLength(450);
  });

  test('a source that fails ends the clip with its error, and the session goes on', async () => {
    const { play } = await playing();
    const broken = (async function* () {
      yield ramp(100);
      throw new Error('microphone unplugged');
    })();
    await expect(play('broken', broken)).rejects.toThrow('microphone unplugged');
    expect((await play('next', ramp(320))).samples).toBe(320);
  });

  test('a device that vanishes fails the clip and ends the iteration', async () => {
    const { device, events, play } = await playing({ room: 64 });
    const endless = (async function* () {
      for (let i = 0; ; i++) {
        if (i === 3) device.vanish('cable pulled');
        await settle();
        yield ramp(100);
      }
    })();
    await expect(play('endless', endless)).rejects.toThrow('fake: the device went away\n  why: cable pulled');
    expect(events.at(-1)).toEqual({ kws: 1, t: 'disconnected', reason: 'cable pulled' });
    await expect(play('later', ramp(10))).rejects.toThrow('the device went away');
  });

  test.each(['', '{"kws":1,"t":"score","m":"fa', '\u0000\u00ff\u009e'])(
    'a device that restarts fails the clip, and the next one works, whatever it was saying: %j',
    async (unfinished) => {
      const { device, play } = await playing();
      const clip = (async function* () {
        yield ramp(100);
        device.send(unfinished);
        device.restart();
        await settle();
        await settle();
        yield ramp(100);
      })();
      await expect(play('clip', clip)).rejects.toThrow('the device restarted in the middle of it');
      expect((await play('next', ramp(200))).samples).toBe(200);
    },
  );

  test('a device that crashes fails the clip at once', async () => {
    const { device, events, play } = await playing();
    const clip = (async function* () {
      yield ramp(100);
      device.say('fault', { code: 'crash', message: 'HardFault at 0x123' });
      await settle();
      yield ramp(100);
    })();
    await expect(play('clip', clip)).rejects.toThrow('the firmware crashed\n  why: HardFault at 0x123');
    expect(types(events)).toContain('fault');
  });

  test('aborting while the source says nothing leaves at once', async () => {
    const where = make();
    const abort = new AbortController();
    const { session } = await start(where, { signal: abort.signal });
    const silent: AsyncIterable<Int16Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const played = session.play({ name: 'silent', samples: silent }, where);
    setTimeout(() => abort.abort(new Error('Ctrl-C')), 50);
    await expect(played).rejects.toThrow('Ctrl-C');
    for await (const event of session) expect(event).toBeUndefined();
  });
});

describe('frames on a bad line', () => {
  /** Damages what `pick` picks, by the number of the write. */
  const harm = (pick: (n: number) => boolean, damage: (bytes: Uint8Array) => Uint8Array) => {
    let n = 0;
    return (bytes: Uint8Array) => (bytes[0] === 2 && pick(n++) ? damage(bytes) : bytes);
  };
  const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 9 ? byte ^ 0x10 : byte));
  const cut = (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 40);

  test.each([
    ['a flipped bit', harm((n) => n % 5 === 1, flip)],
    ['a lost end', harm((n) => n % 7 === 2, cut)],
    [
      'a lost frame',
      harm(
        (n) => n % 6 === 3,
        () => new Uint8Array(0),
      ),
    ],
    [
      'the last frame lost',
      harm(
        (n) => n === 23,
        () => new Uint8Array(0),
      ),
    ],
  ])('%s: every sample arrives, once', async (_, toDevice) => {
    const { device, session } = await start({ toDevice, room: 1500 }, { stallLimit: 5000 });
    const samples = ramp(6000);
    record(session);
    const end = await session.play({ name: 'clip', samples });
    expect(end.samples).toBe(6000);
    expect(device.played).toEqual([...samples]);
  });

  test('lost credits are asked for again', async () => {
    let n = 0;
    const lose = (bytes: Uint8Array) =>
      Buffer.from(bytes).includes('"credit"') && n++ % 3 === 1 ? new Uint8Array(0) : bytes;
    const { device, session } = await start({ toHost: lose, room: 600 }, { stallLimit: 5000 });
    record(session);
    const samples = ramp(900);
    await session.play({ name: 'clip', samples });
    expect(device.played).toEqual([...samples]);
  });

  test('a device that never has room is given up', async () => {
    const { session } = await start({ room: 0 });
    record(session);
    await expect(session.play({ name: 'clip', samples: ramp(100) })).rejects.toThrow(
      'fake: the device stopped taking data',
    );
  });

  test('more than 256 frames', async () => {
    const { device, session } = await start({ room: 100, hop: 4000 });
    record(session);
    const samples = ramp(16_000);
    await session.play({ name: 'clip', samples });
    expect(device.played).toEqual([...samples]);
  });
});

describe('a device that never says `end` is given up, whatever else it says', () => {
  const score = (n: number, ms: number) => ['score', { m: 'fake', n, ms, q: [0], p: [0] }] as const;
  test.each<[string, (device: FakeDevice, n: number) => void]>([
    ['noise', (device) => device.send('still thinking\r\n')],
    ['bytes without an end', (device) => device.send('zzz')],
    ['the same score', (device, n) => device.say(...score(n, 10))],
    ['scores of audio that it never got', (device, n) => device.say(...score(n, 1e6 + n))],
    ['answers to nothing', (device) => device.say('ok', { cmd: 'mic' })],
  ])('%s', async (_, chatter) => {
    const { device, session } = await start({
      onCommand: (line, fake) => {
        if (!line.startsWith('play')) return false;
        fake.say('ok', { cmd: 'play' });
        return true;
      },
    });
    let n = 0;
    const talk = setInterval(() => chatter(device, ++n), 20);
    const played = session.play({ name: 'clip', samples: new Int16Array(0) });
    await expect(played).rejects.toThrow('no progress with the audio');
    clearInterval(talk);
    expect(n).toBeGreaterThan(5);
  });
});

describe('shared memory that is not what it should be', () => {
  test.each([
    ['no magic', (bytes: Buffer) => bytes.writeUInt32LE(1, 0), 'no audio link stands there'],
    ['version', (bytes: Buffer) => bytes.writeUInt32LE(9, 4), 'it has version 9'],
    ['capacity', (bytes: Buffer) => bytes.writeUInt32LE(1000, 8), 'would hold 1000 samples'],
  ])('%s', async (_, spoil, why) => {
    const { file } = linkFile();
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(0x4153574b, 0);
    bytes.writeUInt32LE(1, 4);
    bytes.writeUInt32LE(64, 8);
    spoil(bytes);
    writeFileSync(file, bytes);
    const { session } = await start();
    await expect(session.play({ name: 'clip', samples: ramp(10) }, { link: { file } })).rejects.toThrow(why);
  });

  test('is absent', async () => {
    const { session } = await start();
    const played = session.play({ name: 'clip', samples: ramp(10) }, { link: { file: '/nowhere/memory' } });
    await expect(played).rejects.toThrow('is not what it should be');
  });

  test('is never read by the device', async () => {
    const link = linkFile();
    new FakeDevice({ link });
    const { session } = await start({
      onCommand: (line, device) => {
        if (!line.startsWith('play')) return false;
        device.say('ok', { cmd: 'play' });
        return true;
      },
    });
    await expect(session.play({ name: 'clip', samples: ramp(5000) }, { link })).rejects.toThrow(
      'the device makes no progress with the audio for 0.6 s',
    );
  });
});

describe('packed frames', () => {
  const samples = Int16Array.from({ length: 5000 }, (_, i) => Math.round(3000 * Math.sin(i / 20)));

  test('go to a device whose hello says that it takes them', async () => {
    const { device, session } = await start({ packed: true, room: 3072 });
    // Who is there is not known yet.
    await session.play({ name: 'plain', samples });
    await session.hello();
    await session.play({ name: 'packed', samples });
    expect(device.played).toEqual([...samples]);
    const stream = [samples.subarray(0, 7), samples.subarray(7, 2000), samples.subarray(2000)];
    expect((await session.play({ name: 'stream', samples: stream })).samples).toBe(5000);
    expect(device.played).toEqual([...samples]);
    const plays = device.commands.filter((line) => line.startsWith('play'));
    expect(plays).toEqual(['play 5000', 'play 5000 packed', 'play open packed']);
  });

  test('that are damaged are sent again', async () => {
    let frames = 0;
    const { device, session } = await start({
      packed: true,
      room: 3072,
      toDevice: (bytes) => {
        if (bytes[0] !== 0x02 || ++frames % 4 !== 2) return bytes;
        return bytes.map((byte, i) => (i === 9 ? byte ^ 4 : byte));
      },
    });
    await session.hello();
    await session.play({ name: 'clip', samples });
    expect(device.played).toEqual([...samples]);
    expect(device.badFrames).toBeGreaterThan(0);
  });

  test.each([30, 511, 1025, 2048])('within %i bytes of credit', async (room) => {
    const { device, session } = await start({ packed: true, room });
    await session.hello();
    await session.play({ name: 'clip', samples: samples.subarray(0, 1500) });
    expect(device.played).toEqual([...samples.subarray(0, 1500)]);
  });
});
