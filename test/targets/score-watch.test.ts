/** A board that listens and sends no scores (any more) is in trouble, and its silence is no verdict. */
import { describe, expect, test } from 'vitest';
import type { HelloEvent, SessionEvent } from '../../src/protocol/events.js';
import { openSession } from '../../src/protocol/session.js';
import { hear } from '../../src/targets/hear.js';
import { ScoreWatch, type ScoreWatchOptions } from '../../src/targets/score-watch.js';
import { FakeDevice } from '../support/fake-device.js';

const MODEL = { model: 'ab', hop: 8, arena: 1, used: 1, labels: ['beep'] };
const HELLO = {
  ...(new FakeDevice().helloFields as unknown as HelloEvent),
  step: 10,
  mic: true,
  models: [
    { ...MODEL, m: 'wake', gate: false },
    { ...MODEL, m: 'vad', hop: 1, gate: true },
  ],
} as HelloEvent;
const score = { kws: 1, t: 'score', m: 'wake', n: 1, ms: 1, q: [0], p: [0] } as SessionEvent;
const fault = { kws: 1, t: 'fault', code: 'no-microphone', message: 'it is silent' } as SessionEvent;

function watching(options: ScoreWatchOptions = {}) {
  let at = 1000;
  const watch = new ScoreWatch(HELLO, 'fake', { now: () => at, ...options });
  const wait = (ms: number) => {
    at += ms;
    return watch;
  };
  const scores = (count: number, every: number) => {
    for (let i = 0; i < count; i++) wait(every).take(score);
    return watch;
  };
  return { watch, wait, scores };
}

describe('while it listens', () => {
  test('the first score may take as long as a microphone settles and a window fills', () => {
    const { wait } = watching({ leastSamples: 16_000 });
    expect(wait(18_790).failure).toBeUndefined();
    expect(wait(20).failure?.message).toContain('the board sends no scores\n');
  });

  test('a board that says no rate is waited for as any other', () => {
    const none = { ...HELLO, rate: 0 };
    const watch = new ScoreWatch(none, 'fake', { now: () => 1000 });
    expect(watch.failure).toBeUndefined();
  });

  test('after it several hops', () => {
    const { scores, wait } = watching();
    scores(5, 80);
    expect(wait(2790).failure).toBeUndefined();
    expect(wait(20).failure).toMatchObject({
      exitCode: 3,
      problems: [
        {
          what: 'the board sends no scores any more',
          where: 'fake on fake',
          why: 'it listens, and has sent none for 2.8 s; one every 80 ms is expected',
        },
      ],
    });
  });

  test('a fault is the reason, and a restart begins anew', () => {
    const { watch, scores, wait } = watching();
    scores(5, 80);
    watch.take(fault);
    expect(wait(3000).failure?.problems[0]?.why).toBe('no-microphone: it is silent');
    watch.take({ ...HELLO, kws: 1, t: 'hello' } as SessionEvent);
    expect(wait(3000).failure).toBeUndefined();
  });
});

describe('when the time is up', () => {
  test.each([
    ['scores came until the end', 20, 80, 80, false],
    ['the last one is a few hops ago', 20, 80, 600, false],
    ['several hops are missing', 20, 80, 700, true],
    ['a slow model takes its time', 5, 500, 1500, false],
    ['a slow model stopped', 5, 500, 1800, true],
  ])('%s', (_, count, every, silent, failed) => {
    const { scores, wait } = watching();
    scores(count, every);
    for (const verdict of [false, true]) expect(wait(0).failureAtEnd(verdict)?.exitCode).toBeUndefined();
    expect(wait(silent).failureAtEnd(true)?.exitCode).toBe(failed ? 3 : undefined);
  });

  test('without any score nothing is known of a label', () => {
    const { wait } = watching();
    expect(wait(500).failureAtEnd(true)?.exitCode).toBe(3);
    expect(wait(500).failureAtEnd(false)).toBeUndefined();
    expect(wait(60_000).failureAtEnd(false)?.exitCode).toBe(3);
  });
});

describe('hear', () => {
  const listening = async (say: (device: FakeDevice) => void) => {
    const device = new FakeDevice({ hello: { mic: true } });
    const session = await openSession(device.transport);
    const hello = (await session.hello()) as HelloEvent;
    const watch = new ScoreWatch(hello, 'fake', { firstMs: 100, slackMs: 50 });
    setTimeout(() => say(device), 10);
    const events: string[] = [];
    for await (const event of hear({ session, hello }, [], { watch })) events.push(event.t);
    return events;
  };
  const fields = { m: 'fake', n: 1, ms: 10, q: [0], p: [0] };

  test.each([
    ['never says anything', () => {}],
    ['stops', (device: FakeDevice) => device.say('score', fields)],
    ['sends other lines only', (device: FakeDevice) => device.say('stats', {})],
  ])('a board that %s is left, with exit code 3', async (_, say) => {
    await expect(listening(say)).rejects.toMatchObject({
      exitCode: 3,
      problems: [{ what: expect.stringContaining('sends no scores') }],
    });
  });
});
