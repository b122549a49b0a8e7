/** FLAC: every way to write a stream is read back as it was, damage is found, and no file takes for ever. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.js';
import { createFlacEncoder } from '../../src/audio/flac/encoder.js';
import { soundFile } from '../../src/audio/sound-file.js';
import { random } from '../support/random.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { FLAC_ROWS, SOUNDS, tone } from './flac-rows.js';
import { md5Of, sealed, writeFlac } from './flac-writer.js';

const decode = (bytes: Uint8Array) => decodeAudio(bytes, 'x.flac');

async function integers(bytes: Uint8Array, bits: number): Promise<number[][]> {
  const audio = await decode(bytes);
  return audio.samples.map((samples) => [...samples].map((value) => value * 2 ** (bits - 1)));
}

describe('every way to write a stream', () => {
  test.each(FLAC_ROWS.map((row) => [row.name, row] as const))('%s', async (_, { channels, plan }) => {
    const bytes = writeFlac(channels, plan);
    const before = Buffer.from(bytes);
    const unit = 2 ** (plan.bits - 1);
    const wanted = channels.map((samples) => samples.map((value) => Math.fround(value / unit) * unit));
    expect(await integers(bytes, plan.bits)).toEqual(wanted);
    // The file that was read stays as it is.
    expect(bytes.equals(before)).toBe(true);
  });
});

describe('around the stream', () => {
  const samples = tone(900, 16);
  const good = writeFlac([samples], { bits: 16, blocks: [256] });
  const endless = writeFlac([samples], { bits: 16, blocks: [256], length: 0 });
  const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]);
  const id3v2 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x02\x01', 'latin1'), Buffer.alloc(257, 0xff)]);
  test.each<[string, Buffer]>([
    ['a tag behind it', Buffer.concat([good, id3v1])],
    ['a tag behind a stream of unknown length', Buffer.concat([endless, id3v1])],
    ['an APE tag behind it', Buffer.concat([endless, Buffer.from('APETAGEX'), Buffer.alloc(40)])],
    ['a tag before it', Buffer.concat([id3v2, good])],
    ['other bytes behind it', Buffer.concat([good, Buffer.alloc(99, 0xff)])],
  ])('%s', async (_, bytes) => {
    expect(await integers(bytes, 16)).toEqual([samples]);
  });
});

describe('damage', () => {
  const samples = tone(2000, 16);
  const plan = { bits: 16, blocks: [256], kind: { kind: 'fixed', order: 2 }, part: { rice: 9 } } as const;
  const good = writeFlac([samples], plan);
  const other = md5Of([samples.map((value, i) => (i === 1234 ? value + 1 : value))], 16);
  test.each<[string, Buffer, RegExp]>([
    ['a last byte that is missing', good.subarray(0, good.length - 1), /1792 of 2000 samples are there/],
    [
      'a last frame that is missing',
      writeFlac([samples.slice(0, 1792)], { ...plan, length: 2000, md5: '0'.repeat(32) }),
      /1792 of 2000/,
    ],
    ['an MD5 of other samples', writeFlac([samples], { ...plan, md5: other }), /their MD5 differs/],
    [
      'one sample too many',
      writeFlac([samples], { ...plan, length: 1999 }),
      /ends at sample 2000, the stream at 1999/,
    ],
    ['an unknown kind of channel', spoiled(0x04), /frame at sample 0: a channel of it is of an unknown kind/],
    ['a bit that must be 0', spoiled(0x80), /frame at sample 0: a channel of it makes no sense/],
  ])('%s', async (_, bytes, text) => {
    await expect(decode(bytes)).rejects.toThrow(text);
  });

  /** The first subframe's first byte, which stands behind a header of 8 bytes. */
  function spoiled(value: number): Buffer {
    const bytes = Buffer.from(good);
    bytes[42 + 8] = value;
    return bytes;
  }

  /** A stream of one frame of 192 samples. */
  function withFrame(body: readonly number[]): Buffer {
    const head = writeFlac([[0]], { bits: 16, blocks: [192], length: 0, md5: '0'.repeat(32) }).subarray(
      0,
      42,
    );
    return Buffer.concat([head, Buffer.from(sealed([0xff, 0xf8, 0x15, 0x08, 0x00], body))]);
  }

  test('any flipped bit of any frame', async () => {
    const draw = random(3);
    for (let i = 0; i < 400; i++) {
      const bytes = Buffer.from(good);
      const at = 42 + draw(bytes.length - 42);
      bytes[at]! ^= 1 << draw(8);
      await expect(decode(bytes), `byte ${at}`).rejects.toThrow(/cut off or damaged|change on the way/);
    }
  });

  test('frames of noise behind a checksum that fits are refused or read, never anything else', async () => {
    const draw = random(5);
    let refused = 0;
    for (let i = 0; i < 2000; i++) {
      const noise = Array.from({ length: 1 + draw(60) }, () => draw(256));
      const type = [0, 1, 8, 10, 12, 31, 32, 63][draw(8)]!;
      const bytes = withFrame([2 * type + draw(2), ...noise]);
      await decode(bytes).then(
        ({ samples: [one] }) => expect(one!.every((value) => Math.abs(value) <= 1)).toBe(true),
        (error: Error) => {
          refused++;
          expect(error.message).toMatch(/cut off or damaged/);
        },
      );
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('what is written', () => {
  test.each(SOUNDS)('%s comes back, in pieces as in one', async (_, samples) => {
    const { length } = samples;
    const whole = soundFile(samples, 16_000, 'flac');
    const encoder = createFlacEncoder(16_000);
    const pieces: Uint8Array[] = [];
    for (let begin = 0; begin < length; begin += 1237)
      pieces.push(encoder.push(samples.subarray(begin, begin + 1237)));
    const { rest, header } = encoder.end();
    expect(header.length).toBe(encoder.headerBytes);
    expect(Buffer.concat([header, ...pieces, rest]).equals(whole)).toBe(true);
    if (length > 0) expect(await integers(whole, 16)).toEqual([[...samples]]);
    expect(whole.length).toBeLessThan(2 * length + 64 + length / 100);
  });
});

describeWithSharedData('recorded clips', () => {
  test.each(['audio/sentences', 'audio/snowboy', 'cases/flac'])(
    '%s are as long as they say',
    async (name) => {
      const folder = sharedPath(name);
      if (!existsSync(folder)) return;
      const files = readdirSync(folder).filter((file) => file.endsWith('.flac'));
      const every = Math.ceil(files.length / 60);
      for (const file of files.filter((_, i) => i % every === 0)) {
        const bytes = readFileSync(`${folder}/${file}`);
        const audio = await decode(bytes);
        // Also their MD5, which the decoder checks, is that of the stream information.
        expect(audio.samples[0], file).toHaveLength(bytes.readUInt32BE(22));
        expect(
          bytes.subarray(26, 42).some((byte) => byte !== 0),
          file,
        ).toBe(true);
      }
    },
  );
});
