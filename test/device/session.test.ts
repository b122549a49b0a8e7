import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../src/device/events.js';
import { openSession, type Session, type SessionOptions } from '../../src/device/session.js';
import { FakeDevice, type FakeDeviceOptions } from '../support/fake-device.js';

const open: Session[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((session) => session.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function start(options: FakeDeviceOptions = {}, session: SessionOptions = {}) {
  const device = new FakeDevice(options);
  const opened = await openSession(device.transport, { commandTimeout: 300, stallLimit: 600, ...session });
  open.push(opened);
  return { device, session: opened };
}

/** Everything a session says from now until it ends. */
function record(session: Session): SessionEvent[] {
  const events: SessionEvent[] = [];
  void (async () => {
    for await (const event of session) events.push(event);
  })();
  return events;
}

const types = (events: readonly SessionEvent[]) => events.map((event) => event.t);
const ramp = (length: number, seed = 1) =>
  Int16Array.from({ length }, (_, i) => ((i * 7919 * seed) % 65_536) - 32_768);
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

function linkFile(offset = 0, capacity = 1024): { file: string; offset: number; capacity: number } {
  const folder = mkdtempSync(join(tmpdir(), 'kws-link-'));
  folders.push(folder);
  const file = join(folder, 'memory');
  writeFileSync(file, Buffer.alloc(offset + 64 + 2 * capacity));
  return { file, offset, capacity };
}

describe('hello', () => {
  test('is asked for and checked', async () => {
    const { device, session } = await start();
    const hello = await session.hello();
    expect(hello).toEqual({ kws: 1, t: 'hello', ...device.helloFields });
  });

  test('is found behind boot messages and the rest of a line', async () => {
    const { device, session } = await start();
    const events = record(session);
    device.send('rst:0x1 (POWERON)\r\n{"kws":1,"t":"score","m":"ok');
    expect((await session.hello()).board).toBe('fake');
    await settle();
    expect(events).toEqual([
      { kws: 1, t: 'noise', text: 'rst:0x1 (POWERON)', reason: 'text' },
      { kws: 1, t: 'noise', text: '{"kws":1,"t":"score","m":"ok', reason: 'malformed' },
    ]);
  });

  test('of another protocol version names both versions', async () => {
    const { session } = await start({ hello: { protocol: 2, tool: '9.1.0' } });
    await expect(session.hello()).rejects.toThrow(
      'fake: the device speaks version 2 of the protocol, this kws-gen version 1\n' +
        '  next: flash it again (`kws-gen flash`), or use kws-gen 9.1.0',
    );
  });

  test('of nobody says that nothing came', async () => {
    const { session } = await start({ mute: true });
    await expect(session.hello(100)).rejects.toThrow(
      /no kws-gen firmware answers within 0.1 s\n {2}why: nothing at all came/,
    );
  });

  test('of another firmware shows what it said', async () => {
    const { device, session } = await start({ onCommand: () => true });
    device.send('Hello World! \u001b[31m\r\n');
    await expect(session.hello(100)).rejects.toThrow(
      /no line of the protocol, such as "Hello World! \ufffd\[31m"/,
    );
  });

  test('is asked for again when the first request is lost in an unfinished frame', async () => {
    let first = true;
    const { session } = await start({
      toDevice: (bytes) => {
        const lost = first;
        first = false;
        return lost ? Uint8Array.of(2, 0, 200, 0, 1, 2, 3) : bytes;
      },
    });
    expect((await session.hello(3000)).protocol).toBe(1);
  });
});

describe('commands', () => {
  test('are answered by ok', async () => {
    const { device, session } = await start();
    await session.command('trace features');
    expect(await session.command('cutoff 0 128')).toEqual({ kws: 1, t: 'ok', cmd: 'cutoff' });
    expect(device.commands).toEqual(['trace features', 'cutoff 0 128']);
  });

  test('take turns', async () => {
    const { device, session } = await start();
    await Promise.all([session.command('reset'), session.stats(), session.command('mic')]);
    expect(device.commands).toEqual(['reset', 'stats', 'mic']);
  });

  test.each(['play 5', 'hello', '', 'reset\nmic', 'é', 'x'.repeat(121)])(
    '%j is no such command',
    async (line) => {
      const { session } = await start();
      await expect(session.command(line)).rejects.toMatchObject({ exitCode: 2 });
    },
  );

  test('refused by the device are an error with its words', async () => {
    const { session } = await start();
    await expect(session.command('dance')).rejects.toThrow(
      'fake: the device refuses `dance`\n  why: unknown command dance',
    );
    await session.command('reset');
  });

  test('without an answer time out', async () => {
    const { session } = await start({ mute: true });
    await expect(session.command('reset')).rejects.toThrow('the device does not answer `reset` within 0.3 s');
  });

  test('stats are numbers in ticks', async () => {
    const { session } = await start();
    expect(await session.stats()).toMatchObject({
      t: 'stats',
      tps: 1_000_000,
      models: [{ m: 'fake', n: 0 }],
    });
  });
});

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

  test('a device that restarts fails the clip, and the next one works', async () => {
    const { device, play } = await playing();
    const clip = (async function* () {
      yield ramp(100);
      device.restart();
      await settle();
      await settle();
      yield ramp(100);
    })();
    await expect(play('clip', clip)).rejects.toThrow('the device restarted in the middle of it');
    expect((await play('next', ramp(200))).samples).toBe(200);
  });

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

describe('input', () => {
  test('takes bytes in frames and gives the output', async () => {
    const { device, session } = await start();
    const bytes = Uint8Array.from({ length: 1300 }, (_, i) => (i * 31) & 255);
    expect(await session.input(0, bytes)).toEqual({ kws: 1, t: 'output', m: 'fake', q: [0, 31, 62, 93] });
    expect(device.inputBytes).toEqual([...bytes]);
    expect((await session.input(0, bytes.subarray(1))).q).toEqual([31, 62, 93, 124]);
  });

  test('the device refuses or fails on is an error', async () => {
    const { session } = await start({
      onCommand: (line, device) => {
        if (line === 'mic') device.say('fault', { code: 'model', message: 'the arena is too small' });
        else if (line === 'input 0 4') device.say('fault', { code: 'model', message: 'invoke failed' });
        else if (line === 'input 7 4') device.say('fault', { code: 'bad-command', message: 'no model 7' });
        else return false;
        return true;
      },
    });
    await expect(session.input(0, new Uint8Array(4))).rejects.toThrow(
      'the model failed on the device\n  why: invoke failed',
    );
    await expect(session.input(7, new Uint8Array(4))).rejects.toThrow('why: no model 7');
    await expect(session.input(0, new Uint8Array(0))).rejects.toMatchObject({ exitCode: 2 });
    await expect(session.command('mic')).rejects.toThrow(
      'the device refuses `mic`\n  why: the arena is too small',
    );
    expect((await session.input(0, new Uint8Array(5))).q).toEqual([0, 0, 0, 0]);
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

describe('bounds', () => {
  test('unread events make the port rest, and go on when they are read', async () => {
    const { device, session } = await start();
    let paused = 0;
    const { pause } = device.transport;
    device.transport.pause = () => {
      paused++;
      pause();
    };
    for (let n = 1; n <= 20_000; n++) device.say('score', { m: 'fake', n, ms: n, q: [0], p: [0] });
    expect(paused).toBe(1);
    await expect(session.command('reset')).rejects.toThrow('why: nobody reads the events of this session');
    const numbers: number[] = [];
    for await (const event of session) {
      if (event.t === 'score') numbers.push(event.n);
      if (numbers.length === 20_000) break;
    }
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1));
    await session.command('reset');
  });

  test('unread noise is dropped beyond a bound', async () => {
    const { device, session } = await start();
    for (let n = 0; n < 10_000; n++) device.send(`noise ${n}\n`);
    await session.command('reset');
    await session.close();
    const events: SessionEvent[] = [];
    for await (const event of session) events.push(event);
    expect(events).toHaveLength(64);
  });

  test('closing ends the iteration and whoever waits', async () => {
    const { session } = await start({ mute: true });
    const waiting = expect(session.command('reset')).rejects.toThrow('fake: the session is closed');
    await session.close();
    await session.close();
    await waiting;
    for await (const event of session) expect(event).toBeUndefined();
  });

  test('an aborted signal opens nothing', async () => {
    const device = new FakeDevice();
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(openSession(device.transport, { signal })).rejects.toThrow('too late');
  });
});
