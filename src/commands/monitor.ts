/** `kws-gen monitor`: shows what a board hears that already runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HelloEvent } from '../device/events.js';
import type { Problem } from '../diagnostics/errors.js';
import { frontendHash } from '../frontend/spec.js';
import { KWS_FILE } from '../project/files.js';
import type { LoadedProject } from '../project/resolve.js';
import type { Output } from '../terminal/output.js';
import { clipsOf, USUAL_RATE } from './clips.js';
import type { Command, CommandContext, Verdict } from './command.js';
import type { OptionValues } from './options.js';
import type { Stages } from './stages.js';
import { checkLabel, checkStreamOptions, STREAM_OPTIONS, stream } from './stream.js';
import { heardLabels, MODEL_OPTIONS, outputFolder, projectFolder, projectOf } from './target.js';

export const monitorCommand: Command = {
  name: 'monitor',
  summary: 'show what a board hears that already runs',
  description:
    'Opens the serial port of a board that runs kws-gen firmware and shows its inference results, as flash does. Warns where the board’s model or front end is not the project’s. A virtual board ends with it.',
  examples: ['kws-gen monitor', 'kws-gen monitor --port /dev/ttyACM0 --for 10s --json'],
  options: ['board', ...MODEL_OPTIONS, 'emulate', 'output', 'project', 'port', ...STREAM_OPTIONS],
  async run(options, context) {
    const { realStages } = await import('./real-stages.js');
    const ask = async () => (await import('../terminal/prompts.js')).terminalAsker(context.signal);
    return monitor(options, context, realStages(context.interactive ? ask : undefined));
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
  const clips = await clipsOf(options.play ?? [], context, stages, USUAL_RATE);
  const { board, port } = await boardOf(options, project);
  const running = await stages.find(board, port, outputFolder(options, directory));
  try {
    return await stream(
      running,
      {
        clips: clips.sources,
        clipsAt: clips.at,
        forMs: options.for,
        untilDetect: options.untilDetect,
        timeoutMs: options.timeout,
        check: (hello) => {
          if (project === undefined)
            checkLabel(
              options.untilDetect,
              hello.models.flatMap(({ labels }) => labels),
            );
          else warnOfDifferences(hello, project, out);
        },
      },
      context,
      stages,
    );
  } finally {
    await running.stop?.();
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

async function boardOf(options: OptionValues, project: LoadedProject | undefined) {
  const named = options.board ?? project?.board;
  if (named === undefined) return { board: undefined, port: options.port };
  const { findBoard, loadBoards, resolveTwin } = await import('../boards/index.js');
  const boards = loadBoards();
  const board = findBoard(named, boards);
  if (options.emulate === true) return { board: resolveTwin(board, boards), port: options.port };
  if (project === undefined) return { board, port: options.port };
  const { overridesFor } = await import('../project/overrides.js');
  return { board, port: options.port ?? overridesFor(project, board.id, boards).port };
}

/** What the board runs is told by its hello; that it is something else is told to the user, and no more. */
export function warnOfDifferences(hello: HelloEvent, project: LoadedProject, out: Output): void {
  for (const problem of firmwareDifferences(hello, project)) out.warn(problem);
}

/** Models and front end of a board that are not the project's. */
export function firmwareDifferences(hello: HelloEvent, project: LoadedProject): readonly Problem[] {
  const problems: Problem[] = [];
  const where = `${hello.board}, build ${hello.build}`;
  const next = 'kws-gen flash uploads the project’s firmware';
  for (const { name, model } of project.models) {
    const there = hello.models.find(({ m }) => m === name);
    if (there?.model === model.source.sha256) continue;
    problems.push({
      what:
        there === undefined
          ? `the board does not have the model ${name}`
          : `the board’s model ${name} is not the project’s`,
      where,
      why:
        there === undefined
          ? `it has ${hello.models.map(({ m }) => m).join(', ')}`
          : `it has ${there.model.slice(0, 12)}, the project ${model.source.sha256.slice(0, 12)}`,
      next,
    });
  }
  const expected = frontendHash(project.frontend);
  if (hello.frontend !== expected)
    problems.push({
      what: 'the board’s front end is not the project’s',
      where,
      why: `it has ${hello.frontend.slice(0, 12)}, the project ${expected.slice(0, 12)}`,
      next,
    });
  return problems;
}
