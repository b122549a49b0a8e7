/** The page's own script, run on elements of memory: what is shown, and what is sent. */
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { HeardEvent } from '../../src/targets/hear.js';
import { sessionNext, sessionStart } from '../../src/targets/session-model.js';
import { WebLog } from '../../src/web/messages.js';
import { sessionPage } from '../../src/web/page.js';
import { elementsOf, FakeElement } from './fake-dom.js';
import { detect, fault, HELLO, HOSTILE, score } from './session.js';

const start = sessionStart(HELLO, 'yes');
function logOf(...events: HeardEvent[]) {
  const log = new WebLog(HELLO, start, () => [0.8, null]);
  let model = start;
  for (const event of events) {
    model = sessionNext(model, event);
    log.add(event, model);
  }
  return log;
}
const scriptOf = (html: string) => /<script>([\s\S]*)<\/script>/.exec(html)![1]!;

interface Sent {
  readonly model: number;
  readonly value: number;
}

/** Runs the page. */
function open(html: string) {
  const elements = elementsOf(html);
  const data = /<script type="application\/json" id="start">(.*)<\/script>/.exec(html)![1]!;
  elements.get('start')!.textContent = data;
  const sources: {
    onmessage?: (message: { data: string }) => void;
    closed?: boolean;
    onerror?: () => void;
  }[] = [];
  const sent: { readonly body: Sent; answer(ok: boolean, text?: string): Promise<void> }[] = [];
  const settle = () => new Promise<void>((done) => setImmediate(done));
  runInNewContext(scriptOf(html), {
    document: {
      getElementById: (id: string) => elements.get(id),
      createElement: (tag: string) => new FakeElement(tag),
      documentElement: new FakeElement('html'),
    },
    window: new FakeElement('window'),
    getComputedStyle: () => ({ getPropertyValue: () => '' }),
    requestAnimationFrame: (draw: () => void) => draw(),
    EventSource: class {
      closed = false;
      constructor(readonly url: string) {
        sources.push(this);
      }
      close() {
        this.closed = true;
      }
    },
    fetch: (url: string, { body }: { body: string }) =>
      new Promise((resolve) => {
        expect(url).toBe('cutoff');
        const answer = async (ok: boolean, text = '') => {
          resolve({ ok, text: async () => text });
          await settle();
        };
        sent.push({ body: JSON.parse(body) as Sent, answer });
      }),
  });
  const get = (id: string) => elements.get(id)!;
  return {
    get,
    sources,
    sent,
    items: (id: string) =>
      get(id)
        .all('li')
        .map((item) => item.textContent),
  };
}

describe('the page', () => {
  test('nothing that a board says is HTML, and only its own script may run', () => {
    const log = logOf(score([0.25, 0.5]), detect(HOSTILE), fault(HOSTILE));
    const { html, policy } = sessionPage(start, log.all());
    expect(html).not.toContain('<img');
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toMatch(/https?:|src=(?!x)|@import|url\(/);
    const hash = createHash('sha256').update(scriptOf(html)).digest('base64');
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    expect(policy).toContain("default-src 'none'");
  });

  test('by itself: the whole session, and nothing is asked', () => {
    const ended: HeardEvent = { kws: 1, t: 'end', samples: 32_000, scores: 2, detections: 1, clip: 'a.wav' };
    const frame: HeardEvent = { kws: 1, t: 'features', n: 1, v: '00010002' };
    const log = logOf(frame, score([0.25, 0.5]), detect(HOSTILE), detect('yes'), fault(HOSTILE), ended);
    log.end();
    const { get, items, sources } = open(sessionPage(start, log.all()).html);
    expect(sources).toEqual([]);
    expect(
      get('models')
        .all('h2')
        .map(({ textContent }) => textContent),
    ).toEqual(['wake', 'other']);
    expect(
      get('models')
        .all('label')
        .map(({ textContent }) => textContent),
    ).toContain(HOSTILE);
    expect(
      get('models')
        .all('value')
        .map(({ textContent }) => textContent),
    ).toEqual([...['0.25', '0.50', '0.80'], ...['0.00', 'not known']]);
    expect(get('models').all('i')[1]!.style.width).toBe('50%');
    expect(
      get('models')
        .all('input')
        .every(({ disabled }) => disabled),
    ).toBe(true);
    expect(items('detections')).toEqual(['yes  0.90 at 1.50 s, wake', `${HOSTILE}  0.90 at 1.50 s, wake`]);
    expect(items('faults')).toEqual([`overrun: ${HOSTILE}`]);
    expect(items('clips')).toEqual(['a.wav: 2.0 s, 1 heard']);
    expect(get('status').textContent).toBe('over');
    expect(get('verdict').textContent).toBe('heard: yes');
    expect(get('spectrogram').parentNode!.hidden).toBe(false);
  });

  test('live: what comes is added; a fresh message takes the place of everything', () => {
    const { get, items, sources } = open(sessionPage(start).html);
    const tell = (message: unknown) => sources[0]!.onmessage!({ data: JSON.stringify(message) });
    const log = logOf(detect('yes'));
    tell(log.all());
    log.next();
    log.add(fault('late'), start);
    tell(log.next());
    expect([items('detections').length, items('faults').length]).toEqual([1, 1]);
    tell(logOf(fault('again')).all());
    expect([items('detections').length, items('faults')]).toEqual([0, ['overrun: again']]);
    expect(get('detections').parentNode!.hidden).toBe(true);
    expect(get('verdict').textContent).toBe('not heard: yes');
    for (let i = 0; i < 300; i++) log.add(detect('yes'), start);
    tell(log.next());
    expect(items('detections')).toHaveLength(100);
    sources[0]!.onerror!();
    expect(get('status').textContent).toBe('kws-gen does not answer');
    log.end('the board went away');
    tell(log.next());
    expect(sources[0]!.closed).toBe(true);
    expect(get('status').textContent).toBe('over: the board went away');
  });

  test('a recording can be played where there is a host', () => {
    const log = logOf();
    log.recorded(3, { kind: 'near', model: 'wake', label: HOSTILE, ms: 1500, p: 0.7 });
    const text = `${HOSTILE}, nearly  0.70 at 1.50 s, wake`;
    const live = open(sessionPage(start).html);
    live.sources[0]!.onmessage!({ data: JSON.stringify(log.all()) });
    expect(live.items('recordings')).toEqual([text]);
    expect(live.get('recordings').all('audio')[0]!.attributes.src).toBe('clip/3');
    const alone = open(sessionPage(start, log.all()).html);
    expect(alone.items('recordings')).toEqual([text]);
    expect(alone.get('recordings').all('audio')).toEqual([]);
  });

  test('a cutoff that is dragged: one at a time, the last one wins, a refusal is shown', async () => {
    const { get, sent, sources } = open(sessionPage(start).html);
    sources[0]!.onmessage!({ data: JSON.stringify(logOf().all()) });
    const [slider] = get('models').all('input');
    const drag = (value: string) => {
      slider!.value = value;
      slider!.fire('input');
    };
    for (const value of ['0.7', '0.6', '0.5']) drag(value);
    expect(sent.map(({ body }) => body)).toEqual([{ model: 0, value: 0.7 }]);
    await sent[0]!.answer(true);
    expect(sent.map(({ body }) => body.value)).toEqual([0.7, 0.5]);
    expect(get('models').all('output')[0]!.textContent).toBe('0.50 …');
    await sent[1]!.answer(false, 'the board is gone');
    expect(sent).toHaveLength(2);
    expect(get('problem').textContent).toBe('the board is gone');
    // What the host knows stands there again.
    expect([slider!.value, get('models').all('output')[0]!.textContent]).toEqual(['0.8', '0.80']);
  });
});
