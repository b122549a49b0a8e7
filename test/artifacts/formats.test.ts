/** Every format against bytes written by hand after its specification, and damaged files of it. */
import { describe, expect, test } from 'vitest';
import { readElf } from '../../src/artifacts/elf.js';
import { mergeEsp } from '../../src/artifacts/esp.js';
import { readHex, writeHex } from '../../src/artifacts/hex.js';
import { imageOf, joined, refuserOf } from '../../src/artifacts/image.js';
import { readUf2, writeUf2 } from '../../src/artifacts/uf2.js';
import { inputErrorOf } from '../support/errors.js';
import { elfFile } from './elf-file.js';

const bytes = (length: number, first = 0) => Uint8Array.from({ length }, (_, i) => (first + i) & 255);
const refuse = refuserOf('f');
const hex = (text: string) => readHex(Buffer.from(text), 'f.hex');

describe('ELF', () => {
  const program = elfFile([
    { address: 0x8000, bytes: bytes(5) },
    { address: 0x2000_0000, loadedFrom: 0x8005, bytes: bytes(3, 5) },
    { address: 0x2000_0010, bytes: bytes(8), type: 8 },
    { address: 0, bytes: bytes(9), flags: 0 },
  ]);

  test('what is loaded, from where it is loaded, as one piece where it touches', () => {
    expect(readElf(program, 'f.elf')).toEqual([{ address: 0x8000, bytes: Buffer.from(bytes(8)) }]);
  });

  const half = (at: number, value: number) => {
    const file = Buffer.from(program);
    file.writeUInt16LE(value, at);
    return file;
  };
  test.each([
    ['cut in its header', program.subarray(0, 40), /ends in its header/],
    ['cut in its sections', program.subarray(0, -20), /ends in its sections/],
    ['of another kind', half(4, 0x0102), /is no program for a 32-bit board/],
    ['with far too many sections', half(48, 65535), /ends in its section headers/],
    ['with tiny headers', half(46, 4), /has section headers of 4 bytes/],
    ['that overlap', elfFile([1, 2].map((address) => ({ address, bytes: bytes(4) }))), /overlap/],
  ])('%s: refused', (_, file, message) => {
    expect(inputErrorOf(() => readElf(file, 'f.elf'))).toMatch(message);
  });
});

test('no linker writes thousands of segments', () => {
  const sections = Array.from({ length: 257 }, (_, i) => ({ address: i, bytes: Uint8Array.of(i) }));
  expect(() => readElf(elfFile(sections), 'f.elf')).toThrow(/f\.elf: has 257 segments to load/);
});

describe('Intel HEX', () => {
  const image = imageOf(
    [
      { address: 0x1_fffe, bytes: bytes(4, 0xa0) },
      { address: 0x20, bytes: bytes(18) },
    ],
    refuse,
  );
  const text = [
    ':10002000000102030405060708090A0B0C0D0E0F58',
    ':020030001011AD',
    ':020000040001F9',
    ':02FFFE00A0A1C0',
    ':020000040002F8',
    ':02000000A2A3B9',
    ':00000001FF',
    '',
  ].join('\n');

  test('written as its specification says, and read back', () => {
    expect(writeHex(image)).toBe(text);
    expect(hex(text)).toEqual(image);
    // A segment of 16 bytes each, a start address, and lines as Windows ends them.
    expect(hex(':020000021000EC\r\n:0400000300003800C1\r\n:0100000007F8\r\n:00000001FF\r\n')).toEqual([
      { address: 0x1_0000, bytes: Buffer.of(7) },
    ]);
  });

  test.each([
    ['a wrong checksum', text.replace('AD\n', 'AE\n'), /line 2 is damaged/],
    ['a wrong length', text.replace(':02', ':03'), /line 2 has another length/],
    ['no end', text.slice(0, -13), /ends before its last record/],
    ['something after the end', `${text}:00000001FF`, /line 8 comes after the end/],
    ['other text', 'hello', /line 1 is no record/],
    ['an unknown type', ':00000007F9', /unknown type 7/],
    ['data twice', text.replace(':00000001FF', ':020000040000FA\n:0100300007C8\n:00000001FF'), /overlap/],
  ])('%s: refused', (_, damaged, message) => {
    expect(inputErrorOf(() => hex(damaged))).toMatch(message);
  });
});

describe('UF2', () => {
  const image = imageOf([{ address: 0x1000_00f8, bytes: bytes(16, 1) }], refuse);
  const file = Buffer.from(writeUf2(image, 'rp2040'));

  test('pages of 256 bytes, zeros around what is there, with the family', () => {
    expect(file.length).toBe(1024);
    expect(file.subarray(0, 32).toString('hex')).toBe(
      ['5546320a', '57515d9e', '00200000', '00000010', '00010000', '00000000', '02000000', '56ff8be4'].join(
        '',
      ),
    );
    expect(file.subarray(32, 32 + 256)).toEqual(Buffer.concat([Buffer.alloc(248), bytes(8, 1)]));
    expect(file.subarray(508, 512).toString('hex')).toBe('306fb10a');
    expect(file.readUInt32LE(512 + 12)).toBe(0x1000_0100);
    expect(file.readUInt32LE(512 + 20)).toBe(1);
    const read = readUf2(file, 'f.uf2');
    expect(read.families).toEqual([0xe48bff56]);
    expect(read.image.map(({ address, bytes: all }) => [address, all.length])).toEqual([[0x1000_0000, 512]]);
  });

  const changed = (at: number, value: number) => {
    const damaged = Buffer.from(file);
    damaged.writeUInt32LE(value, at);
    return damaged;
  };
  test.each([
    ['cut off', file.subarray(0, 700), /no whole number of UF2 blocks/],
    ['empty', Buffer.alloc(0), /no whole number/],
    ['a block missing', file.subarray(0, 512), /number 0 of 2; there are 1/],
    ['no block', changed(508, 0), /block 0 is no UF2 block/],
    ['a payload longer than a block', changed(16, 500), /block 0 is no UF2 block/],
    ['the same page twice', changed(512 + 12, 0x1000_0000), /overlap/],
  ])('%s: refused', (_, damaged, message) => {
    expect(inputErrorOf(() => readUf2(damaged, 'f.uf2'))).toMatch(message);
  });
});

describe('the flash of an ESP32 in one piece', () => {
  const entry = (type: number, subtype: number, offset: number, size: number) => {
    const row = Buffer.alloc(32);
    row.set([0xaa, 0x50, type, subtype]);
    row.writeUInt32LE(offset, 4);
    row.writeUInt32LE(size, 8);
    return row;
  };
  const parts = {
    bootloader: bytes(20, 1),
    partitions: Buffer.concat([
      entry(1, 0, 0xe000, 0x2000),
      entry(0, 0x10, 0x1_0000, 0x40),
      Buffer.alloc(32, 0xff),
    ]),
    application: bytes(64, 3),
    bootloaderAt: 0x1000,
  };

  test('each part at its address, 0xff between them, the first application chosen', () => {
    const whole = Buffer.from(mergeEsp(parts, 'f.bin'));
    expect(whole.length).toBe(0x1_0040);
    const there = [whole.subarray(0x1000, 0x1014), whole.subarray(0x8000, 0x8060), whole.subarray(0x1_0000)];
    expect(there).toEqual(
      [parts.bootloader, parts.partitions, parts.application].map((part) => Buffer.from(part)),
    );
    expect(whole.subarray(0xe000, 0xe020).toString('hex')).toBe(`01000000${'ff'.repeat(24)}9a984347`);
    const erased = whole.filter((byte) => byte !== 0xff).length;
    expect(erased).toBe(20 + 64 + 64 + 8);
  });

  test.each([
    [
      'no application’s partition',
      { partitions: entry(1, 2, 0x9000, 0x5000) },
      /no place in the partition table/,
    ],
    ['too large', { application: bytes(65) }, /has 65 bytes, its partition 64/],
    ['a bootloader over the table', { bootloader: bytes(0x7001) }, /overlap/],
  ])('%s: refused', (_, change, message) => {
    expect(inputErrorOf(() => mergeEsp({ ...parts, ...change }, 'f.bin'))).toMatch(message);
  });
});

test('pieces in different memories are no one piece', () => {
  const image = imageOf(
    [0, 0x2000_0000].map((address) => ({ address, bytes: bytes(1) })),
    refuse,
  );
  expect(inputErrorOf(() => joined(image, 0, refuse))).toMatch(/different memories/);
  expect(inputErrorOf(() => joined([], 0, refuse))).toMatch(/nothing to flash/);
});
