/**
 * Boards that run the project's firmware, open: those that are flashed for it, or the one that already runs.
 *
 * Owns: that the firmware is the project's, how many virtual boards there are, and the end of every board.
 * Leaves to others: the steps (`stages.ts`), playing (`player.ts`), comparing (`compare.ts`).
 */
import { type BoardNumbers, boardNumbers } from '../boards/board-arithmetic.js';
import { type Boards, findBoard, projectBoards, type ResolvedBoard, realBoard } from '../boards/index.js';
import { inputError, KwsError, type Problem, toolError } from '../diagnostics/errors.js';
import { overridesFor, projectOn, withLineOf } from '../project/overrides.js';
import type { LoadedProject } from '../project/resolve.js';
import { type Aim, aimAt } from './aim.js';
import { type Device, Endings, openDevice } from './open.js';
import { realStages } from './real-stages.js';
import { checkBuild, firmwareDifferences, isBuild, otherModels } from './same-firmware.js';
import type { Stages } from './stages.js';
import { buildAndUpload, type UploadOptions } from './upload.js';

export interface OpenBoards {
  /** At least one, all with the same firmware. */
  readonly devices: readonly Device[];
  /** The arithmetic and the rate that they compute with. */
  readonly numbers: BoardNumbers;
  /** Sessions closed, virtual boards ended. May be called twice. */
  stop(): Promise<void>;
}

/** A board that is open, whatever it is for. */
export interface OpenBoard {
  readonly device: Device;
  /** Its session closed, a virtual board ended. May be called twice. */
  stop(): Promise<void>;
  /** Its session closed; a virtual board goes on for others. */
  leave(): Promise<void>;
}

export interface StartOptions extends UploadOptions {
  /** Virtual boards; of real ones there is one. 1 unless told. */
  readonly count?: number;
}

/**
 * Builds the firmware, uploads it and opens the board, also of a project without a front end.
 * @throws KwsError (exit code 2 or 3) as the steps do; nothing is left running then
 */
export function startBoard(
  aim: Aim,
  options: UploadOptions,
  stages: Stages = realStages(),
): Promise<OpenBoard> {
  return opened(async (endings) => {
    const { signal = new AbortController().signal } = options;
    const { firmware, running } = await buildAndUpload(aim, options, stages);
    const device = await openDevice(running, endings, signal, stages);
    checkBuild(device.hello, firmware);
    return { device };
  });
}

/** A board that runs already, whatever its firmware is. */
export interface FoundOptions {
  /** Undefined: any board there is. */
  readonly board: ResolvedBoard | undefined;
  readonly port?: string | undefined;
  /** Folder of the firmware project, whose virtual boards are looked at. */
  readonly folder: string;
  readonly boards: Boards;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a board that runs already.
 * @throws KwsError (exit code 2 or 3) where none does, or it does not answer
 */
export function openBoard(
  { board, port, folder, boards, signal = new AbortController().signal }: FoundOptions,
  stages: Pick<Stages, 'find' | 'open'>,
): Promise<OpenBoard> {
  return opened(async (endings) => {
    const running = await stages.find(board, port, folder, boards);
    return { device: await openDevice(running, endings, signal, stages) };
  });
}

/**
 * Builds the firmware, uploads it and opens one board or several, to play audio to.
 * @throws KwsError (exit code 2 or 3) as the steps do; nothing is left running then
 */
export async function startBoards(
  aim: Aim,
  options: StartOptions,
  stages: Stages = realStages(),
): Promise<OpenBoards> {
  const numbers = numbersOf(aim);
  return opened(async (endings) => {
    const { folder, count = 1, another: first = 0, signal = new AbortController().signal } = options;
    const { firmware, running } = await buildAndUpload(aim, options, stages);
    const devices = [await openDevice(running, endings, signal, stages)];
    const boards = aim.board.kind === 'real' ? 1 : count;
    for (let another = first + 1; another < first + boards; another++) {
      const unlock = await stages.lock?.(folder, options);
      const next = await stages.upload(aim, folder, options, another).finally(unlock);
      devices.push(await openDevice(next, endings, signal, stages));
    }
    for (const { hello } of devices) checkBuild(hello, firmware);
    return { devices, numbers };
  });
}

/** With the line of the project's firmware. */
function boardOf(project: LoadedProject, id: string, boards: Boards): ResolvedBoard {
  const board = findBoard(id, boards);
  return withLineOf(project, board, overridesFor(project, board.id, boards).overrides);
}

export interface RunningOptions {
  /** Id or alias; the project's own unless told. */
  readonly board?: string | undefined;
  readonly port?: string | undefined;
  /** Folder of the firmware project, whose virtual boards are looked at. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** Those that come with the tool and those beside kws.json, unless told. */
  readonly boards?: Boards;
  /** Told of what is odd and no error. */
  readonly warn?: (problem: Problem) => void;
}

/**
 * Opens the board that already runs the project.
 * @throws KwsError (exit code 2 or 3) where none does, or it runs something else
 */
export async function openRunningBoard(
  project: LoadedProject,
  options: RunningOptions,
  stages: Stages = realStages(),
): Promise<OpenBoards> {
  const { board: wanted, port, folder, boards = projectBoards(project.directory), warn } = options;
  const signal = options.signal ?? new AbortController().signal;
  const id = wanted ?? project.board;
  const named = id === undefined ? undefined : boardOf(project, id, boards);
  return opened(async (endings) => {
    const found = await openBoard({ board: named, port, folder, boards, signal }, stages);
    endings.add(found.stop);
    const { device } = found;
    const { hello, session } = device;
    const where = `${hello.board} on ${session.path}`;
    const real = realBoard(hello.board);
    const board = boards.get(real.id);
    const own = projectOn(project, board?.id, boards);
    const problems = [...firmwareDifferences(hello, own), ...otherModels(hello, own)];
    if (problems.length > 0) throw notTheProject(problems.map((problem) => ({ ...problem, where })));
    if (board === undefined)
      throw toolError({ what: 'this kws-gen does not know the board', where, next: FLASH });
    if (wanted !== undefined && named?.id !== board.id)
      throw inputError({
        what: `the board is no ${named?.id}`,
        where,
        next: 'name another port, or leave --board out',
      });
    const aim = aimAt(project, {
      board: board.id,
      emulate: real.twin === 'core' ? true : (real.twin ?? false),
      runtime: hello.runtime,
      boards,
    });
    const numbers = numbersOf(aim);
    if (hello.rate !== numbers.captureRate)
      throw notTheProject([
        {
          what: `the board hears at ${hello.rate} Hz, the project’s firmware would at ${numbers.captureRate} Hz`,
          where,
        },
      ]);
    // A library of one's own is part of the build with TensorFlow Lite Micro, and not known here.
    if (hello.runtime === 'aot' && !isBuild(hello, (await stages.render(aim)).buildId))
      warn?.({
        what: 'the board’s firmware is not the one this project makes now',
        where,
        why: 'its models and its front end are the same; detectors may be set otherwise',
        next: FLASH,
      });
    return { devices: [device], numbers };
  });
}

/** What `open` opens, with its end; where it fails, everything it began is ended. */
async function opened<T>(
  open: (endings: Endings) => Promise<T>,
): Promise<T & Pick<OpenBoard, 'stop' | 'leave'>> {
  const endings = new Endings();
  try {
    return { ...(await open(endings)), stop: () => endings.all(), leave: () => endings.leave() };
  } catch (error) {
    await endings.all();
    throw error;
  }
}

const FLASH = 'kws-gen flash uploads the project’s firmware; evaluate --on-device does so itself';

function notTheProject(problems: readonly Problem[]): KwsError {
  return new KwsError(
    problems.map((problem) => ({ ...problem, next: FLASH })),
    3,
  );
}

function numbersOf({ board, project: { frontend } }: Aim): BoardNumbers {
  if (frontend.kind !== 'none') return boardNumbers(board, frontend);
  throw inputError({
    what: 'the project has no front end, so audio cannot be played to it',
    where: 'kws.json, frontend',
    next: "choose a front end (see 'kws-gen init --help') or push inputs to a device instead",
  });
}
