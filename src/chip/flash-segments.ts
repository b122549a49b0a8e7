/** What of a program file lies where in an RP2040's flash. Files are untrusted. */
import { isUf2, readUf2 } from '../artifacts/uf2.js';
import { inputError } from '../diagnostics/errors.js';
import { readElfTables } from '../files/elf.js';

/** Where the RP2040's flash is in its address space, and how much of it there can be. */
const FLASH_START = 0x10000000;
const FLASH_BYTES = 16 * 1024 * 1024;

/** Bytes and where they are loaded. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

const ARM = 40;

/**
 * The loadable segments of an ELF file at their physical addresses, or the blocks of a UF2 file, in the order of the file. What is not of the flash is an error:
 * after a reset only that has contents.
 *
 * @param name how messages call the file
 * @throws KwsError (exit code 2) for a file that is no UF2 and no 32-bit ELF of an Arm processor, is cut off, or wants other memory
 */
export function flashSegments(file: Uint8Array, name: string): readonly Segment[] {
  const refuse = (what: string) =>
    inputError({ what, where: name, next: 'build the firmware again (kws-gen build)' });
  if (isUf2(file)) return readUf2(file, name).image;
  const { machine, segments } = readElfTables(file, refuse);
  if (machine !== ARM) throw refuse('is no program for an Arm processor');
  const found = segments.filter(({ size }) => size > 0);
  for (const { offset, physical, size } of found) {
    if (offset + size > file.length) throw refuse('is cut off');
    if (physical < FLASH_START || physical + size > FLASH_START + FLASH_BYTES)
      throw refuse(`has contents at 0x${physical.toString(16)}, which is not in the RP2040's flash`);
  }
  if (found.length === 0) throw refuse('has no contents');
  return found.map(({ offset, physical, size }) => ({
    address: physical,
    bytes: file.subarray(offset, offset + size),
  }));
}
