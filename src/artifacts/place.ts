/**
 * Whether an image lies in the flash that a board gives a program: one that does not would be written over a
 * bootloader, or nowhere.
 */
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { endOf, type Image } from './image.js';

const hex = (address: number): string => `0x${address.toString(16).padStart(8, '0')}`;

/** @throws KwsError (exit code 2) where a piece of it lies outside; boards that say no address take any */
export function checkPlace(
  image: Image,
  { id, flashAt, flashBytes }: Pick<ResolvedBoard, 'id' | 'flashAt' | 'flashBytes'>,
  where: string,
): void {
  if (flashAt === undefined) return;
  const start = Number(flashAt);
  const end = start + flashBytes;
  const outside = image.find((chunk) => chunk.address < start || endOf(chunk) > end);
  if (outside === undefined) return;
  throw inputError({
    what: `lies outside of the flash of ${id}`,
    where,
    why: `it has bytes at ${hex(outside.address)} to ${hex(endOf(outside) - 1)}, and a program may be at ${hex(start)} to ${hex(end - 1)}`,
    next: `kws-gen build --board ${id} writes one that fits`,
  });
}
