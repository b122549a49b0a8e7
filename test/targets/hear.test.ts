/** What a board says of a clip is whole and makes sense, or it is refused; times count from the clip's begin. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { notHeard } from '../../src/commands/support/stream.js';
import { KwsError, toolError } from '../../src/diagnostics/errors.js';
import type { HelloEvent, SessionEvent } from '../../src/protocol/events.js';
import { openSession, type Session } from '../../src/protocol/session.js';
import { type HearOptions, hear, type PlayedClip } from '../../src/targets/hear.js';
import { type Device, Endings, openDevice } from '../../src/targets/open.js';
import { sessionNext, sessionStart } from '../../src/targets/session-model.js';
import type { Running } from '../../src/targets/stages.js';
import { FakeDevice } from '../support/fake-device.js';

const MODEL = { model: 'ab', hop: 1, arena: 1, used: 1 };
const HELLO = {
  ...(new FakeDevice().helloFields as unknown as HelloEvent),
  kws: 1,
  t: 'hello',
  models: [
    { ...MODEL, m: 'wake', labels: ['other', 'beep'], gate: false },
    { ...MODEL, m: 'vad', labels: ['speech'], gate: true },
  ],
} as HelloEvent;

const clip = 'a.wav';
const score = (n: number, p = 0.5): SessionEvent => ({
  kws: 1,
  t: 'score',
  m: 'wake',
  n,
  ms: 1000 + 10 * n,
  q: [0, 0],
  p: [1 - p, p],
  clip,
});
const detect = (m = 'wake', label = 'beep'): SessionEvent => ({
  kws: 1,
  t: 'detect',
  m,
  label,
  ms: 1020,
  p: 0.9,
  clip,
});
const end = (samples: number, scores: number, detections: number): SessionEvent => ({
  kws: 1,
  t: 'end',
  samples,
  scores,
  detections,
  clip,
});

function saying(events: Iterable<SessionEvent>): Device {
  let played: () => void = () => {};
  const whole = new Promise<void>((resolve) => {
    played = resolve;
  });
  const session = {
    path: 'fake',
    async play({ samples }: PlayedClip) {
      if (!(samples instanceof Int16Array)) for await (const _ of samples);
      played();
    },
    close: async () => {},
    command: async () => {},
    async *[Symbol.asyncIterator]() {
      await whole;
      yield* events;
    },
  } as unknown as Session;
  return { session, hello: HELLO };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const SOURCE: PlayedClip = { name: clip, samples: new Int16Array(320) };

async function heard(events: readonly SessionEvent[], source = SOURCE, options: HearOptions = {}) {
  const all: SessionEvent[] = [];
  for await (const event of hear(saying(events), [source], options)) all.push(event);
  return all;
}

test('a whole answer is given as it comes', async () => {
  const events = [score(1), score(2), detect(), end(320, 2, 1)];
  expect(await heard(events)).toEqual(events);
});

test('a stream that goes on for days keeps none of its lines', async () => {
  const said: WeakRef<SessionEvent>[] = [];
  function* lines() {
    for (let n = 1; n <= 300; n++) {
      const line = score(n);
      said.push(new WeakRef(line));
      yield line;
    }
    yield end(320, 300, 0);
  }
  const stream = { name: clip, samples: [new Int16Array(320)] };
  let kept = 0;
  for await (const event of hear(saying(lines()), [stream])) {
    if (event.t !== 'end') continue;
    // A turn of the event loop lets go of what weak references have held.
    await new Promise(setImmediate);
    collectGarbage();
    kept = said.filter((line) => line.deref() !== undefined).length;
  }
  expect(said).toHaveLength(300);
  expect(kept).toBeLessThan(10);
});

describe('a board that falls behind', () => {
  const late = { ...end(320, 1, 0), late: 7 } as SessionEvent;
  const told = { kws: 1, t: 'behind', late: 7, clip };

  test('with a clip: told behind its end, and counted', async () => {
    const events = await heard([score(1), late]);
    expect(events).toEqual([score(1), late, told]);
    expect(events.reduce(sessionNext, sessionStart(HELLO)).late).toBe(7);
  });

  test('that is a virtual one computes in the time of this computer', async () => {
    const device = { ...saying([score(1), late]), link: { file: 'a', offset: 0 } };
    const events: SessionEvent[] = [];
    for await (const event of hear(device, [SOURCE])) events.push(event);
    expect(events).toEqual([score(1), end(320, 1, 0)]);
  });

  test('while it listens: what is new, as often as it is asked', async () => {
    let [asked, sum] = [0, 0];
    const ticks = { n: 1, min: 1, max: 1, sum: 1 };
    const device = new FakeDevice({
      hello: { mic: true },
      onCommand(line, self) {
        if (line !== 'stats') return false;
        asked++;
        const more = { samples: 0, hops: 0, overruns: 0, tps: 1000, hop: ticks, input: ticks, models: [] };
        self.say('stats', { ...more, late: asked < 3 ? 2 * asked : 4, behind: 250 });
        self.say('score', { m: 'fake', n: asked, ms: 10 * asked, q: [0], p: [0] });
        return true;
      },
    });
    const session = await openSession(device.transport);
    const hello = await session.hello();
    const scores: number[] = [];
    for await (const event of hear({ session, hello }, [], { paceMs: 1 })) {
      if (event.t === 'behind') {
        expect(event).toMatchObject({ ms: 250, samples: 4000 });
        sum += event.late;
      }
      if (event.t === 'score') scores.push(event.n);
      if (scores.length === 5) break;
    }
    await session.close();
    expect(sum).toBe(4);
  });
});

describe('refused', () => {
  test.each<[string, readonly SessionEvent[], string]>([
    ['fewer samples than were played', [score(1), end(160, 1, 0)], 'it took 160 of 320 samples'],
    ['more samples than were played', [score(1), end(999, 1, 0)], 'it took 999 of 320 samples'],
    ['scores that did not arrive', [score(1), end(320, 2, 0)], '1 of 2 scores arrived'],
    ['a gap in the scores', [score(1), score(3), end(320, 2, 0)], 'inference 2 of wake did not arrive'],
    ['detections that did not arrive', [score(1), end(320, 1, 1)], '0 of 1 detections arrived'],
    ['a detection of a model that is not named', [score(1), detect('other')], 'a model other that its hello'],
    ['a detection of a label that is not named', [score(1), detect('wake', 'yes')], 'detects "yes", which'],
    ['a detection by the gate', [score(1), detect('vad', 'speech')], 'a model vad that its hello'],
    [
      'samples that the board lost',
      [{ kws: 1, t: 'fault', code: 'overrun', message: '5 samples', clip }, score(1), end(320, 1, 0)],
      'it reports overrun: 5 samples',
    ],
    ['a board that goes away', [score(1), { kws: 1, t: 'disconnected', reason: 'unplugged' }], 'went away'],
  ])('%s: exit code 3', async (_, events, message) => {
    const error = await heard(events).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(3);
    expect((error as KwsError).message).toContain(message);
  });

  test.each([
    [480, 'it has 320 samples, the models take 480 for the first one'],
    [16_000, 'it has 320 samples, the models take 16000 for the first one'],
    [undefined, 'it has 320 samples\n'],
  ])('a clip too short for a score: exit code 2, with what it takes (%s)', async (leastSamples, why) => {
    const error = await heard([end(320, 0, 0)], SOURCE, { leastSamples }).catch((thrown: unknown) => thrown);
    expect((error as KwsError).exitCode).toBe(2);
    expect((error as KwsError).message).toContain(why);
  });

  test('a stream may be as short as it likes', async () => {
    const samples = [new Int16Array(100)];
    expect(await heard([end(100, 0, 0)], { name: clip, samples })).toHaveLength(1);
  });
});

describe('with padding before the clip', () => {
  const padded = { ...SOURCE, leadMs: 1015 };

  test('times count from its own begin, and what the padding says decides nothing', async () => {
    const events = await heard([score(1, 0.99), score(2, 0.25), detect(), end(320, 2, 1)], padded);
    expect(events.map((event) => ('ms' in event ? event.ms : event.t))).toEqual([-5, 5, 5, 'end']);
    const model = events.reduce(sessionNext, sessionStart(HELLO, 'beep'));
    expect(model).toMatchObject({ verdict: 'heard', models: [{ scores: 1, highest: [0.75, 0.25] }] });
    const early = [{ ...detect(), ms: -5 } as SessionEvent].reduce(sessionNext, sessionStart(HELLO, 'beep'));
    expect(early.verdict).toBe('not heard');
  });
});

test.each([
  [
    [score(1, 0.25), score(2, 0.5)],
    '"beep" was not heard: its highest probability was 0.5 of a cutoff of 0.8, in 2 scores',
  ],
  [[score(1, 0.25)], '"beep" was not heard: its highest probability was 0.25 of a cutoff of 0.8, in 1 score'],
  [[], '"beep" was not heard: not a single score came'],
] as const)('not heard: how near it came', (events, text) => {
  const model = (events as readonly SessionEvent[]).reduce(sessionNext, sessionStart(HELLO, 'beep'));
  expect(notHeard('beep', model, new Map([['beep', 0.8]]))).toBe(text);
});

describe('a board that goes away before its hello', () => {
  async function open(losses: number, again = true) {
    const ports: string[] = [];
    const running = (port: string): Running => ({
      port,
      ...(again ? { again: async () => running(`${port}'`) } : {}),
    });
    const endings = new Endings();
    const device = await openDevice(running('p'), endings, new AbortController().signal, {
      open: async ({ port }) => {
        ports.push(port);
        if (ports.length <= losses) throw toolError({ what: 'there is no such port', where: port });
        return openSession(new FakeDevice().transport);
      },
    }).finally(() => endings.all());
    return { ports, hello: device.hello };
  }

  test.each([0, 1, 3])('%i times: is looked for again', async (losses) => {
    const { ports, hello } = await open(losses);
    expect(ports).toEqual(['p', "p'", "p''", "p'''"].slice(0, losses + 1));
    expect(hello.board).toBe('fake');
  });

  test('and does not come to rest, or cannot be found again: exit code 3', async () => {
    await expect(open(4)).rejects.toThrow('there is no such port');
    await expect(open(1, false)).rejects.toThrow('there is no such port');
  });
});
