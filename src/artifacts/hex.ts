/**
 * Intel HEX: "Hexadecimal Object File Format Specification", revision A. Records of 16 bytes, addresses of 32 bits.
 */
import { type Chunk, type Image, imageOf, MOST_BYTES, refuserOf } from './image.js';

const BYTES_PER_RECORD = 16;
const DATA = 0;
const END = 1;
/** Of 16 bits that come before the address of every record that follows. */
const UPPER = { 2: 4, 4: 16 } as const;
/** Where a program begins; flash tools do without it. */
const STARTS: ReadonlySet<number> = new Set([3, 5]);

/** Text with a line per record. */
export function writeHex(image: Image): string {
  const lines: string[] = [];
  let upper = 0;
  for (const { address, bytes } of image)
    for (let at = 0; at < bytes.length; ) {
      const place = address + at;
      if (place >>> 16 !== upper) {
        upper = place >>> 16;
        lines.push(record(4, 0, Uint8Array.of(upper >> 8, upper & 255)));
      }
      // No record reaches over the end of 64 KB, within which its address counts.
      const length = Math.min(BYTES_PER_RECORD, bytes.length - at, 0x10000 - (place & 0xffff));
      lines.push(record(DATA, place & 0xffff, bytes.subarray(at, at + length)));
      at += length;
    }
  lines.push(record(END, 0, new Uint8Array()));
  return `${lines.join('\n')}\n`;
}

function record(type: number, address: number, data: Uint8Array): string {
  const bytes = [data.length, address >> 8, address & 255, type, ...data];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.from([...bytes, -sum & 255])
    .toString('hex')
    .toUpperCase()}`;
}

/**
 * @param where how messages call the file
 * @throws KwsError (exit code 2) for text that is none, or damaged
 */
export function readHex(bytes: Uint8Array, where: string): Image {
  const refuse = refuserOf(where);
  const chunks: Chunk[] = [];
  let upper = 0;
  let ended = false;
  let total = 0;
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').split('\n');
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '') continue;
    const wrong = (what: string) => refuse({ what: `line ${index + 1} ${what}` });
    if (ended) throw wrong('comes after the end');
    if (!/^:(?:[0-9A-Fa-f]{2}){5,260}$/.test(text)) throw wrong('is no record of Intel HEX');
    const data = Buffer.from(text.slice(1), 'hex');
    if (data[0] !== data.length - 5) throw wrong('has another length than it says');
    if ((data.reduce((sum, byte) => sum + byte, 0) & 255) !== 0)
      throw wrong('is damaged: its checksum is wrong');
    const type = data[3]!;
    if (type === DATA) {
      total += data[0];
      if (total > MOST_BYTES) throw refuse({ what: 'has more bytes than the largest flash' });
      chunks.push({ address: upper + data.readUInt16BE(1), bytes: data.subarray(4, -1) });
    } else if (type === 2 || type === 4) {
      if (data[0] !== 2) throw wrong('has another length than its type');
      upper = data.readUInt16BE(4) * 2 ** UPPER[type];
    } else if (type === END) ended = true;
    else if (!STARTS.has(type)) throw wrong(`has the unknown type ${type}`);
  }
  if (!ended) throw refuse({ what: 'ends before its last record', why: 'it was cut off' });
  return imageOf(chunks, refuse);
}
