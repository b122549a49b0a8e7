/** A board with the project's own settings for it (`boards` in kws.json). */
import { atBaud } from '../boards/hal-defines.js';
import { findBoard, halDefines, type ResolvedBoard } from '../boards/index.js';
import { USUAL_BAUD } from '../boards/line-rates.js';
import type { Boards } from '../boards/load.js';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import type { Model } from '../model/types.js';
import type { LoadedProject } from './resolve.js';
import type { BoardOverrides } from './schema.js';

/** A board's settings, and the name that they stand under. */
export interface BoardEntry {
  readonly entry: string;
  readonly overrides: BoardOverrides;
}

/**
 * The settings of kws.json for a board, whichever of its names they stand under.
 * @throws KwsError (exit code 2) where a name is no board, or one board has two entries
 */
export function overridesFor(
  project: Pick<LoadedProject<Model>, 'boards' | 'file'>,
  id: string,
  boards: Boards,
): BoardEntry {
  const problems: Problem[] = [];
  const found = new Map<string, BoardEntry>();
  for (const [name, overrides] of Object.entries(project.boards)) {
    const where = `${project.file}, boards[${JSON.stringify(name)}]`;
    try {
      const board = findBoard(name, boards).id;
      const before = found.get(board);
      if (before !== undefined)
        problems.push({
          what: `is the same board as ${JSON.stringify(before.entry)}`,
          where,
          next: 'keep one of the two',
        });
      found.set(board, { entry: name, overrides });
    } catch (error) {
      if (!(error instanceof KwsError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, where })));
    }
  }
  if (problems.length > 0) throw inputError(problems);
  return found.get(id) ?? { entry: id, overrides: {} };
}

/**
 * The project as a board runs it: its models at the hop that kws.json sets for the board.
 * @param named the board's id or alias; without one, and for a board that is not known, the project as it is
 */
export function projectOn<M extends Model>(
  project: LoadedProject<M>,
  named: string | undefined,
  boards: Boards,
): LoadedProject<M> {
  const board = [...boards.values()].find(({ id, aliases }) => id === named || aliases.includes(named ?? ''));
  if (board === undefined) return project;
  const { entry } = overridesFor(project, board.id, boards);
  const models = project.boardModels[entry];
  return models === undefined ? project : { ...project, models };
}

/** @throws KwsError (exit code 2) where a microphone is set that the board does not have */
export function applyOverrides(board: ResolvedBoard, overrides: BoardOverrides): ResolvedBoard {
  const { microphone: mic, platformio: pio } = overrides;
  checkMicrophone(board, overrides);
  const microphone =
    board.microphone === null || mic === undefined
      ? board.microphone
      : {
          ...board.microphone,
          pins: { ...board.microphone.pins, ...mic.pins },
          ...(mic.gain === undefined ? {} : { gain: mic.gain }),
          ...(mic.settleMs === undefined ? {} : { settleMs: mic.settleMs }),
        };
  const base = board.platformio;
  const platformio = {
    ...base,
    options: { ...base.options, ...pio?.options },
    buildFlags: [...base.buildFlags, ...(pio?.buildFlags ?? [])],
    buildUnflags: [...base.buildUnflags, ...(pio?.buildUnflags ?? [])],
    libDeps: [...base.libDeps, ...(pio?.libDeps ?? [])],
  };
  return { ...board, microphone, platformio, halDefines: halDefines({ ...board, microphone }) };
}

/** The board with a line as fast as that of the project's firmware: other programs that it speaks to open it at their rate. */
export function withLineOf(
  { serial }: Pick<LoadedProject<Model>, 'serial'>,
  board: ResolvedBoard,
  { monitorBaud }: BoardOverrides,
): ResolvedBoard {
  return atBaud(board, monitorBaud ?? (serial === undefined ? board.monitorBaud : USUAL_BAUD));
}

/** What is set must be there to be set: a misspelt pin would be a constant that nobody reads. */
function checkMicrophone(board: ResolvedBoard, { microphone: mic }: BoardOverrides): void {
  if (mic === undefined) return;
  const where = `kws.json, boards[${JSON.stringify(board.id)}].microphone`;
  if (board.microphone === null)
    throw inputError({ what: `${board.id} has no microphone to be set`, where, next: 'remove it' });
  const known = Object.keys(board.microphone.pins);
  const unknown = Object.keys(mic.pins ?? {}).filter((pin) => !known.includes(pin));
  if (unknown.length === 0) return;
  throw inputError(
    unknown.map((pin) => ({
      what: `there is no pin ${JSON.stringify(pin)} to be set`,
      where: `${where}.pins`,
      next: known.length === 0 ? `remove it: ${board.id}'s pins are its core's` : didYouMean(pin, known),
    })),
  );
}
