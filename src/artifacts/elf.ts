/**
 * Programs as linkers write them (ELF, 32 bits, little-endian) → what of them goes into flash.
 *
 * As `objcopy` reads them: every section that takes part in the program and has bytes, at the address it is loaded
 * from, which its segment tells. Debug information and the like stay out.
 * "Tool Interface Standard: Executable and Linking Format", version 1.2.
 */
import { type Image, imageOf, refuserOf } from './image.js';

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const SECTION_WITHOUT_BYTES = 8;
const SECTION_ALLOCATED = 2;
const SEGMENT_LOADED = 1;

/** Whether bytes begin as an ELF file does. */
export const isElf = (bytes: Uint8Array): boolean => MAGIC.every((byte, at) => bytes[at] === byte);

/**
 * @param where how messages call the file
 * @throws KwsError (exit code 2) for a file that is no 32-bit ELF, is cut off, or contradicts itself
 */
export function readElf(bytes: Uint8Array, where: string): Image {
  const refuse = refuserOf(where);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inside = (at: number, length: number, what: string): void => {
    if (at + length > bytes.length) throw refuse({ what: `ends in its ${what}` });
  };
  inside(0, 52, 'header');
  if (!isElf(bytes) || bytes[4] !== CLASS_32 || bytes[5] !== LITTLE_ENDIAN)
    throw refuse({ what: 'is no program for a 32-bit board (ELF)' });
  const word = (at: number) => view.getUint32(at, true);
  const half = (at: number) => view.getUint16(at, true);
  const table = (offsetAt: number, sizeAt: number, least: number, what: string): number[] => {
    const [offset, size, count] = [word(offsetAt), half(sizeAt), half(sizeAt + 2)];
    if (count > 0 && size < least) throw refuse({ what: `has ${what} of ${size} bytes` });
    inside(offset, size * count, what);
    return Array.from({ length: count }, (_, i) => offset + i * size);
  };
  const segments = table(28, 42, 32, 'program headers')
    .filter((at) => word(at) === SEGMENT_LOADED)
    .map((at) => ({ offset: word(at + 4), physical: word(at + 12), size: word(at + 16) }));
  const sections = table(32, 46, 40, 'section headers')
    .map((at) => ({
      type: word(at + 4),
      flags: word(at + 8),
      offset: word(at + 16),
      size: word(at + 20),
    }))
    .filter(({ type, flags, size }) => {
      const loaded = (flags & SECTION_ALLOCATED) !== 0 && type !== SECTION_WITHOUT_BYTES && type !== 0;
      return loaded && size > 0;
    });
  const chunks = sections.flatMap(({ offset, size }) => {
    inside(offset, size, 'sections');
    const segment = segments.find((one) => offset >= one.offset && offset + size <= one.offset + one.size);
    if (segment === undefined) return [];
    return [
      { address: segment.physical + offset - segment.offset, bytes: bytes.subarray(offset, offset + size) },
    ];
  });
  return imageOf(chunks, refuse);
}
