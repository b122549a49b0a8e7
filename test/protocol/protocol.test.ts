import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  crc16,
  type DeviceEvent,
  encodeFrame,
  featureValues,
  LineParser,
  MAX_LINE,
  type NoiseEvent,
  toDeviceEvent,
} from '../../src/protocol/protocol.js';

const encode = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => new LineParser().push(encode(text));

const hash = '0f'.repeat(32);
const ticks = { min: 10, max: 30, sum: 2 ** 40 };
const lines: Record<DeviceEvent['t'], Record<string, unknown>> = {
  hello: {
    protocol: 1,
    tool: '0.1.0',
    build: '0123456789ab',
    board: 'virtual-cortex-m4',
    runtime: 'aot',
    model: hash,
    labels: ['okay nabu', 'größe "x"'],
    frontend: hash,
    rate: 16_000,
    step: 10,
    mic: false,
    models: [
      {
        m: 'okay_nabu',
        model: hash,
        labels: ['okay nabu'],
        hop: 3,
        gate: false,
        arena: 30_000,
        used: 26_080,
      },
    ],
  },
  score: { m: 'okay_nabu', n: 7, ms: 220, q: [-128, 255], p: [0, 0.9876] },
  detect: { m: 'okay_nabu', label: 'okay nabu', ms: 900, p: 1 },
  end: { samples: 16_000, scores: 32, detections: 1 },
  features: { n: 1, v: '00ff3412' },
  output: { m: 'kws_ref', q: [-128, 127] },
  credit: { seq: 255, bytes: 0 },
  stats: {
    samples: 1,
    hops: 2,
    overruns: 3,
    tps: 25_000_000,
    hop: { n: 2, ...ticks },
    input: { n: 2, ...ticks },
    models: [{ m: 'a', n: 4, ...ticks }],
  },
  audio: { n: 256, lost: 0, v: 'AQD/fw==' },
  pin: { pin: 13, level: 1 },
  ok: { cmd: 'reset' },
  trace: { s: 'done' },
  ticks: { s: 'operator', m: 0, i: 2, n: 4, ...ticks },
  fault: { code: 'no-microphone', message: 'connect one' },
};
const line = (t: string, fields: Record<string, unknown>) => JSON.stringify({ kws: 1, t, ...fields });

describe('lines', () => {
  test.each(Object.entries(lines))('%s becomes an event of the same shape', (t, fields) => {
    expect(parse(`${line(t, fields)}\r\n`)).toEqual([{ kws: 1, t, ...fields }]);
  });

  test.each(
    Object.entries(lines).flatMap(([t, fields]) => Object.keys(fields).map((field) => [t, field] as const)),
  )('%s without %s is malformed', (t, field) => {
    const { [field]: _, ...rest } = lines[t as DeviceEvent['t']];
    expect(parse(`${line(t, rest)}\n`)).toMatchObject([{ t: 'noise', reason: 'malformed' }]);
  });

  test.each([
    ['score', { p: [1.5] }],
    ['score', { n: -1 }],
    ['score', { q: ['1'] }],
    ['score', { q: [0.5] }],
    ['score', { m: 5 }],
    ['credit', { seq: 256 }],
    ['features', { v: '00f' }],
    ['features', { v: 'zzzz' }],
    ['hello', { runtime: 'other' }],
    ['hello', { models: {} }],
  ] as const)('%s with %j is malformed', (t, wrong) => {
    expect(parse(`${line(t, { ...lines[t], ...wrong })}\n`)).toMatchObject([
      { t: 'noise', reason: 'malformed' },
    ]);
  });

  test('an unknown type or a later version is malformed, an unknown field is passed over', () => {
    expect(parse(`${line('news', {})}\n`)).toMatchObject([{ t: 'noise', reason: 'malformed' }]);
    expect(parse('{"kws":2,"t":"ok","cmd":"x"}\n')).toMatchObject([{ t: 'noise', reason: 'text' }]);
    expect(parse('{"kws":1,"t":"ok","cmd":"x","more":1,"__proto__":{"bad":1}}\n')).toEqual([
      { kws: 1, t: 'ok', cmd: 'x' },
    ]);
  });

  test('control characters do not reach a terminal', () => {
    expect(parse('{"kws":1,"t":"ok","cmd":"a\\u001b[2Jb\\u009b"}\n')).toEqual([
      { kws: 1, t: 'ok', cmd: 'a\ufffd[2Jb\ufffd' },
    ]);
    expect(parse('\u001b]0;title\u0007\n')).toEqual([
      { kws: 1, t: 'noise', text: '\ufffd]0;title\ufffd', reason: 'text' },
    ]);
  });

  test('are found however the bytes are cut, empty lines passed over', () => {
    const all = Object.entries(lines).map(([t, fields]) => line(t, fields));
    const bytes = encode(`\r\n${all.join('\r\n\n')}\n`);
    for (const size of [1, 2, 7, 64, 5000]) {
      const parser = new LineParser();
      const events = [];
      for (let at = 0; at < bytes.length; at += size)
        events.push(...parser.push(bytes.subarray(at, at + size)));
      expect(events.map((event) => JSON.stringify(event))).toEqual(all);
    }
  });

  test('a line right behind half of one is found', () => {
    const ok = line('ok', lines.ok);
    expect(parse(`{"kws":1,"t":"score","m":"${ok}\n`)).toEqual([
      { kws: 1, t: 'noise', text: '{"kws":1,"t":"score","m":"', reason: 'malformed' },
      { kws: 1, t: 'ok', cmd: 'reset' },
    ]);
    expect(parse(`\u0000\u0000boot${ok}\n`)).toMatchObject([{ reason: 'text' }, { t: 'ok' }]);
  });

  test('the longest line passes, a longer one is dropped and the next is found', () => {
    const message = (length: number) => line('fault', { code: 'model', message: 'x'.repeat(length) });
    const room = MAX_LINE - message(0).length;
    expect(parse(`${message(room)}\n`)).toMatchObject([{ t: 'fault' }]);
    const [noise, next] = parse(`${message(room + 1)}\n${line('ok', lines.ok)}\n`);
    expect(noise).toMatchObject({ t: 'noise', reason: 'overlong' });
    expect((noise as NoiseEvent).text).toHaveLength(200);
    expect(next).toMatchObject({ t: 'ok' });
  });

  test('100 MB without a line end cost neither memory nor much time', () => {
    const parser = new LineParser();
    const chunk = new Uint8Array(1 << 20).fill(0x7b);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100; i++) expect(parser.push(chunk)).toEqual([]);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
    expect(parser.push(encode('\n'))).toMatchObject([{ reason: 'overlong' }]);
  });

  test('any bytes give bounded noise or valid events, and the next line is found', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...Object.entries(lines).map(([t, fields]) => encode(`${line(t, fields)}\n`))),
      fc.constantFrom(encode('{"kws":1,'), encode('\n'), encode('{"kws":1,"t":"hello"'), encode('[[[[{"')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const parser = new LineParser();
        for (const event of pieces.flatMap((bytes) => parser.push(bytes))) {
          if (event.t === 'noise') expect(event.text.length).toBeLessThanOrEqual(200);
          else expect(toDeviceEvent(event)).toEqual(event);
        }
        parser.push(encode('\n'));
        expect(parser.push(encode(`${line('ok', lines.ok)}\n`))).toEqual([{ kws: 1, t: 'ok', cmd: 'reset' }]);
      }),
      { numRuns: 300 },
    );
  });

  test.each([null, 5, 'x', [[]], {}, { t: 'ok' }, { kws: 1, t: 'constructor' }, { kws: 1, t: {} }])(
    '%j is no event',
    (value) => {
      expect(toDeviceEvent(value)).toBeUndefined();
    },
  );
});

test('features are little-endian words', () => {
  expect([...featureValues({ kws: 1, t: 'features', n: 1, v: '00ff3412' })]).toEqual([0xff00, 0x1234]);
});

describe('frames', () => {
  test('the CRC is CRC-16/CCITT-FALSE', () => {
    expect(crc16(encode('123456789'))).toBe(0x29b1);
    expect(crc16(new Uint8Array(0))).toBe(0xffff);
  });

  test('have start, number, length, payload, CRC', () => {
    const frame = encodeFrame(257, Uint8Array.of(0xaa, 0xbb));
    const crc = crc16(Uint8Array.of(1, 2, 0, 0xaa, 0xbb));
    expect([...frame]).toEqual([0x02, 1, 2, 0, 0xaa, 0xbb, crc & 255, crc >> 8]);
    expect([...encodeFrame(0, new Uint8Array(512)).subarray(2, 4)]).toEqual([0, 2]);
  });

  test.each([0, 513])('carry no %i bytes', (length) => {
    expect(() => encodeFrame(0, new Uint8Array(length))).toThrow(RangeError);
  });
});
