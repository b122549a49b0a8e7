/**
 * Board files → checked boards, and finding one by the name a user gives.
 *
 * The file name is the id. Every mistake of every file is reported at once. A project brings boards of its own in a
 * folder beside `kws.json`; none of them may take the name of one that comes with the tool.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { readBoardFolder } from './board-files.js';
import { targetOf } from './cores.js';
import { HALS } from './hal.js';
import { halDefines } from './hal-defines.js';
import { TFLM_LIBRARIES } from './tflm-libraries.js';
import type { Board, ResolvedBoard } from './types.js';

/** Board id → board, sorted by id. */
export type Boards = ReadonlyMap<string, ResolvedBoard>;

/** The boards that come with the tool. */
export const BOARDS_FOLDER = fileURLToPath(new URL('../../boards', import.meta.url));

/** Name of the folder beside kws.json with the boards of a project. */
const OWN_BOARDS = 'boards';

/** A board and where it stands. */
interface Found {
  readonly board: Board;
  /** How messages call its file. */
  readonly where: string;
  /** Path of the file, where it is the user's own. */
  readonly file?: string;
}

/**
 * Reads all board files that come with the tool, and those of a folder of one's own.
 *
 * @param own folder with files `<id>.board.json`, such as `boards` beside kws.json
 * @param shipped takes the place of the tool's own folder
 * @throws inputError naming every mistake of every file, also an own board that is called like a shipped one
 */
export function loadBoards(own?: string, shipped: string = BOARDS_FOLDER): Boards {
  const problems: Problem[] = [];
  const found: Found[] = readBoardFolder(shipped, shipped, problems).map(({ board, name }) => ({
    board,
    where: name,
  }));
  // Files of one's own are called as they lie beside kws.json.
  if (own !== undefined)
    for (const { board, name } of readBoardFolder(own, basename(own), problems))
      found.push({ board, where: join(basename(own), name), file: join(own, name) });
  problems.push(...crossChecks(found));
  if (problems.length > 0) throw inputError(problems);
  const resolved = found.map(resolve);
  return new Map(resolved.sort((a, b) => (a.id < b.id ? -1 : 1)).map((board) => [board.id, board]));
}

/**
 * The boards that a project can name: the tool's, and its own where it has a folder of them.
 *
 * @param project folder of kws.json
 * @throws inputError as `loadBoards` does
 */
export function projectBoards(project: string): Boards {
  const own = join(project, OWN_BOARDS);
  return loadBoards(isFolder(own) && !isShipped(own) ? own : undefined);
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

function resolve({ board, file }: Found): ResolvedBoard {
  return {
    ...board,
    ...(file === undefined ? {} : { file }),
    target: targetOf(board),
    tflm: board.tflm === null ? null : TFLM_LIBRARIES[board.tflm],
    halSources: HALS[board.hal].sources,
    halDefines: halDefines(board),
  };
}

/** What one file alone cannot tell: names that clash, twins that are not there. */
function crossChecks(found: readonly Found[]): Problem[] {
  const boards = new Map(found.map(({ board }) => [board.id, board]));
  return [...clashes(found), ...found.flatMap((one) => twinProblem(one, boards))];
}

/** The tool's boards come first: of two that want a name it is the user's that has to give way. */
function clashes(found: readonly Found[]): Problem[] {
  const problems: Problem[] = [];
  const owner = new Map<string, Found>();
  const own = (one: Found) => one.file !== undefined;
  for (const some of [found.filter((one) => !own(one)), found.filter(own)]) {
    for (const one of some) {
      const { id } = one.board;
      const other = owner.get(id);
      if (other === undefined) owner.set(id, one);
      else
        problems.push({
          where: one.where,
          what:
            other.board.id === id
              ? `"${id}" is a board of kws-gen`
              : `"${id}" already names ${other.board.id}`,
          why: 'a board of your own is one more; for settings of a board there is, kws.json has "boards"',
          next: 'give the file another name',
        });
    }
    for (const one of some)
      for (const alias of one.board.aliases) {
        const other = owner.get(alias);
        if (other === undefined) owner.set(alias, one);
        else
          problems.push({
            where: `${one.where}, aliases`,
            what: `"${alias}" already names ${other.board.id}`,
            next: own(one) && !own(other) ? 'remove it' : 'remove it from one of the two',
          });
      }
  }
  return problems;
}

function twinProblem({ board: { twin }, where }: Found, boards: ReadonlyMap<string, Board>): Problem[] {
  return (['board', 'chip'] as const).flatMap((field): Problem[] => {
    const machine = twin?.[field];
    if (machine == null || boards.get(machine)?.kind === 'virtual') return [];
    const virtual = [...boards.values()].filter(({ kind }) => kind === 'virtual').map(({ id }) => id);
    const nothing = field === 'board' ? 'use null' : 'remove it';
    const next = virtual.length === 0 ? nothing : didYouMean(machine, virtual);
    return [{ where: `${where}, twin.${field}`, what: `"${machine}" is no virtual board`, next }];
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** In the tool's own folder the boards beside kws.json are the shipped ones. */
function isShipped(folder: string): boolean {
  return realpathSync(folder) === realpathSync(BOARDS_FOLDER);
}
