import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.js';
import { openSession } from '../../src/protocol/session.js';
import { FakeDevice } from '../support/fake-device.js';
import { record, settle, start } from './session-support.js';

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

  test.each(['21.5,', '\u00f0\u009e\u0000\u00ff\u00aaU', '{"kws":1,"t":"he', 'x'.repeat(9000)])(
    'of bytes without the end of a line says so: %j',
    async (text) => {
      const { device, session } = await start({ onCommand: () => true });
      device.send(text);
      const error: unknown = await session.hello(100).catch((reason: unknown) => reason);
      expect(String(error)).toMatch(
        /no end of a line: other firmware, or a wrong baud rate[\s\S]*next: flash/,
      );
      expect(String(error).length).toBeLessThan(700);
      expect(String(error)).not.toMatch(/(?!\n)\p{Cc}/u);
    },
  );

  test('of another firmware shows what it said', async () => {
    const { device, session } = await start({ onCommand: () => true });
    device.send('Hello World! \u001b[31m\r\n');
    await expect(session.hello(100)).rejects.toThrow(/no line of the protocol, such as "Hello World! "/);
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
