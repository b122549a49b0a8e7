import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { loadClip, openClip, pcmFromStream } from '../../src/audio/clip.js';
import { decodeAudio } from '../../src/audio/decode.js';
import { toPcm16 } from '../../src/audio/pcm16.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { chunk, flac, integers, type WavKind, wav, wav16 } from './files.js';

const decode = (bytes: Uint8Array) => decodeAudio(bytes, 'clip');
const noise = (length: number, bits: number, seed = 1): number[] => {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32 - 0.5) * 2 ** bits);
  });
};

describe('WAV', () => {
  test.each([8, 16, 24, 32])('%i bit integers keep their value', async (bits) => {
    const values = [0, 1, -1, 2 ** (bits - 1) - 1, -(2 ** (bits - 1)), ...noise(100, bits)];
    for (const extensible of [false, true]) {
      const audio = await decode(wav({ bits, extensible, rate: 22_050 }, integers(values, bits)));
      expect(audio).toMatchObject({ sampleRate: 22_050, channels: 1 });
      expect([...audio.samples[0]!]).toEqual(values.map((value) => Math.fround(value / 2 ** (bits - 1))));
    }
  });

  test.each([32, 64])('%i bit floats keep their value', async (bits) => {
    const values = [0, 1, -1, 0.3, -1.7, 1e-20];
    const data = Buffer.alloc((values.length * bits) / 8);
    for (const [i, value] of values.entries())
      if (bits === 32) data.writeFloatLE(value, 4 * i);
      else data.writeDoubleLE(value, 8 * i);
    const audio = await decode(wav({ tag: 3, bits }, data));
    expect([...audio.samples[0]!]).toEqual(values.map(Math.fround));
  });

  test('channels are told apart, odd chunks passed over', async () => {
    const before = [
      ['LIST', Buffer.from('odd')],
      ['JUNK', Buffer.alloc(28)],
    ] as const;
    const audio = await decode(wav({ bits: 16, channels: 3, before }, integers([1, 2, 3, 4, 5, 6, 7], 16)));
    expect(audio.samples.map((channel) => [...channel].map((x) => 32_768 * x))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  test.each([0xffffffff, 0x7ffff000, 0])(
    'a length of %i, as pipes leave it, means up to the end',
    async (claim) => {
      const audio = await decode(wav({ bits: 16, claim }, integers([1, 2, 3], 16)));
      expect(audio.samples[0]).toHaveLength(3);
    },
  );

  const wrong: [string, Buffer, string][] = [
    [
      'cut off in its samples',
      wav16(noise(100, 16)).subarray(0, 200),
      'its header promises 200 bytes of samples, 156 are there',
    ],
    ['cut off before its samples', wav16([1]).subarray(0, 36), 'the file is cut off before its samples'],
    ['cut off in its format', wav16([1]).subarray(0, 30), 'the file is cut off in its header'],
    ['only a magic', Buffer.from('RIFF\0\0\0\0WAVE'), 'the file is cut off in its header'],
    ['no samples', wav16([]), 'there is no sound in it'],
    ['no channels', spoiled(22, 0), '0 channels'],
    ['too many channels', spoiled(22, 5000), '5000 channels'],
    ['a rate of 0', spoiled(24, 0), 'a sample rate of 0 Hz'],
    ['an absurd rate', spoiled(26, 0xffff), 'Hz'],
    ['a block of 0', spoiled(32, 0), 'samples of this kind cannot be read'],
    ['more bits than bytes', spoiled(34, 24), 'samples of this kind cannot be read'],
    ['A-law', spoiled(20, 6), 'A-law, 16 bits'],
    [
      'an unknown extension',
      wav({ bits: 16, extensible: true }, integers([1], 16)).fill(7, 50, 60),
      'format 65534',
    ],
    ['a short extension', spoiled(20, 0xfffe), 'an extensible format of less than 40 bytes'],
    [
      'samples before the format',
      chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), chunk('data', Buffer.alloc(4))])),
      'its format stands nowhere',
    ],
    [
      'a sample that is no number',
      wav({ tag: 3, bits: 32 }, Buffer.from([0, 0, 192, 127])),
      'sample 0 of channel 1',
    ],
  ];
  test.each(wrong)('%s', async (_, bytes, text) => {
    const error = await decode(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(2);
    expect((error as KwsError).message).toMatch(/^clip: .*\n {2}(why: .*\n {2})?next: /);
    expect((error as KwsError).message).toContain(text);
  });

  function spoiled(at: number, value: number): Buffer {
    const bytes = wav16([1, 2]);
    bytes.writeUInt16LE(value, at);
    return bytes;
  }
});

describe('FLAC', () => {
  test.each([8, 16, 24] as const)('%i bits keep their value', async (bits) => {
    const values = [2 ** (bits - 1) - 1, -(2 ** (bits - 1)), ...noise(3000, bits)];
    const audio = await decode(flac([values], { bits, rate: 44_100 }));
    expect(audio).toMatchObject({ sampleRate: 44_100, channels: 1 });
    expect([...audio.samples[0]!].map((value) => value * 2 ** (bits - 1))).toEqual(values);
  });

  test('channels are told apart, the length may be unknown', async () => {
    const channels = [noise(2500, 16), noise(2500, 16, 2)];
    const audio = await decode(flac(channels, { claim: 0 }));
    expect(audio.samples.map((samples) => [...samples].map((x) => 32_768 * x))).toEqual(channels);
  });

  const good = flac([noise(5000, 16)]);
  const flipped = Buffer.from(good);
  flipped[5000]! ^= 4;
  test.each<[string, Buffer, string]>([
    ['cut off', good.subarray(0, 7000), 'of 5000 samples are there'],
    ['only a header', good.subarray(0, 42), '0 of 5000 samples'],
    ['half a header', good.subarray(0, 20), '20 bytes are shorter than its header'],
    ['a flipped bit', flipped, 'the frame at sample 2048: its checksum does not fit'],
    ['no stream information first', Buffer.from(good).fill(4, 4, 5), 'its first block'],
    ['an absurd length', flac([[1, 2]], { claim: 2 ** 35 }), 'the recording is too long'],
    ['a rate of 0', flac([[1, 2]], { rate: 0 }), 'a sample rate of 0 Hz'],
  ])('%s', async (_, bytes, text) => {
    await expect(decode(bytes)).rejects.toThrow(text);
  });

  test('a small file that claims hours is refused before it is expanded', async () => {
    const silence = Array<number>(65_535).fill(0);
    const [header, frame] = [
      flac([[]], { claim: 0, block: 65_535 }),
      flac([silence], { block: 65_535 }).subarray(42),
    ];
    const bomb = Buffer.concat([header, ...Array<Buffer>(3000).fill(frame)]);
    expect(bomb.length).toBeLessThan(60_000);
    await expect(decode(bomb)).rejects.toThrow('the recording is too long');
  }, 60_000);
});

describe('other bytes', () => {
  test.each([
    ['', 'the file is empty'],
    ['hello, I am a text', 'clip: not audio that can be read (WAV or FLAC)\n  next: convert it: ffmpeg'],
    ['OggS\0\0', 'it looks like an Ogg file'],
    ['ID3\x04', 'it looks like an MP3 file'],
    ['\xff\xfb\x90', 'it looks like an MP3 file'],
    ['\0\0\0\x20ftypM4A ', 'it looks like an MP4 or M4A file'],
    ['RF64\xff\xff\xff\xffWAVE', 'RF64'],
    ['RIFF\0\0\0\0AVI ', 'not audio'],
  ])('%j', async (text, message) => {
    await expect(decode(Buffer.from(text, 'latin1'))).rejects.toThrow(message);
  });

  test('random damage gives sound or one clear error, never anything else', async () => {
    const files = [
      wav16(noise(200, 16)),
      wav({ bits: 24, extensible: true, channels: 2 }, integers(noise(100, 24), 24)),
      flac([noise(1500, 16)]),
    ];
    const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), damage, fc.nat(4000), async (file, changes, length) => {
        const bytes = Buffer.from(file).subarray(0, length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const result = await decode(bytes).catch((error: unknown) => error);
        if (!(result instanceof KwsError)) expect(result).toHaveProperty('samples');
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});

describe('clips', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-clips-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };

  test('16 kHz 16-bit mono passes bit for bit, as WAV and as FLAC', async () => {
    const values = [0, 1, -1, 32_767, -32_768, ...noise(20_000, 16)];
    expect([...(await loadClip(write('a.wav', wav16(values)), 16_000))]).toEqual(values);
    expect([...(await loadClip(write('a.flac', flac([values])), 16_000))]).toEqual(values);
  });

  test('every 16-bit value passes', () => {
    const all = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const samples = [Float32Array.from(all, (value) => value / 32_768)];
    expect(toPcm16({ sampleRate: 16_000, channels: 1, samples }, 16_000)).toEqual(all);
  });

  test('channels are averaged, floats rounded and clamped', () => {
    const samples = [Float32Array.of(1, 0.5, -1, 2), Float32Array.of(1, -0.25, -1, 3)];
    expect([...toPcm16({ sampleRate: 8000, channels: 2, samples }, 8000)]).toEqual([
      32_767, 4096, -32_768, 32_767,
    ]);
    const rounding = [Float32Array.from([0.5, -0.5, 1.5, -1.5, 0.49], (x) => x / 32_768)];
    expect([...toPcm16({ sampleRate: 8000, channels: 1, samples: rounding }, 8000)]).toEqual([
      1, 0, 2, -1, 0,
    ]);
  });

  test('the name is the path as given', async () => {
    const path = write('b.wav', wav16([5, 6], 16_000));
    const clip = await openClip(path, 16_000, Readable.from([]));
    expect(clip).toEqual({ name: path, samples: Int16Array.of(5, 6) });
  });

  test('a file that is not there, is no file, or no audio', async () => {
    await expect(loadClip(join(folder, 'none.wav'), 16_000)).rejects.toThrow(
      /none.wav: there is no such file/,
    );
    await expect(loadClip(folder, 16_000)).rejects.toThrow('it is no file');
    await expect(loadClip('/dev/zero', 16_000)).rejects.toThrow('/dev/zero: it is no file');
    await expect(loadClip(write('text.wav', Buffer.from('hi')), 16_000)).rejects.toThrow('not audio');
  });

  test('raw samples of a stream come however it is cut', async () => {
    const values = noise(1000, 16);
    const bytes = integers(values, 16);
    for (const size of [1, 3, 777, 5000]) {
      const cuts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      const got: number[] = [];
      for await (const part of pcmFromStream(Readable.from([...cuts, Buffer.from([9])]))) got.push(...part);
      expect(got).toEqual(values);
    }
  });
});

// Kinds that fail to type-check above would hide: the helper's own shape.
const kind: WavKind = { bits: 16 };
test('the test files are what they say', () => {
  expect(wav(kind, integers([-2], 16)).toString('hex')).toBe(
    '524946462600000057415645666d74201000000001000100803e0000007d00000200100064617461020000' + '00feff',
  );
});
