/** Checksums of FLAC frames (RFC 9639, 9.1.8 and 9.3): start 0, nothing reflected, nothing inverted. */

function table(width: 8 | 16, polynomial: number): Uint16Array {
  const mask = 2 ** width - 1;
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let value = byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value >> (width - 1)) & 1 ? polynomial : 0);
    return value & mask;
  });
}

const CRC8 = table(8, 0x07);
const CRC16 = table(16, 0x8005);

/** Of the bytes of a frame's header. */
export function crc8(bytes: Uint8Array, begin: number, end: number): number {
  let value = 0;
  for (let i = begin; i < end; i++) value = CRC8[value ^ bytes[i]!]!;
  return value;
}

/** Of all bytes of a frame before its last two. */
export function crc16(bytes: Uint8Array, begin: number, end: number): number {
  let value = 0;
  for (let i = begin; i < end; i++) value = ((value << 8) & 0xffff) ^ CRC16[(value >> 8) ^ bytes[i]!]!;
  return value;
}
