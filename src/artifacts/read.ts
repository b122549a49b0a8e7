/**
 * A file that somebody wants to flash → what it is, and whether it belongs to a board and a project.
 *
 * Owns: telling formats apart, and finding the board's id and the build id in the program: firmware says both in its
 * hello, so every file of it has them. Leaves to others: the formats.
 */
import { extname } from 'node:path';
import { UF2_FAMILIES } from '../boards/flashing.js';
import type { ArtifactKind, ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { isElf } from '../files/elf.js';
import { readBounded } from '../files/read-bounded.js';
import { readElf } from './elf.js';
import { readHex } from './hex.js';
import { type Image, MOST_BYTES } from './image.js';
import { checkPlace } from './place.js';
import { isUf2, readUf2 } from './uf2.js';

export interface Artifact {
  readonly file: string;
  /** `program`: an ELF file, or a program of this computer. */
  readonly format: 'program' | 'uf2' | 'hex' | 'bin';
  /** The file as it is. */
  readonly bytes: Uint8Array;
  /** What of it goes into flash, piece after piece; of other formats than UF2 and HEX the file itself. */
  readonly content: Uint8Array;
  /** Where that goes, of UF2 and HEX files. */
  readonly image?: Image;
  /** Of a UF2 file. */
  readonly families: readonly number[];
}

/** @throws KwsError (exit code 2) for a file that cannot be read, or is damaged */
export async function readArtifact(file: string): Promise<Artifact> {
  const bytes = await readBounded(file, MOST_BYTES);
  const parts = (image: readonly { readonly bytes: Uint8Array }[]) =>
    Buffer.concat(image.map((chunk) => chunk.bytes));
  if (isUf2(bytes)) {
    const { image, families } = readUf2(bytes, file);
    return { file, format: 'uf2', bytes, content: parts(image), image, families };
  }
  const plain = { file, bytes, content: bytes, families: [] };
  if (isElf(bytes)) return { ...plain, format: 'program' };
  if (bytes[0] === 0x3a) {
    const image = readHex(bytes, file);
    return { ...plain, format: 'hex', content: parts(image), image };
  }
  if (extname(file).toLowerCase() === '.bin') return { ...plain, format: 'bin' };
  throw inputError({
    what: 'is no firmware that is known',
    where: file,
    next: 'name what kws-gen build wrote: .elf, .uf2, .hex or .bin',
  });
}

/**
 * How the board takes it; undefined for a program that a virtual board runs.
 * @throws KwsError (exit code 2) for a file that the board does not take, that lies outside of its flash, or that is
 *   damaged
 */
export function kindFor(artifact: Artifact, board: ResolvedBoard): ArtifactKind | undefined {
  const { format, file, families, image } = artifact;
  if (board.kind !== 'real') {
    if (format === 'program') {
      // One that was cut off is refused here: an emulator says nothing of it. The host's own are of another class.
      if (board.kind === 'virtual') readElf(artifact.bytes, file);
      return undefined;
    }
    throw inputError({
      what: `${board.id} runs no ${format} file`,
      where: file,
      next: 'name the program: firmware.elf, as the line "artifact" of kws-gen build --json tells',
    });
  }
  const takes = board.artifacts.map((kind) => kind.format);
  const kind = board.artifacts.find(
    (one) => one.format === format || (one.format === 'merged-bin' && format === 'bin'),
  );
  if (kind === undefined)
    throw inputError({
      what: `${board.id} is not flashed from ${format === 'program' ? 'an ELF' : `a ${format}`} file`,
      where: file,
      why: takes.length === 0 ? 'none of its formats is known here' : `it takes ${takes.join(' and ')}`,
      next:
        takes.length === 0
          ? 'kws-gen flash builds and uploads'
          : `kws-gen build --board ${board.id} writes them`,
    });
  if (kind.format === 'uf2' && !families.includes(UF2_FAMILIES[kind.family]))
    throw inputError({
      what: 'is for another chip',
      where: file,
      why: `a bootloader of ${board.id} takes only blocks of the family ${kind.family}`,
      next: `kws-gen build --board ${board.id} writes the right one`,
    });
  if (image !== undefined) checkPlace(image, board, file);
  return kind;
}

/** Build ids are written so long in firmware. */
const BUILD_DIGITS = 12;

/**
 * @param buildId of the project's firmware for that board, as it would be made now
 * @throws KwsError (exit code 2) where the file is of another board, project or build
 */
export function checkArtifact(
  { file, content }: Artifact,
  board: { readonly id: string },
  buildId: string,
): void {
  const build = buildId.slice(0, BUILD_DIGITS);
  const has = (text: string) => indexOf(content, `${text}\0`) >= 0;
  if (has(build) && has(board.id)) return;
  throw inputError({
    what: has(board.id) ? 'is not of this project as it is now' : `is no firmware of kws-gen for ${board.id}`,
    where: file,
    why: has(board.id)
      ? `the project’s build is ${build}, and that is not in the file`
      : 'the board’s name is not in it',
    next: 'name the board and the settings that it was built with, and use the same kws.json and version of kws-gen; or build it again: kws-gen build',
  });
}

function indexOf(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text, 0, 'latin1');
}
