/** What a firmware file puts into a board's memory, and the error for one that cannot be read. */
import { inputError, type KwsError, type Problem } from '../diagnostics/errors.js';

/** Bytes that lie together. */
export interface Chunk {
  /** Of the first byte, 32 bits. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** By rising address, none empty, none over another. */
export type Image = readonly Chunk[];

/** Largest file that is read, and largest span that is written as one piece: the flash of the largest boards. */
export const MOST_BYTES = 64 * 1024 * 1024;

/** How messages of one file begin and end. */
export type Refuse = (problem: Omit<Problem, 'where'>) => KwsError;

export const refuserOf =
  (where: string): Refuse =>
  (problem) =>
    inputError({ next: 'build it again: kws-gen build', ...problem, where });

/**
 * Chunks in any order → an image: sorted, those that touch joined.
 * @throws KwsError (exit code 2) where two of them want the same address, or one goes past 32 bits
 */
export function imageOf(chunks: readonly Chunk[], refuse: Refuse): Image {
  const sorted = chunks.filter(({ bytes }) => bytes.length > 0).sort((a, b) => a.address - b.address);
  const runs: Chunk[][] = [];
  for (const chunk of sorted) {
    const last = runs.at(-1)?.at(-1);
    const end = last === undefined ? -1 : endOf(last);
    if (chunk.address < end)
      throw refuse({ what: `wants address ${hexText(chunk.address)} twice: two pieces overlap` });
    if (endOf(chunk) > 2 ** 32) throw refuse({ what: 'goes past the end of the address space' });
    if (chunk.address === end) runs.at(-1)!.push(chunk);
    else runs.push([chunk]);
  }
  return runs.map((run) => ({
    address: run[0]!.address,
    bytes: Buffer.concat(run.map(({ bytes }) => bytes)),
  }));
}

/** The address behind the last byte. */
export const endOf = ({ address, bytes }: Chunk): number => address + bytes.length;

const hexText = (address: number): string => `0x${address.toString(16).padStart(8, '0')}`;

/**
 * An image in one piece, gaps filled.
 * @throws KwsError (exit code 2) where it is empty, or so far apart that nothing flashes it as one
 */
export function joined(image: Image, fill: number, refuse: Refuse): Chunk {
  const [first] = image;
  if (first === undefined) throw refuse({ what: 'has nothing to flash' });
  const length = endOf(image.at(-1)!) - first.address;
  if (length > MOST_BYTES)
    throw refuse({
      what: `spans ${length} bytes, more than the ${MOST_BYTES} of the largest flash`,
      why: 'its pieces lie in different memories',
    });
  const bytes = new Uint8Array(length).fill(fill);
  for (const chunk of image) bytes.set(chunk.bytes, chunk.address - first.address);
  return { address: first.address, bytes };
}
