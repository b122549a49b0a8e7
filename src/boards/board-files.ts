/**
 * A folder of board files → boards, and what is wrong with each file. Files are untrusted: they may be anything.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../diagnostics/errors.js';
import { schemaProblems } from '../diagnostics/schema-problems.js';
import { type Board, boardFileSchema, boardIdPattern } from './types.js';

const SUFFIX = '.board.json';
/** How the id of a twin ends, in hello lines and folders. */
export const TWIN_SUFFIX = '-twin';
/** The same of a twin on an emulated chip. */
export const CHIP_SUFFIX = `-chip${TWIN_SUFFIX}`;
const MOST_BYTES = 64 * 1024;
const MOST_FILES = 500;

/** A board and the name of its file. */
export interface BoardInFolder {
  readonly board: Board;
  readonly name: string;
}

/** @param shown how problems call the folder */
export function readBoardFolder(folder: string, shown: string, problems: Problem[]): BoardInFolder[] {
  const found: BoardInFolder[] = [];
  for (const name of boardFiles(folder, problems)) {
    const where = join(shown, name);
    const text = readText(join(folder, name));
    const parsed =
      typeof text === 'string'
        ? parseBoard(name.slice(0, -SUFFIX.length), text, where)
        : [{ where, ...text }];
    if (Array.isArray(parsed)) problems.push(...parsed);
    else found.push({ board: parsed, name });
  }
  return found;
}

/** The board in the text of one file, or what is wrong with it. */
export function parseBoard(id: string, text: string, path: string): Board | Problem[] {
  const problems: Problem[] = [];
  if (!boardIdPattern.test(id))
    problems.push({
      where: path,
      what: `"${id}" cannot be a board id`,
      why: 'an id has lower-case letters, digits and single hyphens',
      next: 'rename the file',
    });
  else if (id.endsWith(TWIN_SUFFIX))
    problems.push({
      where: path,
      what: `"${id}" cannot be a board id`,
      why: `ids that end in ${TWIN_SUFFIX} are those of twins`,
      next: 'rename the file',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return [...problems, { where: path, what: 'this is no JSON', why: (cause as Error).message }];
  }
  const result = boardFileSchema.safeParse(value);
  if (!result.success) return [...problems, ...schemaProblems(result.error, value, boardFileSchema, path)];
  if (problems.length > 0) return problems;
  const { $schema: _, ...data } = result.data;
  return { id, ...data };
}

function boardFiles(folder: string, problems: Problem[]): string[] {
  let names: string[];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
  } catch (cause) {
    problems.push({
      where: folder,
      what: 'this folder of boards cannot be read',
      why: (cause as Error).message,
    });
    return [];
  }
  if (names.length <= MOST_FILES) return names;
  problems.push({ where: folder, what: `more than ${MOST_FILES} board files in one folder` });
  return [];
}

/** What stands in a file, or why it cannot be taken. */
function readText(path: string): string | Problem {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) return { what: 'this is no file' };
    if (stats.size > MOST_BYTES) return { what: 'this board file is too large', why: '64 KB at most' };
    return readFileSync(path, 'utf8');
  } catch (cause) {
    return { what: 'this board file cannot be read', why: (cause as Error).message };
  }
}
