/**
 * A program as a linker wrote it → what of it goes into flash.
 *
 * As `objcopy` reads it: every section that takes part in the program and has bytes, at the address it is loaded
 * from, which its segment tells. Debug information and the like stay out.
 */
import { readElfTables } from '../files/elf.js';
import { type Image, imageOf, refuserOf } from './image.js';

const SECTION_WITHOUT_BYTES = 8;
const SECTION_ALLOCATED = 2;

/**
 * @param where how messages call the file
 * @throws KwsError (exit code 2) for a file that is no 32-bit ELF, is cut off, or contradicts itself
 */
export function readElf(bytes: Uint8Array, where: string): Image {
  const refuse = refuserOf(where);
  const { segments, sections } = readElfTables(bytes, (what) => refuse({ what }));
  const loaded = sections.filter(
    ({ type, flags, size }) =>
      (flags & SECTION_ALLOCATED) !== 0 && type !== SECTION_WITHOUT_BYTES && type !== 0 && size > 0,
  );
  const chunks = loaded.flatMap(({ offset, size }) => {
    if (offset + size > bytes.length) throw refuse({ what: 'ends in its sections' });
    const segment = segments.find((one) => offset >= one.offset && offset + size <= one.offset + one.size);
    if (segment === undefined) return [];
    return [
      { address: segment.physical + offset - segment.offset, bytes: bytes.subarray(offset, offset + size) },
    ];
  });
  return imageOf(chunks, refuse);
}
