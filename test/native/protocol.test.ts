/** The device's side of the protocol, under AddressSanitizer and UBSan, against the host's side. */
import { beforeAll, describe, expect, test } from 'vitest';
import { crc16, encodeFrame, RESYNCHRONISE } from '../../src/protocol/frame.js';
import { runNative } from '../support/native.js';
import { random } from '../support/random.js';
import { buildProtocol, fuzzParser } from './protocol-program.js';

let driver: string;
beforeAll(async () => {
  driver = await buildProtocol();
});

const bytes = (length: number, seed: number): Uint8Array => {
  const next = random(seed);
  return Uint8Array.from({ length }, () => next(256));
};
const run = async (mode: string, input: string | Uint8Array = '', ...args: string[]) =>
  (await runNative(driver, input, [mode, ...args])).split('\n').filter((line) => line !== '');
const parse = (...parts: (string | Uint8Array)[]) =>
  run('parse', Buffer.concat(parts.map((part) => Buffer.from(part))));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

describe('commands', () => {
  test.each([
    ['hello', 'hello 0 0'],
    ['reset\r', 'reset 0 0'],
    ['  mic ', 'mic 0 0'],
    ['stop', 'stop 0 0'],
    ['stats', 'stats 0 0'],
    ['credit', 'credit 0 0'],
    ['play 0', 'play 0 0'],
    ['play 4294967294', 'play 0 4294967294'],
    ['play open', 'play 0 4294967295'],
    ['play 7 memory', 'play memory 7'],
    ['play open memory', 'play memory 4294967295'],
    ['play memory', 'bad-command: play takes a number of samples, or open, and then nothing, or memory'],
    ['input 255  4294967295', 'input 255 4294967295'],
    ['cutoff 1 255', 'cutoff 1 255'],
    ['window 1 255', 'window 1 255'],
    ['refractory 0 65535', 'refractory 0 65535'],
    ['gain 255', 'gain 0 255'],
    ['audio on', 'audio 0 0'],
    ['window 0 0', "bad-command: window takes a model's number and a number of inferences"],
    ['gain 1 2', 'bad-command: gain takes a value from 0 to 255'],
    ['trace features', 'trace 1'],
    ['trace off', 'trace 0'],
    ['play', 'bad-command: play takes a number of samples, or open, and then nothing, or memory'],
    ['play 4294967295', 'bad-command: play takes a number of samples, or open, and then nothing, or memory'],
    [
      'play 99999999999999999999999999',
      'bad-command: play takes a number of samples, or open, and then nothing, or memory',
    ],
    ['play -1', 'bad-command: play takes a number of samples, or open, and then nothing, or memory'],
    ['play 1 2', 'bad-command: play takes a number of samples, or open, and then nothing, or memory'],
    ['input 1', "bad-command: input takes a model's number and a number of bytes"],
    ['cutoff 0 256', "bad-command: cutoff takes a model's number and a value from 0 to 255"],
    ['trace', 'bad-command: trace takes features, or off'],
    ['hello you', 'bad-command: this command takes no arguments'],
    ['cutoff 1 2 3', 'bad-command: too many words for a command'],
    ['Hello', expect.stringContaining('bad-command: unknown command')],
    ['hell', expect.stringContaining('bad-command: unknown command')],
    ['hellos', expect.stringContaining('bad-command: unknown command')],
    ['mic\u0007', 'bad-command: a command is printable ASCII'],
    [`cutoff 1 ${' '.repeat(111)}`, expect.stringContaining('bad-command: cutoff takes')],
    ['x'.repeat(121), 'bad-command: a command has at most 120 characters'],
    ['x'.repeat(100_000), 'bad-command: a command has at most 120 characters'],
  ])('%j', async (line, expected) => {
    expect(await parse(line, '\n')).toEqual([expected]);
  });

  test('empty lines say nothing', async () => {
    expect(await parse('\n\r\n   \n')).toEqual([]);
  });
});

describe('frames', () => {
  test('of the host are understood, of any length and number', async () => {
    const payloads = [1, 2, 3, 255, 256, 257, 511, 512].map((length, i) => bytes(length, i));
    const frames = payloads.map((payload, i) => encodeFrame(37 * i, payload));
    expect(await parse('hello\n', ...frames, 'stats\n')).toEqual([
      'hello 0 0',
      ...payloads.map((payload, i) => `frame ${(37 * i) & 255} ${hex(payload)}`),
      'stats 0 0',
    ]);
  });

  test('the CRC is the host’s', async () => {
    for (const data of ['123456789', '', bytes(1000, 5)])
      expect(await run('crc', data)).toEqual([String(crc16(Buffer.from(data)))]);
  });

  test.each([
    ['0', [2, 7, 0, 0]],
    ['513', [2, 7, 1, 2]],
    ['65535', [2, 7, 255, 255]],
  ])('a length of %s is refused', async (_, start) => {
    expect(await parse(Uint8Array.from(start), '\nhello\n')).toEqual([
      'bad-frame: a frame carries 1 to 512 bytes',
      'hello 0 0',
    ]);
  });

  test('every flipped bit is noticed, reported once, and the next frame is found', async () => {
    const frame = encodeFrame(3, Uint8Array.of(10, 2, 104, 2, 0, 1, 10));
    for (let bit = 8; bit < 8 * frame.length; bit++) {
      const damaged = Uint8Array.from(frame);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const lines = await parse(damaged, RESYNCHRONISE, frame, 'stats\n');
      expect(lines).toEqual([
        expect.stringMatching(/^bad-frame: /),
        'frame 3 0a026802000' + '10a',
        'stats 0 0',
      ]);
    }
  }, 120_000);

  test('an unfinished line before a frame is dropped', async () => {
    expect(await parse('hel', encodeFrame(0, Uint8Array.of(1)), 'stop\n')).toEqual([
      'frame 0 01',
      'stop 0 0',
    ]);
    expect(await parse('x'.repeat(500), encodeFrame(0, Uint8Array.of(1)))).toEqual(['frame 0 01']);
  });

  test('an unfinished frame is left by enough line ends', async () => {
    for (const length of [1, 2, 3, 4, 5, 100, 515, 517]) {
      const lines = await parse(encodeFrame(0, bytes(512, 1)).subarray(0, length), RESYNCHRONISE, 'hello\n');
      expect(lines).toEqual([expect.stringMatching(/^bad-frame: /), 'hello 0 0']);
    }
    expect(await parse(encodeFrame(0, bytes(512, 1)).subarray(0, 300))).toEqual(['inside a frame']);
  });
});

test('any bytes leave the parser able to go on', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const next = random(seed);
    const parts = Array.from({ length: 60 }, (_, i) => {
      const kind = next(5);
      if (kind === 0) return encodeFrame(next(256), bytes(1 + next(512), i));
      if (kind === 1) return Buffer.from('play 5\n');
      if (kind === 2) return encodeFrame(0, bytes(1 + next(512), i)).subarray(0, next(40));
      if (kind === 3) return Buffer.from('\x02\x02\x02\n\x02');
      return bytes(next(700), 1000 * seed + i);
    });
    const lines = await parse(...parts, RESYNCHRONISE, 'hello\n', encodeFrame(9, Uint8Array.of(1, 2)));
    expect(lines.slice(-2)).toEqual(['hello 0 0', 'frame 9 0102']);
  }
});

test('drawn commands, frames and bytes: whatever it answers makes sense, and it goes on', async () => {
  // Less than a second; npm run fuzz -- --parser does more of them.
  const said = await fuzzParser(driver, 200_000, 1);
  const [, commands, frames, refused] = /^(\d+) commands, (\d+) frames, (\d+) refused/
    .exec(said)!
    .map(Number);
  for (const count of [commands, frames, refused]) expect(count).toBeGreaterThan(1000);
});

describe('lines', () => {
  const parsed = async () =>
    Object.fromEntries(
      (await run('lines'))
        .filter((line) => line.startsWith('{'))
        .map((line) => {
          expect(line).toMatch(/^\{"kws":1,"t":".*\}\r$/);
          const { kws: _, t, ln: __, crc: ___, ...fields } = JSON.parse(line) as Record<string, unknown>;
          return [t, fields];
        }),
    );

  test('are JSON with the right values', async () => {
    const { integers, texts, fixed, nested, ...others } = await parsed();
    expect(integers).toMatchObject({ i8: -128, u8: 255, int: -5, zero: 0, q: [-128, 127] });
    expect(texts).toEqual({
      a: 'quote " backslash \\ newline \n tab \t bell \x07 del \x7f',
      b: 'größe',
      c: null,
      d: '',
      yes: true,
      no: false,
      labels: ['yes', 'no "x"', null],
      raw: { x: [1] },
    });
    expect(nested).toEqual({
      models: [0, 1].map((m): unknown => ({ m, l: ['a', true, 0.25], o: {} })).concat([[], null]),
      v: '00ff3412',
      e: '',
    });
    expect(others).toEqual({
      empty: {},
      fault: { code: 'overrun', message: 'too slow' },
    });
    expect(fixed).toBeDefined();
  });

  test('numbers stand as they should, to the digit', async () => {
    const lines = (await run('lines')).join('\n');
    expect(lines).toContain('"i64":-9223372036854775808,"u64":18446744073709551615');
    expect(lines).toContain(
      '"third":0.3333,"half":0.5000,"up":0.0001,"down":0.0000,"one":1.0000,"nearly":1.0000,' +
        '"most":4294967295.0000,"full":1.0000,"least":0.0000,"none":null',
    );
    expect(lines).toContain('\\u000a');
    expect(lines).toContain('\\u007f');
  });

  test('have numbers without a gap, and the CRC of what stands before it', async () => {
    const lines = (await run('lines')).filter((line) => line.startsWith('{'));
    for (const [i, line] of lines.entries()) {
      const [, before, number, checksum] = /^(.*,"ln":(\d+)),"crc":"([0-9a-f]{4})"\}\r$/s.exec(line)!;
      expect(Number(number)).toBe(i);
      expect(crc16(Buffer.from(before!)).toString(16).padStart(4, '0')).toBe(checksum);
    }
    expect(lines.length).toBeGreaterThan(5);
  });

  test('that get longer than 4096 bytes are broken off, and a fault says so', async () => {
    const lines = await run('long');
    let longest = 0;
    for (const [i, line] of lines.entries()) {
      expect(line.length + 1).toBeLessThanOrEqual(4096);
      if (/"\}\r?$/.test(line)) {
        longest = Math.max(longest, line.length + 1);
        continue;
      }
      expect(line.length + 1).toBeGreaterThan(4050);
      const { crc: _, ...fault } = JSON.parse(lines[i + 1]!) as Record<string, unknown>;
      expect(fault).toEqual({
        kws: 1,
        t: 'fault',
        code: 'line-too-long',
        message: 'a line was longer than 4096 bytes and was broken off',
        line: 'growing',
        // The line that was broken off had a number, too.
        ln: i + 1,
      });
    }
    expect(longest).toBeGreaterThan(4050);
    expect(lines.some((line) => line.includes('line-too-long'))).toBe(true);
  });

  test('probabilities are rounded half up', async () => {
    for (const line of await run('rounding')) {
      const { s, d } = JSON.parse(line) as { s: number; d: number };
      const n = (20_000n * BigInt(s) + 255n * BigInt(d)) / (2n * 255n * BigInt(d));
      const digits = n.toString().padStart(5, '0');
      expect(line).toContain(`"p":${digits.slice(0, -4)}.${digits.slice(-4)},`);
    }
  });
});
