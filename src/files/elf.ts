/**
 * Programs as linkers write them (ELF, 32 bits, little-endian): what the tables of such a file say. Files are untrusted.
 *
 * "Tool Interface Standard: Executable and Linking Format", version 1.2.
 */

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const SEGMENT_LOADED = 1;
/** Linkers write a handful. */
const MOST_SEGMENTS = 256;

/** What is loaded in one piece. */
interface ElfSegment {
  /** In the file. */
  readonly offset: number;
  /** Where it is loaded to: of what is copied before it is used, where it is copied from. */
  readonly physical: number;
  /** Bytes that the file has of it. */
  readonly size: number;
}

interface ElfSection {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
}

export interface ElfTables {
  /** The processor's number. */
  readonly machine: number;
  /** Those that are loaded, in the order of the file. */
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
}

/** Whether bytes begin as an ELF file does. */
export const isElf = (bytes: Uint8Array): boolean => MAGIC.every((byte, at) => bytes[at] === byte);

/**
 * @param refuse makes the error of what is wrong with the file
 * @throws what `refuse` makes, for a file that is no 32-bit ELF or ends in its tables; what they point at is not checked
 */
export function readElfTables(bytes: Uint8Array, refuse: (what: string) => Error): ElfTables {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inside = (at: number, length: number, what: string): void => {
    if (at + length > bytes.length) throw refuse(`ends in its ${what}`);
  };
  inside(0, 52, 'header');
  if (!isElf(bytes) || bytes[4] !== CLASS_32 || bytes[5] !== LITTLE_ENDIAN)
    throw refuse('is no program for a 32-bit board (ELF)');
  const word = (at: number) => view.getUint32(at, true);
  const half = (at: number) => view.getUint16(at, true);
  const table = (offsetAt: number, sizeAt: number, least: number, what: string): number[] => {
    const [offset, size, count] = [word(offsetAt), half(sizeAt), half(sizeAt + 2)];
    if (count > 0 && size < least) throw refuse(`has ${what} of ${size} bytes`);
    inside(offset, size * count, what);
    return Array.from({ length: count }, (_, i) => offset + i * size);
  };
  const loaded = table(28, 42, 32, 'program headers').filter((at) => word(at) === SEGMENT_LOADED);
  if (loaded.length > MOST_SEGMENTS) throw refuse(`has ${loaded.length} segments to load`);
  return {
    machine: half(18),
    segments: loaded.map((at) => ({
      offset: word(at + 4),
      physical: word(at + 12),
      size: word(at + 16),
    })),
    sections: table(32, 46, 40, 'section headers').map((at) => ({
      type: word(at + 4),
      flags: word(at + 8),
      offset: word(at + 16),
      size: word(at + 20),
    })),
  };
}
