/**
 * A build → the files that are flashed by hand, in the formats its board takes.
 *
 * Owns: which file is made of what, what they are called, and how each is flashed. Leaves to others: the formats.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { uploadCommand } from '../boards/flashing.js';
import type { ArtifactKind, ResolvedBoard } from '../boards/types.js';
import { toolError } from '../diagnostics/errors.js';
import { readBounded } from '../files/read-bounded.js';
import { writeTogether } from '../files/write-together.js';
import { readElf } from './elf.js';
import { mergeEsp } from './esp.js';
import { writeHex } from './hex.js';
import { type Image, imageOf, joined, MOST_BYTES, refuserOf } from './image.js';
import { checkPlace } from './place.js';
import { writeUf2 } from './uf2.js';

/** A file that is flashed by hand. */
export interface ArtifactFile {
  readonly format: ArtifactKind['format'];
  readonly file: string;
  /** What flashes it: a command, or what to do. */
  readonly flash: string;
}

/** How the files of formats end. */
const ENDINGS: Readonly<Record<ArtifactKind['format'], string>> = {
  uf2: 'uf2',
  hex: 'hex',
  bin: 'bin',
  'merged-bin': 'bin',
};

/**
 * Writes what the board takes to a folder.
 *
 * @param program as the build left it (`.elf`); an ESP32's further pieces lie beside it
 * @param name of the project
 * @returns what was written, in the order of the board's file
 * @throws KwsError: exit code 2 for a program that cannot be read, 3 where pieces are missing or the disk refuses
 */
export async function writeArtifacts(
  board: Pick<ResolvedBoard, 'id' | 'artifacts' | 'upload' | 'flashAt' | 'flashBytes'>,
  program: string,
  folder: string,
  name: string,
): Promise<readonly ArtifactFile[]> {
  if (board.artifacts.length === 0) return [];
  const files = new Map<string, string | Uint8Array>();
  const made: ArtifactFile[] = [];
  for (const kind of board.artifacts) {
    const file = join(folder, `${fileName(name)}-${board.id}.${ENDINGS[kind.format]}`);
    files.set(file, await contentOf(kind, program, board));
    made.push({ format: kind.format, file, flash: flashText(kind, file, board.upload.help) });
  }
  await writeTogether(files, 'another folder with --output');
  return made;
}

const fileName = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60);

/** Of an ESP32 the program is not what the linker wrote, but what PlatformIO made of it. */
async function contentOf(
  kind: ArtifactKind,
  program: string,
  board: Pick<ResolvedBoard, 'id' | 'flashAt' | 'flashBytes'>,
): Promise<string | Uint8Array> {
  const beside = async (name: string): Promise<Uint8Array> => {
    const path = join(dirname(program), name);
    if (existsSync(path)) return readBounded(path, MOST_BYTES);
    throw toolError({
      what: 'the build has no such file',
      where: path,
      why: `a file in the format ${kind.format} is made of it`,
      next: 'remove the folder .pio in the firmware project and build again',
    });
  };
  const refuse = refuserOf(program);
  if (kind.format === 'merged-bin') {
    const [bootloader, partitions, application] = [
      await beside('bootloader.bin'),
      await beside('partitions.bin'),
      await beside('firmware.bin'),
    ];
    return mergeEsp({ bootloader, partitions, application, bootloaderAt: kind.bootloaderAt }, program);
  }
  const esp = kind.format === 'uf2' && kind.family.startsWith('esp32');
  // Such a bootloader counts from the begin of the application's partition.
  const image: Image = esp
    ? imageOf([{ address: 0, bytes: await beside('firmware.bin') }], refuse)
    : readElf(await readBounded(program, MOST_BYTES), program);
  if (!esp) checkPlace(image, board, program);
  if (kind.format === 'uf2') return writeUf2(image, kind.family);
  return kind.format === 'hex' ? writeHex(image) : joined(image, 0xff, refuse).bytes;
}

/** What a user does with the file, in one line. */
function flashText(kind: ArtifactKind, file: string, help: string | undefined): string {
  if (kind.format === 'uf2')
    return `copy it to the drive ${kind.drive}${help === undefined ? '' : ` (${help})`}`;
  return uploadCommand(kind.tool, { chip: kind.chip, port: 'PORT', file })
    .map((word) => (/[^\w./:=-]/.test(word) ? JSON.stringify(word) : word))
    .join(' ');
}
