/**
 * Boards for `evaluate`: the one that already runs on a port, or those that are flashed for it.
 *
 * Owns: which of the two, that the firmware is the project's, and the end of every board. Leaves to others:
 * playing and comparing (`evaluate/device/`), building (`upload.ts`).
 */
import { availableParallelism } from 'node:os';
import { findBoard, loadBoards } from '../boards/index.js';
import { type BoardNumbers, boardNumbers } from '../boards/numbers.js';
import type { HelloEvent } from '../device/events.js';
import { inputError, KwsError, type Problem, toolError } from '../diagnostics/errors.js';
import type { Device } from '../evaluate/device/player.js';
import type { LoadedProject } from '../project/resolve.js';
import { isVirtual } from './board-ports.js';
import type { CommandContext } from './command.js';
import type { Place } from './evaluate-context.js';
import { firmwareDifferences } from './monitor.js';
import type { OptionValues } from './options.js';
import type { Running, Stages, Target } from './stages.js';
import { outputFolder, targetFor } from './target.js';
import { buildAndUpload, checkBuild, isBuild } from './upload.js';

export interface Boards {
  readonly devices: readonly Device[];
  readonly numbers: BoardNumbers;
  /** Sessions closed, virtual boards ended. */
  stop(): Promise<void>;
}

/**
 * @param bytes of samples, about: many are worth a second virtual board
 * @throws KwsError (exit code 2 or 3) as `flash` does, and where the board runs something else than the project
 */
export async function openBoards(
  place: Exclude<Place, 'host'>,
  project: LoadedProject,
  options: OptionValues,
  context: CommandContext,
  stages: Stages,
  bytes: number,
): Promise<Boards> {
  const ends: (() => Promise<void> | undefined)[] = [];
  const stop = async () => {
    // One that cannot be ended keeps none of the others.
    const ended = await Promise.allSettled(
      ends
        .splice(0)
        .reverse()
        .map((end) => end()),
    );
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  };
  const open = async (running: Running): Promise<Device> => {
    ends.push(() => running.stop?.());
    const session = await stages.open(running, context.signal);
    ends.push(() => session.close());
    const hello = await session.hello();
    const { link } = running;
    return { session, hello, ...(link === undefined ? {} : { link }) };
  };
  try {
    if (place === 'running board')
      return { ...(await runningBoard(project, options, context, stages, open)), stop };
    return { ...(await flashedBoards(project, options, context, stages, open, bytes)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Open = (running: Running) => Promise<Device>;

async function flashedBoards(
  project: LoadedProject,
  options: OptionValues,
  context: CommandContext,
  stages: Stages,
  open: Open,
  bytes: number,
): Promise<Omit<Boards, 'stop'>> {
  const { directory, out, signal } = context;
  const target = await targetFor(project, options, directory);
  const numbers = numbersOf(target);
  const folder = outputFolder(options, directory);
  const { firmware, running } = await buildAndUpload(target, folder, context, stages, () => {});
  const devices = [await open(running)];
  const progress = { signal, progress: (text: string) => out.status(text) };
  for (let another = 1; another < boardsFor(target, bytes); another++)
    devices.push(await open(await stages.upload(target, folder, progress, another)));
  for (const { hello } of devices) checkBuild(hello, firmware);
  return { devices, numbers };
}

/** Bytes of samples from which a second virtual board pays for its start: 2 minutes. */
const WORTH_ANOTHER = 4_000_000;

/** QEMU takes one core per board, and is what takes longest. */
function boardsFor({ board }: Target, bytes: number): number {
  return isVirtual(board) && bytes > WORTH_ANOTHER ? Math.min(2, availableParallelism()) : 1;
}

async function runningBoard(
  project: LoadedProject,
  options: OptionValues,
  { directory, out }: CommandContext,
  stages: Stages,
  open: Open,
): Promise<Omit<Boards, 'stop'>> {
  const boards = loadBoards();
  const id = options.board ?? project.board;
  const named = id === undefined ? undefined : findBoard(id, boards);
  const device = await open(await stages.find(named, options.port, outputFolder(options, directory)));
  const { hello, session } = device;
  const where = `${hello.board} on ${session.path}`;
  const problems = [...firmwareDifferences(hello, project), ...otherModels(hello, project)];
  if (problems.length > 0) throw notTheProject(problems.map((problem) => ({ ...problem, where })));
  const twin = hello.board.endsWith('-twin');
  const board = boards.get(twin ? hello.board.slice(0, -'-twin'.length) : hello.board);
  if (board === undefined)
    throw toolError({ what: 'this kws-gen does not know the board', where, next: FLASH });
  if (options.board !== undefined && named?.id !== board.id)
    throw inputError({
      what: `the board is no ${named?.id}`,
      where,
      next: 'name another port, or leave --board out',
    });
  const target = await targetFor(
    project,
    { board: board.id, emulate: twin, runtime: hello.runtime },
    directory,
  );
  const numbers = numbersOf(target);
  if (hello.rate !== numbers.captureRate)
    throw notTheProject([
      {
        what: `the board hears at ${hello.rate} Hz, the project’s firmware would at ${numbers.captureRate} Hz`,
        where,
      },
    ]);
  // A library of one's own is part of the build with TensorFlow Lite Micro, and not known here.
  if (hello.runtime === 'aot' && !isBuild(hello, (await stages.render(target)).buildId))
    out.warn({
      what: 'the board’s firmware is not the one this project makes now',
      where,
      why: 'its models and its front end are the same; detectors may be set otherwise',
      next: FLASH,
    });
  return { devices: [device], numbers };
}

const FLASH = 'kws-gen flash uploads the project’s firmware; evaluate --on-device does so itself';

function notTheProject(problems: readonly Problem[]): KwsError {
  return new KwsError(
    problems.map((problem) => ({ ...problem, next: FLASH })),
    3,
  );
}

/** What a hello says of models beside their hashes. */
function otherModels(hello: HelloEvent, project: LoadedProject): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { m, hop, gate, labels } of hello.models) {
    const own = project.models.find(({ name }) => name === m);
    if (own === undefined) problems.push({ what: `the board has a model ${m} that the project has not` });
    else if (own.hop !== hop)
      problems.push({ what: `the board runs ${m} every ${hop} steps, the project every ${own.hop}` });
    else if (gate !== (project.gate === m))
      problems.push({
        what: `${m} is ${gate ? 'a' : 'no'} gate on the board, and ${gate ? 'none' : 'one'} in the project`,
      });
    else if (labels.join('\n') !== own.labels.join('\n'))
      problems.push({
        what: `labels of ${m} are ${labels.join(', ')} on the board, ${own.labels.join(', ')} in the project`,
      });
  }
  return problems;
}

function numbersOf({ board, project: { frontend } }: Target): BoardNumbers {
  if (frontend.kind !== 'none') return boardNumbers(board, frontend);
  throw inputError({
    what: 'the project has no front end, so audio cannot be played to it',
    where: 'kws.json, frontend',
    next: "choose a front end (see 'kws-gen init --help') or push inputs to a device instead",
  });
}
