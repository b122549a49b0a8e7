import { describe, expect, test } from 'vitest';
import type { HeardEvent } from '../../src/targets/hear.js';
import { sessionNext, sessionStart } from '../../src/targets/session-model.js';
import { WebLog } from '../../src/web/messages.js';
import { detect, fault, HELLO, score } from './session.js';

function logOf(...events: HeardEvent[]) {
  let model = sessionStart(HELLO, 'yes');
  const log = new WebLog(HELLO, model, () => [0.8, null]);
  for (const event of events) {
    model = sessionNext(model, event);
    log.add(event, model);
  }
  return log;
}
const features = (...values: number[]): HeardEvent => ({
  ...{ kws: 1, t: 'features', n: 1 },
  v: Buffer.from(new Uint16Array(values).buffer).toString('hex'),
});

describe('what a page is told', () => {
  test('the model of the session, without lists; cutoffs where they are known', () => {
    const { state, events, fresh } = logOf(score([0.25, 0.5]), detect('yes')).all();
    expect(fresh).toBe(true);
    expect(state).toMatchObject({ verdict: 'heard', awaited: 'yes', over: false, restarts: 0 });
    expect(state.models).toMatchObject([
      { name: 'wake', probabilities: [0.25, 0.5], highest: [0.25, 0.5], cutoff: 0.8 },
      { name: 'other', probabilities: [0], cutoff: null },
    ]);
    expect(Object.keys(state)).not.toContain('detections');
    expect(events.map(({ t }) => t)).toEqual(['score', 'detect']);
  });

  test('what is new, once; nothing where nothing is', () => {
    const log = logOf(score([0.25, 0.5]), fault('late'), { kws: 1, t: 'ok', cmd: 'mic' });
    expect(log.next()!.events).toEqual([
      { t: 'score', m: 'wake', p: [0.25, 0.5] },
      { t: 'fault', code: 'overrun', message: 'late' },
    ]);
    expect(log.next()).toBeUndefined();
    log.cutoffsChanged();
    expect(log.next()!.state.models.map(({ cutoff }) => cutoff)).toEqual([0.8, null]);
    log.end();
    expect(log.next()!.state.over).toBe(true);
    expect(log.all().events).toHaveLength(2);
  });

  test.each<[string, HeardEvent, readonly number[]]>([
    ['uint16', features(1, 65_535), [1, 65_540]],
    ['f32', { kws: 1, t: 'features', n: 1, type: 'f32', v: '0000803f' }, [1]],
    ['q16', { kws: 1, t: 'features', n: 1, type: 'q16', v: '00000100' }, [65_540]],
  ])('frames of %s, in four digits', (_, event, v) => {
    expect(logOf(event).next()!.events).toEqual([{ t: 'features', v }]);
  });

  test('of a session that goes on and on no more is kept than is shown', () => {
    const log = logOf(...Array.from({ length: 900 }, () => features(1)));
    for (let i = 0; i < 11_000; i++) log.add(score([i / 11_000, 0]), sessionStart(HELLO));
    for (const { events } of [log.all()]) {
      expect(events.filter(({ t }) => t === 'features')).toHaveLength(400);
      expect(events.filter(({ t }) => t === 'score')).toHaveLength(5000);
      expect((events.at(-1)!.p as number[])[0]).toBeGreaterThan(0.999);
    }
    const { events } = log.next()!;
    expect(events.filter(({ t }) => t === 'features')).toHaveLength(0);
    expect(events.length).toBeLessThan(10_001);
  });
});
