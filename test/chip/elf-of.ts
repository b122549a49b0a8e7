import type { Segment } from '../../src/chip/flash-segments.js';

/** A program file with these segments. */
export function elfOf(segments: readonly Segment[]): Uint8Array {
  const contents = 52 + 32 * segments.length;
  const file = new Uint8Array(contents + segments.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 40, true);
  view.setUint32(28, 52, true);
  view.setUint16(42, 32, true);
  view.setUint16(44, segments.length, true);
  let offset = contents;
  segments.forEach(({ address, bytes }, i) => {
    // Kind, offset, virtual and physical address, bytes in the file and in memory.
    [1, offset, address, address, bytes.length, bytes.length].forEach((value, field) => {
      view.setUint32(52 + 32 * i + 4 * field, value, true);
    });
    file.set(bytes, offset);
    offset += bytes.length;
  });
  return file;
}
