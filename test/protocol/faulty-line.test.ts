/**
 * A thousand pushes over a line that damages what goes over it: what is accepted is right, and everything else is told.
 */
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import type { SessionEvent } from '../../src/protocol/events.js';
import { LineParser } from '../../src/protocol/line-parser.js';
import { openSession } from '../../src/protocol/session.js';
import { lostOf } from '../../src/targets/clip-check.js';
import { FakeDevice } from '../support/fake-device.js';
import { faultyLine } from '../support/faulty-line.js';
import { random } from '../support/random.js';
import { inVirtualTime } from '../support/virtual-time.js';

const HOP = 160;

/** What the stand-in for a model says of a clip. */
const expectedOf = (pcm: Int16Array) =>
  Array.from({ length: Math.floor(pcm.length / HOP) }, (_, i) =>
    Math.min(
      255,
      pcm.subarray(i * HOP, (i + 1) * HOP).reduce((most, value) => Math.max(most, Math.abs(value)), 0) >> 7,
    ),
  );

interface Outcome {
  readonly kind: 'right' | 'wrong' | 'lost' | 'error';
  readonly why?: string;
}

interface PushOptions {
  readonly seed: number;
  readonly every: number;
  readonly cutEvery?: number;
}

/** A session that pushes `count` clips, or as many as it comes to. */
async function pushes(count: number, options: PushOptions): Promise<{ outcomes: Outcome[]; faults: number }> {
  const next = random(options.seed + 1);
  const device = new FakeDevice({ sealed: true, hop: HOP, room: 1024 });
  const line = faultyLine(device.transport, options);
  const session = await openSession(line);
  const outcomes: Outcome[] = [];
  const seen: SessionEvent[] = [];
  const reading = (async () => {
    for await (const event of session) seen.push(event);
  })();
  try {
    const hello = await session.hello();
    for (let push = 0; push < count; push++) {
      const pcm = Int16Array.from({ length: 2 * HOP + next(4 * HOP) }, () => next(65_536) - 32_768);
      const clip = `clip ${push}`;
      try {
        const end = await session.play({ name: clip, samples: pcm });
        await new Promise((resolve) => setImmediate(resolve));
        const own = seen.filter((event) => 'clip' in event && event.clip === clip);
        const scores = own.filter((event) => event.t === 'score');
        const detections = own.filter((event) => event.t === 'detect');
        const faults = own.filter((event) => event.t === 'fault');
        const lost = lostOf({ scores, detections, faults, end }, pcm.length, hello);
        const said = scores.map(({ q }) => q[0]!);
        if (lost !== undefined) outcomes.push({ kind: 'lost', why: lost });
        else if (JSON.stringify(said) === JSON.stringify(expectedOf(pcm))) outcomes.push({ kind: 'right' });
        else outcomes.push({ kind: 'wrong', why: `${said} for ${expectedOf(pcm)}` });
      } catch (error) {
        if (!(error instanceof KwsError)) throw error;
        outcomes.push({ kind: 'error', why: error.problems[0]!.what });
        if (device.closed) break;
      }
    }
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    outcomes.push({ kind: 'error', why: error.problems[0]!.what });
  } finally {
    await session.close();
    await reading;
  }
  return { outcomes, faults: Object.values(line.faults).reduce((a, b) => a + b, 0) };
}

describe('1,000 pushes over a faulty line', () => {
  test.each([
    ['now and then', 80, 800, { every: 120 }],
    ['often', 100, 300, { every: 25 }],
    ['and cut off', 100, 400, { every: 60, cutEvery: 800 }],
  ] as const)(
    '%s: nothing wrong is accepted, and what fails says so',
    async (_, sessions, clips, options) => {
      const each = Math.ceil(clips / sessions);
      const all = await inVirtualTime(() =>
        Promise.all(
          Array.from({ length: sessions }, (_, i) => pushes(each, { ...options, seed: 1000 * i + 7 })),
        ),
      );
      const outcomes = all.flatMap((one) => one.outcomes);
      const count = (kind: Outcome['kind']) => outcomes.filter((one) => one.kind === kind).length;
      expect(outcomes.filter(({ kind }) => kind === 'wrong')).toEqual([]);
      expect(count('right')).toBeGreaterThan(outcomes.length / 4);
      expect(all.reduce((sum, { faults }) => sum + faults, 0)).toBeGreaterThan(50);
      for (const { kind, why } of outcomes) if (kind !== 'right') expect(why).toBeTruthy();
    },
    120_000,
  );
});

describe('lines with numbers and checksums', () => {
  const lines = (count: number) => {
    const said: string[] = [];
    const device = new FakeDevice({
      sealed: true,
      toHost: (bytes) => {
        said.push(Buffer.from(bytes).toString());
        return bytes;
      },
    });
    device.transport.listen({ data: () => {}, lost: () => {} });
    for (let n = 1; n <= count; n++) device.say('score', { m: 'fake', n, ms: n, q: [n], p: [0] });
    return said;
  };
  const parse = (said: readonly string[]) => new LineParser().push(Buffer.from(said.join('')));
  const brief = (events: ReturnType<LineParser['push']>) =>
    events.map((event) => (event.t === 'score' ? event.n : event.t === 'lost' ? `-${event.lines}` : event.t));

  test('missing lines are told where they are missing; one that comes again is not taken twice', () => {
    const [a, b, c, d, e] = lines(5) as [string, string, string, string, string];
    expect(brief(parse([a, b, c, d, e]))).toEqual([1, 2, 3, 4, 5]);
    expect(brief(parse([a, d, e]))).toEqual([1, '-2', 4, 5]);
    expect(brief(parse([a, b, b, c, a]))).toEqual([1, 2, 'noise', 3, 'noise']);
    // After a restart lines count from 0 again; here its first two are missing.
    const again = lines(3).map((line) => line.replace('"n":', '"n": '));
    expect(brief(parse([a, b, c, d, again[2]!]))).toEqual([1, 2, 3, 4, 'noise']);
  });

  test('any bit that is flipped is found, once a line with a checksum has come', () => {
    const [first, second] = lines(2) as [string, string];
    const bytes = Buffer.from(second);
    for (let bit = 0; bit < 8 * (bytes.length - 2); bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      const parser = new LineParser();
      parser.push(Buffer.from(first));
      for (const event of parser.push(damaged)) expect([event.t, bit]).toEqual(['noise', bit]);
    }
  });

  test('a device without them is read as before', () => {
    const plain = '{"kws":1,"t":"ok","cmd":"reset"}\r\n';
    expect(new LineParser().push(Buffer.from(plain)).map(({ t }) => t)).toEqual(['ok']);
    expect(parse([...lines(1), plain]).map(({ t }) => t)).toEqual(['score', 'noise']);
  });
});
