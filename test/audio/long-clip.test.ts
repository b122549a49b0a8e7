/** Stretches of long recordings: the samples of the whole, and no more read than they take. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { openLongClip } from '../../src/audio/long-clip.js';
import { createResampler, resample } from '../../src/audio/resample.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { random } from '../support/random.js';
import { flac, integers, type WavKind, wav, wav16 } from './files.js';

const folder = mkdtempSync(join(tmpdir(), 'kws-long-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

const draw = random(7);
const values = (count: number, bits: number) =>
  Array.from({ length: count }, () => draw(2 ** bits) - 2 ** (bits - 1));
const floats = (count: number, bits: 32 | 64) => {
  const data = Array.from({ length: count }, () => draw(2 ** 24) / 2 ** 22 - 2);
  return Buffer.from((bits === 32 ? Float32Array.from(data) : Float64Array.from(data)).buffer);
};
const dataOf = ({ tag, bits }: WavKind, count: number) =>
  tag === 3 ? floats(count, bits as 32 | 64) : integers(values(count, bits), bits);

/** Everything, nothing, the ends, parts as they are heard, and any. */
function stretches(length: number): readonly (readonly [number, number])[] {
  const parts = [0, 1, 2, 3].map((i) => [
    Math.floor((i * length) / 4),
    Math.floor(((i + 1) * length) / 4),
  ]) as [number, number][];
  const any = Array.from({ length: 10 }, () => {
    const begin = draw(length);
    return [begin, begin + draw(length - begin + 1)] as const;
  });
  return [[0, length], [5, 5], [0, 1], [length - 1, length], ...parts, ...any];
}

async function expectWhole(path: string, rate: number): Promise<void> {
  const whole = await loadClip(path, rate);
  const clip = await openLongClip(path, rate);
  expect(clip.length).toBe(whole.length);
  for (const [begin, end] of stretches(whole.length))
    expectSame(await clip.read(begin, end), whole.subarray(begin, end), `${begin} to ${end}`);
}

/** Bit for bit, and faster than the values one by one. */
function expectSame(found: Int16Array | Float64Array, expected: Int16Array | Float64Array, what: string) {
  const bytes = [found, expected].map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength));
  expect(bytes[0]!.equals(bytes[1]!), what).toBe(true);
}

const kinds: readonly WavKind[] = [
  { bits: 8 },
  { bits: 16 },
  { bits: 24, channels: 2, extensible: true },
  { bits: 32, channels: 3 },
  { tag: 3, bits: 32, channels: 2 },
  { tag: 3, bits: 64 },
];
const cases = kinds.flatMap((kind) =>
  [8000, 16_000, 44_100, 44_101, 48_000].map((rate) => ({ channels: 1, tag: 1, ...kind, rate })),
);

test.each(cases)('$bits bits (tag $tag), $channels channels, $rate Hz', async (kind) => {
  const path = write('kind.wav', wav(kind, dataOf(kind, 3001 * kind.channels + 1)));
  await expectWhole(path, 16_000);
});

test.each([
  [16_000, 1],
  [22_050, 2],
])('longer than what is expanded at once, %i Hz, %i channels', async (rate, channels) => {
  await expectWhole(write('long.wav', wav16(values(channels * 270_000, 16), rate, channels)), 16_000);
});

test.each<[string, WavKind['before'], number | undefined]>([
  ['a large chunk', [['JUNK', Buffer.alloc(200_001)]], undefined],
  ['many small ones', Array.from({ length: 20_000 }, () => ['JUNK', Buffer.alloc(1)] as const), undefined],
  ['a length as pipes leave it', [], 0xffffffff],
])('samples behind %s', async (_, before, claim) => {
  const kind = { bits: 16, before: before ?? [], ...(claim === undefined ? {} : { claim }) };
  await expectWhole(write('chunks.wav', wav(kind, dataOf(kind, 5000))), 16_000);
});

test('FLAC', async () => {
  await expectWhole(write('a.flac', flac([values(5000, 16)], { rate: 22_050 })), 16_000);
});

describe('more than fits into memory', () => {
  /** Zeros, but for the first 1000 samples. */
  const sparse = (bytes: number) => {
    const path = write('huge.wav', wav({ bits: 16, claim: 0xffffffff }, dataOf({ bits: 16 }, 1000)));
    truncateSync(path, bytes);
    return path;
  };

  test('no more is read than is wanted', async () => {
    const clip = await openLongClip(sparse(2 ** 31 + 44), 16_000);
    expect(clip.length).toBe(2 ** 30);
    expect((await clip.read(0, 1000)).some((sample) => sample !== 0)).toBe(true);
    expect(await clip.read(2 ** 30 - 500, 2 ** 30)).toEqual(new Int16Array(500));
  });

  test('a WAV file that is larger than it can be', async () => {
    await expect(openLongClip(sparse(2 ** 32 + 1), 16_000)).rejects.toThrow('4294967296 are possible');
  });
});

describe('what cannot be read', () => {
  const bytes = wav16(values(1000, 16));
  const wrong: readonly (readonly [string, Uint8Array, string])[] = [
    ['cut off in its samples', bytes.subarray(0, 900), 'its header promises 2000 bytes of samples'],
    ['cut off in its format', bytes.subarray(0, 30), 'cut off in its header'],
    ['cut off before its samples', bytes.subarray(0, 36), 'cut off before its samples'],
    ['only a magic', bytes.subarray(0, 12), 'cut off in its header'],
    ['less than a magic', bytes.subarray(0, 5), 'not audio'],
    ['no samples', wav16([]), 'there is no sound in it'],
    ['no rate', wav({ bits: 16, rate: 0 }, integers([1], 16)), 'a sample rate of 0 Hz'],
    ['A-law', wav({ tag: 6, bits: 8 }, integers([1], 8)), 'A-law, 8 bits'],
    ['nothing', new Uint8Array(0), 'the file is empty'],
    ['a text', Buffer.from('hello, I am a text'), 'not audio'],
    ['half a FLAC file', flac([values(3000, 16)]).subarray(0, 3000), 'cut off or damaged'],
  ];
  test.each(wrong)('%s: as where the file is read whole', async (_, content, text) => {
    const path = write('wrong.wav', content);
    const [whole, long] = await Promise.all(
      [loadClip, openLongClip].map((open) => open(path, 16_000).catch((error: unknown) => error)),
    );
    expect(long).toBeInstanceOf(KwsError);
    expect((long as KwsError).problems).toEqual((whole as KwsError).problems);
    expect((long as KwsError).message).toContain(text);
  });

  test('no file, a folder, a device', async () => {
    await expect(openLongClip(join(folder, 'none.wav'), 16_000)).rejects.toThrow('there is no such file');
    await expect(openLongClip(folder, 16_000)).rejects.toThrow('it is no file');
    await expect(openLongClip('/dev/zero', 16_000)).rejects.toThrow('it is no file');
  });

  test('a sample that is no number, by its place in the file', async () => {
    const samples = new Float32Array(6000).fill(0.1);
    samples[2 * 2500 + 1] = Number.NaN;
    const path = write('nan.wav', wav({ tag: 3, bits: 32, channels: 2 }, Buffer.from(samples.buffer)));
    const clip = await openLongClip(path, 16_000);
    expect(await clip.read(0, 2500)).toHaveLength(2500);
    await expect(clip.read(2400, 2600)).rejects.toThrow('sample 2500 of channel 2');
  });

  test('a file that becomes shorter on the way', async () => {
    const path = write('shorter.wav', bytes);
    const clip = await openLongClip(path, 16_000);
    truncateSync(path, 1000);
    expect(await clip.read(0, 400)).toHaveLength(400);
    await expect(clip.read(0, 1000)).rejects.toThrow('it became shorter while it was read');
  });
});

test.each([8000, 11_025, 16_000, 44_100, 44_101, 96_000])(
  'resampling from %i Hz: a stretch needs what it says and no more',
  (from) => {
    const sound = Float64Array.from({ length: 4000 }, () => draw(2000) - 1000);
    const whole = resample(sound, from, 16_000);
    const resampler = createResampler(sound.length, from, 16_000);
    for (const [begin, end] of stretches(whole.length).filter(([begin, end]) => end > begin)) {
      const [first, last] = resampler.needs(begin, end);
      const needed = sound.slice(first, last);
      expectSame(
        resampler.stretch(needed, first, begin, end),
        whole.subarray(begin, end),
        `${begin} to ${end}`,
      );
    }
  },
);
