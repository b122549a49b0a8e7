/** `kws-gen monitor`: shows what a board hears that already runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Boards } from '../boards/index.js';
import { KWS_FILE } from '../project/files.js';
import type { LoadedProject } from '../project/resolve.js';
import type { HelloEvent } from '../protocol/events.js';
import { firmwareDifferences } from '../targets/same-firmware.js';
import type { Stages } from '../targets/stages.js';
import type { Output } from '../terminal/output.js';
import { aroundOf, clipsOf, USUAL_RATE } from './support/clips.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import {
  boardsOf,
  cutoffsOf,
  heardLabels,
  MODEL_OPTIONS,
  outputFolder,
  projectFolder,
  projectOf,
} from './support/project-options.js';
import { stagesOf } from './support/stages.js';
import { checkLabel, checkStreamOptions, STREAM_OPTIONS, stream } from './support/stream.js';

export const monitorCommand: Command = {
  name: 'monitor',
  summary: 'show what a board hears that already runs',
  description:
    'Opens the serial port of a board that runs kws-gen firmware and shows its inference results, as flash does. Warns where the board’s model or front end is not the project’s. A virtual board ends with it.',
  examples: ['kws-gen monitor', 'kws-gen monitor --port /dev/ttyACM0 --for 10s --json'],
  options: ['board', ...MODEL_OPTIONS, 'emulate', 'output', 'project', 'port', ...STREAM_OPTIONS],
  async run(options, context) {
    return monitor(options, context, await stagesOf(options, context));
  },
};

export async function monitor(
  options: OptionValues,
  context: CommandContext,
  stages: Pick<Stages, 'find' | 'open' | 'clip'>,
): Promise<Verdict> {
  checkStreamOptions(options);
  const { out, directory } = context;
  const project = await projectIfAny(options, context);
  if (project !== undefined) checkLabel(options.untilDetect, heardLabels(project));
  const around = await aroundOf(options, project);
  const clips = await clipsOf(options.play ?? [], context, stages, USUAL_RATE, around);
  const { samplesToFirstScore } = await import('../evaluate/first-score.js');
  const boards = await boardsOf(options, directory);
  const { board, port } = await boardOf(options, project, boards);
  const { openBoard } = await import('../targets/boards.js');
  const folder = outputFolder(options, directory);
  const open = await openBoard({ board, port, folder, boards, signal: context.signal }, stages);
  try {
    const { hello } = open.device;
    if (project !== undefined) warnOfDifferences(hello, project, out);
    else {
      const labels = hello.models.flatMap((model) => model.labels);
      checkLabel(options.untilDetect, labels);
    }
    return await stream(
      open.device,
      {
        clips: clips.sources,
        clipsAt: clips.at,
        forMs: options.for,
        untilDetect: options.untilDetect,
        timeoutMs: options.timeout,
        ...(project === undefined
          ? {}
          : {
              cutoffs: cutoffsOf(project),
              leastSamples: (rate: number) => samplesToFirstScore(project, rate),
            }),
      },
      context,
    );
  } finally {
    await open.stop();
  }
}

/** A board can be watched without its project. */
async function projectIfAny(
  options: OptionValues,
  context: CommandContext,
): Promise<LoadedProject | undefined> {
  const there =
    options.model !== undefined || existsSync(join(projectFolder(options, context.directory), KWS_FILE));
  return there || options.project !== undefined ? projectOf(options, context) : undefined;
}

async function boardOf(options: OptionValues, project: LoadedProject | undefined, boards: Boards) {
  const named = options.board ?? project?.board;
  if (named === undefined) return { board: undefined, port: options.port };
  const { findBoard, resolveTwin } = await import('../boards/index.js');
  const board = findBoard(named, boards);
  if (options.emulate === true) return { board: resolveTwin(board, boards), port: options.port };
  if (project === undefined) return { board, port: options.port };
  const { overridesFor } = await import('../project/overrides.js');
  return { board, port: options.port ?? overridesFor(project, board.id, boards).overrides.port };
}

/** What the board runs is told by its hello; that it is something else is told to the user, and no more. */
function warnOfDifferences(hello: HelloEvent, project: LoadedProject, out: Output): void {
  for (const problem of firmwareDifferences(hello, project)) out.warn(problem);
}
