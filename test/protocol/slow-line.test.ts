/** Audio over a line as slow as a UART's: every frame goes out once, and again only where that was needed. */
import { describe, expect, test } from 'vitest';
import { openSession } from '../../src/protocol/session.js';
import { FakeDevice, type FakeDeviceOptions } from '../support/fake-device.js';
import { slowLine } from '../support/slow-line.js';
import { inVirtualTime } from '../support/virtual-time.js';

/** Four seconds that pack well. */
const samples = Int16Array.from({ length: 64_000 }, (_, i) =>
  Math.round(4000 * Math.sin(i / 11) + 900 * Math.sin(i / 3.1)),
);
/** Most that a board says it has room for: three plain frames, or what its ring of 1,024 samples holds. */
const room = (packed: boolean) => (packed ? 2046 : 1536);

interface Pushed {
  /** Frames as they were written, by their number since the begin. */
  readonly frames: readonly number[];
  readonly bytes: number;
  /** Times the host asked for a credit. */
  readonly asked: number;
  readonly seconds: number;
}

function push(baud: number, options: FakeDeviceOptions, latency = 1): Promise<Pushed> {
  return inVirtualTime(async () => {
    const device = new FakeDevice({ sealed: true, room: room(options.packed === true), ...options });
    const line = slowLine(device.transport, { baud, latency });
    const written: Buffer[] = [];
    const write = async (bytes: Uint8Array) => {
      written.push(Buffer.from(bytes));
      await line.write(bytes);
    };
    const session = await openSession({ ...line, write });
    const reading = (async () => {
      for await (const _ of session);
    })();
    await session.hello();
    written.length = 0;
    const begin = Date.now();
    const end = await session.play({ name: 'clip', samples });
    const seconds = (Date.now() - begin) / 1000;
    expect(end.samples).toBe(samples.length);
    expect(device.played).toEqual([...samples]);
    const asked = device.commands.filter((command) => command === 'credit').length;
    await session.close();
    await reading;
    let [last, frames]: [number, number[]] = [0, []];
    for (const bytes of written) {
      if (bytes[0] !== 0x02) continue;
      // Numbers wrap at 256, and no two under way are that far from each other.
      last += ((bytes[1]! - last + 128) & 255) - 128;
      frames = [...frames, last];
    }
    return { frames, bytes: written.reduce((sum, { length }) => sum + length, 0), asked, seconds };
  });
}

const copies = ({ frames }: Pushed) => frames.filter((frame, i) => frames.indexOf(frame) !== i);
const inOrder = ({ frames }: Pushed) => [...new Set(frames)];
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('a line that loses nothing', () => {
  // A score every hop: what comes beside credits is no silence of theirs.
  test.each([
    ['921,600 baud', 921_600, false, 2.4],
    ['921,600 baud, packed', 921_600, true, 4.5],
    ['115,200 baud', 115_200, false, 0.34],
    ['115,200 baud, packed', 115_200, true, 0.6],
  ] as const)('%s: each frame goes out once', async (_, baud, packed, times) => {
    const pushed = await push(baud, { packed, hop: 480 });
    expect(copies(pushed)).toEqual([]);
    expect(pushed.frames).toEqual(upTo(pushed.frames.length));
    expect(pushed.asked).toBe(0);
    expect(samples.length / 16_000 / pushed.seconds).toBeGreaterThan(times);
  });
});

describe.each([false, true])('a line that loses one thing (packed: %s)', (packed) => {
  /** Loses the nth of what `is`, or all of them from there to there. */
  const losing = (is: (bytes: Buffer) => boolean, from: number, to = from + 1) => {
    let n = 0;
    return (bytes: Uint8Array) =>
      is(Buffer.from(bytes)) && n++ >= from && n <= to ? new Uint8Array(0) : bytes;
  };
  const isFrame = (bytes: Buffer) => bytes[0] === 0x02;
  const isCredit = (bytes: Buffer) => bytes.includes('"credit"');

  test('a frame: it goes out again, and those that were behind it', async () => {
    const pushed = await push(921_600, { packed, toDevice: losing(isFrame, 20) });
    const again = copies(pushed);
    expect(again[0]).toBe(20);
    expect(again).toEqual(upTo(again.length).map((i) => 20 + i));
    expect(again.length).toBeLessThanOrEqual(packed ? 2 : 4);
    expect(inOrder(pushed)).toEqual(upTo(inOrder(pushed).length));
    expect(pushed.asked).toBe(0);
  });

  test('a credit: the next one says it as well', async () => {
    const pushed = await push(921_600, { packed, toHost: losing(isCredit, 20) });
    expect(copies(pushed).length).toBeLessThanOrEqual(4);
    expect(pushed.asked).toBeLessThanOrEqual(1);
  });

  // The host asks after a second: what it sends again the device has, and says so without asking for more.
  test('all credits of a while: what was under way goes out once more', async () => {
    const pushed = await push(921_600, { packed, toHost: losing(isCredit, 20, 24) });
    const again = copies(pushed);
    expect(pushed.asked).toBe(1);
    expect(again.length).toBeGreaterThan(0);
    expect(again.length).toBeLessThanOrEqual(4);
    expect(new Set(again).size).toBe(again.length);
  });
});

describe('a line of another rate than the host was told', () => {
  const meet = (device: number, host: number, others: readonly number[], mute = false) =>
    inVirtualTime(async () => {
      const fake = new FakeDevice({ sealed: true, mute });
      const line = slowLine(fake.transport, { baud: device, hostBaud: host });
      const session = await openSession(line, { baudRate: host, otherRates: others });
      // As a device does until it is answered.
      const repeat = setInterval(() => fake.say('hello', fake.helloFields), 1000);
      const reading = (async () => {
        for await (const _ of session);
      })();
      try {
        await session.hello();
        await session.hello();
        const { samples: taken } = await session.play({ name: 'clip', samples: samples.subarray(0, 4000) });
        return { taken, foundAt: session.foundAt };
      } finally {
        clearInterval(repeat);
        await session.close();
        await reading;
      }
    });

  test.each([
    [115_200, 921_600, [115_200, 921_600]],
    [921_600, 115_200, [115_200, 921_600]],
    [115_200, 460_800, [115_200, 921_600]],
    [921_600, 460_800, [115_200, 921_600]],
  ])('%i, not %i: it is found and understood', async (device, host, others) => {
    expect(await meet(device, host, others)).toEqual({ taken: 4000, foundAt: device });
  });

  test('the right one at once is nothing to tell', async () => {
    expect(await meet(921_600, 921_600, [115_200, 921_600])).toEqual({ taken: 4000, foundAt: undefined });
  });

  test('none of them: what was tried is told', async () => {
    await expect(meet(57_600, 921_600, [115_200, 921_600])).rejects.toThrow(
      /no kws-gen firmware answers within 5 s\n {2}why: bytes came and no end of a line: .*wrong baud rate \(asked at 921600 and at 115200 baud\)/,
    );
    await expect(meet(921_600, 921_600, [115_200], true)).rejects.toThrow(
      'nothing at all came from the port (asked at 921600 and at 115200 baud)',
    );
  });
});
