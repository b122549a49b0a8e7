/** An exported library on disk: a folder, or a zip as the Arduino IDE takes it. */
import { createHash } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import type { FirmwareFile } from '../emit/types.js';
import { type WriteReport, writeProject } from '../emit/write.js';
import { writeTogether } from '../files/write-together.js';
import type { ExportedFiles } from './export.js';

/** Of every entry: the same files give the same zip. */
const ZIP_TIME = new Date(1980, 0, 1);

/**
 * Writes the files to a folder that is new, empty or an earlier export's, whose other files go.
 *
 * @throws KwsError: exit code 2 for a folder that has something else in it, 3 where the disk refuses
 */
export function writeFolder(files: ExportedFiles, folder: string): WriteReport {
  const hash = createHash('sha256');
  for (const [path, content] of files) hash.update(`${path}\0${content.length}\0`).update(content);
  const contents = new Map([...files].map(([path, content]) => [path, fileOf(content)]));
  return writeProject({ files: contents, buildId: hash.digest('hex') }, folder);
}

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? strToU8(content) : content;

const fileOf = (content: string | Uint8Array): FirmwareFile =>
  typeof content === 'string' ? { kind: 'text', text: content } : { kind: 'bytes', bytes: content };

/**
 * Writes one zip.
 *
 * @param name of the folder inside
 * @throws KwsError (exit code 3) where the disk refuses
 */
export async function writeZip(files: ExportedFiles, path: string, name: string): Promise<void> {
  const entries = [...files].map(([inside, content]) => [`${name}/${inside}`, bytesOf(content)] as const);
  const zip = zipSync(Object.fromEntries(entries), { mtime: ZIP_TIME });
  await writeTogether(new Map([[path, zip]]), 'another place with --output');
}
