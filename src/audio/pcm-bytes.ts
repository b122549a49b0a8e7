/** 16-bit samples as the bytes that files, checksums and lines have them in. */
import { endianness } from 'node:os';

/** Little-endian; where the processor is that, too, a view and no copy. */
export function littleEndian(samples: Int16Array): Uint8Array {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap16();
}
