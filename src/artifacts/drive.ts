/**
 * Drives that UF2 bootloaders show themselves as: finding one, and copying a file to it.
 *
 * Every such drive has a file INFO_UF2.TXT that says which board it is.
 */
import { closeSync, constants, fsyncSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inputError, KwsError, toolError } from '../diagnostics/errors.js';
import { readBounded } from '../files/read-bounded.js';
import { printable } from '../text/text.js';

export interface Drive {
  readonly folder: string;
  /** What it says which board it is. */
  readonly boardId: string;
}

const INFO = 'INFO_UF2.TXT';
const MOST_INFO = 64 * 1024;

/** Folders that systems mount drives in; the second number: of users' own folders in them. */
export function mountPoints(platform: NodeJS.Platform = process.platform): readonly string[] {
  if (platform === 'win32') return [...'DEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`);
  if (platform === 'darwin') return below('/Volumes');
  const own = ['/media', '/run/media'].flatMap(below);
  return [...own, ...own.flatMap(below), ...below('/mnt')];
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The bootloader's drive in a folder; undefined where the folder is none. */
export async function driveAt(folder: string): Promise<Drive | undefined> {
  try {
    const text = Buffer.from(await readBounded(join(folder, INFO), MOST_INFO)).toString('latin1');
    const boardId = /^Board-ID:[ \t]*(\S[^\r\n]{0,100})/im.exec(text)?.[1] ?? '';
    return { folder, boardId: printable(boardId.trim()) };
  } catch (error) {
    if (error instanceof KwsError) return undefined;
    throw error;
  }
}

/** Drives of bootloaders among folders. */
export async function drivesAmong(folders: readonly string[]): Promise<readonly Drive[]> {
  const found = await Promise.all(folders.map(driveAt));
  return found.filter((drive) => drive !== undefined);
}

/** @throws KwsError (exit code 2) where the folder is no such drive, or another board's */
export async function namedDrive(folder: string, boardId: string): Promise<Drive> {
  const drive = await driveAt(folder);
  const where = `--drive ${folder}`;
  if (drive === undefined)
    throw inputError({
      what: `has no ${INFO}: it is no bootloader’s drive`,
      where,
      next: 'name the folder where it is mounted',
    });
  if (drive.boardId !== boardId)
    throw inputError({
      what: `is the drive of another board: ${drive.boardId || 'it does not say which'}`,
      where,
      why: `the board’s calls itself ${boardId}`,
      next: 'name its drive, or the board that this is with --board',
    });
  return drive;
}

/** The bootloader writes what comes and restarts with the last byte: the drive may be gone before its end is told. */
const GONE: ReadonlySet<string> = new Set([
  'EIO',
  'ENODEV',
  'ENXIO',
  'ENOENT',
  'ENOTCONN',
  'EBADF',
  'UNKNOWN',
]);

/** What pretends to be a drive may have a link or a pipe in the file's place: neither is written to. */
const NEW_FILE =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_TRUNC |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);

/** @throws KwsError (exit code 3) where the drive does not take all of it */
export function copyToDrive(bytes: Uint8Array, { folder }: Drive, name = 'FIRMWARE.UF2'): void {
  const path = join(folder, name);
  let written = 0;
  try {
    const file = openSync(path, NEW_FILE, 0o644);
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (written === bytes.length && GONE.has(code)) return;
    throw toolError(
      {
        what: `the drive took ${written} of ${bytes.length} bytes`,
        where: path,
        why: message,
        next: 'let the board show its drive again, and try once more',
      },
      { cause },
    );
  }
}
