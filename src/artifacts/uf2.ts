/**
 * UF2: what bootloaders take that show themselves as a drive. https://github.com/microsoft/uf2
 *
 * Blocks of 512 bytes carry 256 bytes each, on addresses that are multiples of 256; the family keeps a bootloader from
 * taking a file for another chip.
 */
import { UF2_FAMILIES, type Uf2Family } from '../boards/flashing.js';
import { type Chunk, type Image, imageOf, refuserOf } from './image.js';

const MAGIC = 0x0a324655;
const MAGIC_AFTER = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const HAS_FAMILY = 0x2000;
const NOT_FOR_FLASH = 1;
const BLOCK = 512;
const PAYLOAD = 256;
const HEADER = 32;

/** Pages that an image only partly fills have zeros elsewhere. */
export function writeUf2(image: Image, family: Uf2Family): Uint8Array {
  const pages = new Map<number, Uint8Array>();
  for (const { address, bytes } of image)
    for (let at = 0; at < bytes.length; ) {
      const place = address + at;
      const offset = place % PAYLOAD;
      const page = pages.get(place - offset) ?? new Uint8Array(PAYLOAD);
      const piece = bytes.subarray(at, at + PAYLOAD - offset);
      page.set(piece, offset);
      pages.set(place - offset, page);
      at += piece.length;
    }
  const file = new Uint8Array(pages.size * BLOCK);
  const view = new DataView(file.buffer);
  [...pages].forEach(([address, page], index) => {
    const at = index * BLOCK;
    const words = [MAGIC, MAGIC_AFTER, HAS_FAMILY, address, PAYLOAD, index, pages.size, UF2_FAMILIES[family]];
    words.forEach((word, i) => {
      view.setUint32(at + 4 * i, word, true);
    });
    file.set(page, at + HEADER);
    view.setUint32(at + BLOCK - 4, MAGIC_END, true);
  });
  return file;
}

/** Whether bytes begin as a UF2 file does. */
export const isUf2 = (bytes: Uint8Array): boolean =>
  bytes.length >= BLOCK && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === MAGIC;

export interface Uf2File {
  readonly image: Image;
  /** Ids of the families that its blocks are for. */
  readonly families: readonly number[];
}

/**
 * @param where how messages call the file
 * @throws KwsError (exit code 2) for a file that is none, or cut off
 */
export function readUf2(bytes: Uint8Array, where: string): Uf2File {
  const refuse = refuserOf(where);
  if (bytes.length === 0 || bytes.length % BLOCK !== 0)
    throw refuse({ what: 'is no whole number of UF2 blocks', why: 'it was cut off' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  const families = new Set<number>();
  const count = bytes.length / BLOCK;
  for (let index = 0; index < count; index++) {
    const at = index * BLOCK;
    const word = (i: number) => view.getUint32(at + 4 * i, true);
    const size = word(4);
    const whole =
      word(0) === MAGIC && word(1) === MAGIC_AFTER && view.getUint32(at + BLOCK - 4, true) === MAGIC_END;
    if (!whole || size > BLOCK - HEADER - 4) throw refuse({ what: `block ${index} is no UF2 block` });
    if (word(5) !== index || word(6) !== count)
      throw refuse({ what: `block ${index} says it is number ${word(5)} of ${word(6)}; there are ${count}` });
    if ((word(2) & NOT_FOR_FLASH) !== 0) continue;
    if ((word(2) & HAS_FAMILY) !== 0) families.add(word(7));
    chunks.push({ address: word(3), bytes: bytes.subarray(at + HEADER, at + HEADER + size) });
  }
  return { image: imageOf(chunks, refuse), families: [...families] };
}
