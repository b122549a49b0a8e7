/**
 * Board files → checked boards, and finding one by the name a user gives.
 *
 * The file name is the id. Every mistake of every file is reported at once. Folders are read in order: a
 * board of a later folder replaces the board of the same id, so that a project can bring its own.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { schemaProblems } from '../diagnostics/schema-problems.js';
import { HALS, halDefines } from './hal.js';
import { TFLM_LIBRARIES } from './tflm-libraries.js';
import { type Board, boardFileSchema, boardIdPattern, type ResolvedBoard } from './types.js';

/** Board id → board, sorted by id. */
export type Boards = ReadonlyMap<string, ResolvedBoard>;

/** The boards that come with the tool. */
export const BOARDS_FOLDER = fileURLToPath(new URL('../../boards', import.meta.url));

const SUFFIX = '.board.json';
const MOST_BYTES = 64 * 1024;
const MOST_FILES = 500;

/**
 * Reads all board files of the folders.
 * @throws inputError naming every mistake of every file
 */
export function loadBoards(folders: readonly string[] = [BOARDS_FOLDER]): Boards {
  const problems: Problem[] = [];
  const boards = new Map<string, Board>();
  for (const folder of folders)
    for (const name of boardFiles(folder, problems)) {
      const path = join(folder, name);
      const parsed = parseBoard(name.slice(0, -SUFFIX.length), readText(path), path);
      if (Array.isArray(parsed)) problems.push(...parsed);
      else boards.set(parsed.id, parsed);
    }
  problems.push(...crossChecks(boards));
  if (problems.length > 0) throw inputError(problems);
  return new Map([...boards].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, board]) => [id, resolve(board)]));
}

/**
 * The board of that id or alias.
 * @throws inputError that suggests the nearest name
 */
export function findBoard(idOrAlias: string, boards: Boards = loadBoards()): ResolvedBoard {
  const wanted = idOrAlias.trim();
  const found =
    boards.get(wanted) ??
    [...boards.values()].find(({ aliases }) => aliases.includes(wanted)) ??
    boards.get(wanted.toLowerCase());
  if (found !== undefined) return found;
  const names = [...boards.values()].flatMap(({ id, aliases }) => [id, ...aliases]);
  const suggestion = didYouMean(wanted, names);
  throw inputError({
    what: `there is no board "${wanted.slice(0, 80)}"`,
    next: suggestion.startsWith('known') ? `known are ${[...boards.keys()].join(', ')}` : suggestion,
  });
}

/** The board in the text of one file, or what is wrong with it. */
export function parseBoard(id: string, text: string | undefined, path: string): Board | Problem[] {
  if (text === undefined)
    return [{ where: path, what: 'this board file is too large', why: '64 KB at most' }];
  const problems: Problem[] = [];
  if (!boardIdPattern.test(id))
    problems.push({
      where: path,
      what: `"${id}" cannot be a board id`,
      why: 'an id has lower-case letters, digits and single hyphens',
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

function resolve(board: Board): ResolvedBoard {
  return {
    ...board,
    tflm: board.tflm === null ? null : TFLM_LIBRARIES[board.tflm],
    halSources: HALS[board.hal].sources,
    halDefines: halDefines(board),
  };
}

/** What one file alone cannot tell: names that clash, twins that are not there. */
function crossChecks(boards: ReadonlyMap<string, Board>): Problem[] {
  const problems: Problem[] = [];
  const owner = new Map([...boards.keys()].map((id) => [id, id]));
  for (const { id, aliases, twin } of boards.values()) {
    const where = `${id}${SUFFIX}`;
    for (const alias of aliases) {
      const other = owner.get(alias);
      if (other !== undefined)
        problems.push({
          where: `${where}, aliases`,
          what: `"${alias}" already names ${other}`,
          next: 'remove it from one of the two',
        });
      else owner.set(alias, id);
    }
    const machine = twin === null ? null : twin.board;
    if (machine !== null && boards.get(machine)?.kind !== 'virtual') {
      const virtual = [...boards.values()].filter(({ kind }) => kind === 'virtual').map((board) => board.id);
      problems.push({
        where: `${where}, twin.board`,
        what: `"${machine}" is no virtual board`,
        next: virtual.length === 0 ? 'use null' : didYouMean(machine, virtual),
      });
    }
  }
  return problems;
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

function readText(path: string): string | undefined {
  return statSync(path).size > MOST_BYTES ? undefined : readFileSync(path, 'utf8');
}
