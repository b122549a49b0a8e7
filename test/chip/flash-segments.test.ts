/** Program files, right and wrong. */
import { expect, test } from 'vitest';
import { writeUf2 } from '../../src/artifacts/uf2.js';
import { flashSegments, type Segment } from '../../src/chip/flash-segments.js';
import { elfOf } from './elf-of.js';

const at = (address: number, ...bytes: number[]): Segment => ({ address, bytes: Uint8Array.from(bytes) });

test('segments lie where they are loaded', () => {
  const segments = [at(0x10000000, 1, 2, 3, 4), at(0x10000100, 5, 6)];
  expect(flashSegments(elfOf(segments), 'a.elf').map(({ address, bytes }) => [address, ...bytes])).toEqual([
    [0x10000000, 1, 2, 3, 4],
    [0x10000100, 5, 6],
  ]);
});

test('the blocks of a UF2 file are, too', () => {
  const file = writeUf2([{ address: 0x10000100, bytes: Uint8Array.of(1, 2, 3) }], 'rp2040');
  const [segment, more] = flashSegments(file, 'a.uf2');
  expect([segment!.address, ...segment!.bytes.subarray(0, 4), more]).toEqual([
    0x10000100,
    1,
    2,
    3,
    0,
    undefined,
  ]);
});

const good = () => elfOf([at(0x10000000, 1, 2, 3, 4)]);
const with32 = (offset: number, value: number) => {
  const file = good();
  new DataView(file.buffer).setUint32(offset, value, true);
  return file;
};

test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(), /ends in its header/],
  ['text', new TextEncoder().encode('hello'.repeat(20)), /no program for a 32-bit board/],
  ['of another processor', with32(16, 0x00f30002), /no program for an Arm processor/],
  ['a table beyond the end', with32(28, 0xfffffff0), /ends in its program headers/],
  ['segments without a size', with32(40, 0x00000034), /program headers of 0 bytes/],
  ['too many segments', with32(44, 0xffff), /ends in its program headers/],
  ['contents beyond the end', with32(52 + 16, 0x10000), /cut off/],
  ['loaded into RAM', with32(52 + 12, 0x20000000), /0x20000000, which is not in the RP2040's flash/],
  ['beyond the flash', with32(52 + 12, 0x10ffffff), /not in the RP2040's flash/],
  ['nothing to load', with32(52, 0), /no contents/],
])('%s is refused', (_, file, message) => {
  expect(() => flashSegments(file, 'a.elf')).toThrow(message);
});
