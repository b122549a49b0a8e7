/** What of a program file (ELF, 32-bit Arm) lies where in an RP2040's flash. Files are untrusted. */
import { inputError } from '../diagnostics/errors.js';

/** Where the RP2040's flash is in its address space, and how much of it there can be. */
const FLASH_START = 0x10000000;
const FLASH_BYTES = 16 * 1024 * 1024;

/** Bytes and where they are loaded. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const LOAD = 1;
const HEADER = 52;
const ARM = 40;
const MOST_SEGMENTS = 64;

/**
 * The loadable segments at their physical addresses, in the order of the file. What is not of the flash is an error:
 * after a reset only that has contents.
 *
 * @throws inputError where this is no such file
 */
export function flashSegments(file: Uint8Array, name: string): readonly Segment[] {
  const wrong = (what: string) =>
    inputError({ what, where: name, next: 'build the firmware again (kws-gen build)' });
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = [0x7f, 0x45, 0x4c, 0x46, 1, 1];
  if (file.length < HEADER || magic.some((byte, i) => file[i] !== byte) || view.getUint16(18, true) !== ARM)
    throw wrong('this is no program for a 32-bit Arm processor');
  const [table, size, count] = [view.getUint32(28, true), view.getUint16(42, true), view.getUint16(44, true)];
  if (size < 32 || count > MOST_SEGMENTS || table + size * count > file.length)
    throw wrong('the program file is damaged: its table of segments is not in it');
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const at = table + size * i;
    const [type, offset, , address, bytes] = [0, 4, 8, 12, 16].map((field) =>
      view.getUint32(at + field, true),
    ) as [number, number, number, number, number];
    if (type !== LOAD || bytes === 0) continue;
    if (offset + bytes > file.length) throw wrong('the program file is cut off');
    if (address < FLASH_START || address + bytes > FLASH_START + FLASH_BYTES)
      throw wrong(
        `the program has contents at 0x${address.toString(16)}, which is not in the RP2040's flash`,
      );
    segments.push({ address, bytes: file.subarray(offset, offset + bytes) });
  }
  if (segments.length === 0) throw wrong('the program file has no contents');
  return segments;
}
