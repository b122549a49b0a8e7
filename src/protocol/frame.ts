/**
 * Binary frames, host to device (docs/protocol.md): how bytes are pushed to a board.
 *
 * Owns: the frame's layout and its CRC. Leaves to others: when a frame may be sent (`frame-sender.ts`). The
 * device's side is templates/lib/kws_protocol.
 */

const FRAME_START = 0x02;
/** Most bytes a frame carries. */
export const MAX_PAYLOAD = 512;
/** Start, sequence number, length (2), CRC (2). */
export const FRAME_OVERHEAD = 6;

/** Brings the device's parser to the start of a line, whatever was sent before: line ends for a whole frame. */
export const RESYNCHRONISE = '\n'.repeat(MAX_PAYLOAD + FRAME_OVERHEAD + 2);

/**
 * CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xffff, not reflected, no final xor (0x29b1 over
 * "123456789").
 */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}

/** One frame. `sequence` is taken modulo 256; `payload` has 1 to 512 bytes (RangeError otherwise). */
export function encodeFrame(sequence: number, payload: Uint8Array): Uint8Array {
  const length = payload.length;
  if (length < 1 || length > MAX_PAYLOAD)
    throw new RangeError(`a frame carries 1 to 512 bytes, not ${length}`);
  const frame = new Uint8Array(length + FRAME_OVERHEAD);
  frame[0] = FRAME_START;
  frame[1] = sequence & 0xff;
  frame[2] = length & 0xff;
  frame[3] = length >> 8;
  frame.set(payload, 4);
  const crc = crc16(frame.subarray(1, 4 + length));
  frame[4 + length] = crc & 0xff;
  frame[5 + length] = crc >> 8;
  return frame;
}
