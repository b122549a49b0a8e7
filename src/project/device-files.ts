/**
 * The project's own code for the device: the folder `device/` beside kws.json.
 *
 * Owns: which of its files are compiled, and what is said where they cannot be. A project may come from a
 * stranger: nothing outside of the folder is taken. Leaves to others: what the code says.
 */
import { lstat, readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { listFolder } from '../files/list-folder.js';
import type { DeviceFile } from './types.js';

/** Name of the folder. */
export const DEVICE_FOLDER = 'device';

const CODE = new Set(['.c', '.cc', '.cpp', '.cxx', '.h', '.hpp', '.hh', '.inc']);
const SKETCH = '.ino';
const MOST_FILES = 500;
const MOST_BYTES = 4 * 1024 * 1024;
const HEADER = 'kws_device.h';
/** What the firmware calls; without the header a C++ compiler takes them for other functions. */
const HOOK = /\bkws_(?:on_detection|user_setup|user_loop)\b/;

/**
 * The files of `device/` that the firmware is compiled with, in the order of their paths; none where there is no
 * such folder. Files that are no C or C++ stay where they are.
 *
 * @param directory folder of kws.json
 * @throws KwsError (exit code 2) for links, sketches, hooks that would never be called, and more than 4 MiB
 */
export async function findDeviceFiles(directory: string): Promise<readonly DeviceFile[]> {
  const folder = join(directory, DEVICE_FOLDER);
  const status = await lstat(folder).catch(() => undefined);
  if (status === undefined) return [];
  if (!status.isDirectory())
    throw inputError({
      what: status.isSymbolicLink() ? 'this is a link' : 'this is no folder',
      where: folder,
      why: 'it is the name of the folder for code of your own that runs on the device',
      next: 'give it another name, or put the folder itself there',
    });
  const problems: Problem[] = [];
  const files: DeviceFile[] = [];
  let bytes = 0;
  for (const name of await listFolder(folder)) {
    const kind = extname(name).toLowerCase();
    if (kind === SKETCH)
      problems.push({
        what: 'sketches are not compiled',
        where: join(DEVICE_FOLDER, name),
        next: 'name it .cpp, and begin it with #include <Arduino.h>',
      });
    if (!CODE.has(kind)) continue;
    const from = join(folder, name);
    const path = name.split(sep).join('/');
    const problem = await problemOf(from, path, MOST_BYTES - bytes);
    if (problem !== undefined) problems.push({ ...problem, where: join(DEVICE_FOLDER, name) });
    else bytes += (await lstat(from)).size;
    files.push({ path, from });
  }
  if (files.length > MOST_FILES)
    problems.push({
      what: `${files.length} files of code, and ${MOST_FILES} are the most`,
      where: DEVICE_FOLDER,
      next: 'give whole libraries as boards.….platformio.libDeps in kws.json',
    });
  if (problems.length > 0) throw inputError(problems.slice(0, 20));
  return files;
}

async function problemOf(
  from: string,
  path: string,
  room: number,
): Promise<Omit<Problem, 'where'> | undefined> {
  const status = await lstat(from);
  if (!status.isFile())
    return {
      what: status.isSymbolicLink() ? 'this is a link' : 'this is no file',
      why: 'nothing outside of the folder is compiled',
      next: 'put the file itself there',
    };
  if (!/^[\w./+ -]+$/.test(path))
    return {
      what: 'its name has characters that compilers and build tools read in their own way',
      next: 'name it with letters, digits, _ and -',
    };
  if (status.size > room)
    return {
      what: 'with it the code is larger than 4 MiB',
      next: 'remove what is no code, or give whole libraries as boards.….platformio.libDeps in kws.json',
    };
  const text = await readFile(from, 'latin1');
  if (HOOK.test(text) && !text.includes(HEADER) && /\.(?:cc|cpp|cxx)$/i.test(path))
    return {
      what: `it has ${HOOK.exec(text)![0]} and does not include ${HEADER}`,
      why: 'C++ would take it for another function, which nobody calls',
      next: `begin it with #include <${HEADER}>`,
    };
  return undefined;
}
