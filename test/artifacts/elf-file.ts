/** A small ELF file for a 32-bit board, byte by byte. */
export interface Section {
  readonly address: number;
  /** Where it is loaded from; the address itself unless told. */
  readonly loadedFrom?: number;
  readonly bytes: Uint8Array;
  /** 1: bytes; 8: none in the file. */
  readonly type?: number;
  /** 2: part of the program. */
  readonly flags?: number;
}

/** One segment per section that is part of the program; those without bytes have a length of their own. */
export function elfFile(sections: readonly Section[]): Uint8Array {
  const loaded = sections.filter(({ flags = 2 }) => (flags & 2) !== 0);
  const headers = 52 + 32 * loaded.length + 40 * sections.length;
  const file = Buffer.alloc(headers + sections.reduce((sum, { bytes }) => sum + bytes.length, 0));
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  file.writeUInt32LE(52, 28);
  file.writeUInt32LE(52 + 32 * loaded.length, 32);
  file.writeUInt16LE(32, 42);
  file.writeUInt16LE(loaded.length, 44);
  file.writeUInt16LE(40, 46);
  file.writeUInt16LE(sections.length, 48);
  let at = headers;
  for (const [i, section] of sections.entries()) {
    const { address, loadedFrom = address, bytes, type = 1, flags = 2 } = section;
    const header = 52 + 32 * loaded.length + 40 * i;
    words(file, header, [0, type, flags, address, at, bytes.length]);
    const segment = loaded.indexOf(section);
    const size = type === 8 ? 0 : bytes.length;
    if (segment >= 0) words(file, 52 + 32 * segment, [1, at, address, loadedFrom, size, bytes.length]);
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function words(file: Buffer, at: number, values: readonly number[]): void {
  for (const [i, value] of values.entries()) file.writeUInt32LE(value, at + 4 * i);
}
