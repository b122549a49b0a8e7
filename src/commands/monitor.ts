/** `kws-gen monitor`: shows what a board hears that already runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Boards } from '../boards/index.js';
import { inputError } from '../diagnostics/errors.js';
import { KWS_FILE } from '../project/files.js';
import type { LoadedProject } from '../project/resolve.js';
import type { HelloEvent } from '../protocol/events.js';
import { firmwareDifferences } from '../targets/same-firmware.js';
import type { Stages } from '../targets/stages.js';
import type { Output } from '../terminal/output.js';
import { aroundOf, clipsOf, USUAL_RATE } from './support/clips.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import { LiveControl } from './support/live.js';
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
import { webRequest } from './support/web-pages.js';

export const monitorCommand: Command = {
  name: 'monitor',
  summary: 'show what a board hears that already runs',
  description:
    'Opens the serial port of a board that runs kws-gen firmware and shows its inference results, as flash does. Warns where the board’s model or front end is not the project’s. Cutoff, averaging window, refractory time and gain can be set while it runs, by keys on a terminal and with --set (all but the cutoff of firmware that was made with flash --live); they hold until the board restarts, --keep sets them again then, and --save writes them to kws.json. A virtual board ends with it.',
  examples: [
    'kws-gen monitor',
    'kws-gen monitor --port /dev/ttyACM0 --for 10s --json',
    'kws-gen monitor --set cutoff=0.95 --set refractory=1500ms --keep --save',
  ],
  options: [
    'board',
    ...MODEL_OPTIONS,
    'emulate',
    'output',
    'project',
    'port',
    ...STREAM_OPTIONS,
    'set',
    'keep',
    'save',
  ],
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
  checkSetOptions(options);
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
    const live = new LiveControl(open.device, project, options.keep === true);
    for (const wanted of options.set ?? []) await live.set(wanted);
    const save = () => saveLive(live, { hello, project, boards, options, context });
    const verdict = await stream(
      open.device,
      {
        clips: clips.sources,
        clipsAt: clips.at,
        aloud: options.aloud,
        forMs: options.for,
        untilDetect: options.untilDetect,
        timeoutMs: options.timeout,
        // Standard input is the terminal's, or the clip's.
        ...(options.play?.includes('-') === true ? {} : { live, save }),
        web: webRequest(options, directory),
        ...(project === undefined
          ? {}
          : {
              cutoffs: cutoffsOf(project),
              leastSamples: (rate: number) => samplesToFirstScore(project, rate),
            }),
      },
      context,
    );
    if (options.save === true) out.progress(await save());
    return verdict;
  } finally {
    await open.stop();
  }
}

function checkSetOptions({ set, keep, save, model }: OptionValues): void {
  if (keep === true && set === undefined)
    throw inputError({
      what: 'means nothing without --set',
      where: '--keep',
      next: 'give both, or leave it out',
    });
  if (save === true && model !== undefined)
    throw inputError({
      what: 'there is no kws.json to be written',
      where: '--save',
      next: 'make one with kws-gen init, or leave it out',
    });
}

interface Saving {
  readonly hello: HelloEvent;
  readonly project: LoadedProject | undefined;
  readonly boards: Boards;
  readonly options: OptionValues;
  readonly context: CommandContext;
}

/** The file is read again and edited as text, so that nothing else in it changes. */
async function saveLive(
  live: LiveControl,
  { hello, project, boards, options, context }: Saving,
): Promise<string> {
  if (project === undefined || options.model !== undefined)
    return 'there is no kws.json that it could be saved to';
  const { changes, savedText } = await import('./support/live-save.js');
  const changed = live.changed();
  if (changes(changed) === 0) return 'nothing was set, so kws.json stays as it is';
  const [{ overridesFor }, { LARGEST_KWS_FILE }, { readBounded }, { writeTogether }] = await Promise.all([
    import('../project/overrides.js'),
    import('../project/files.js'),
    import('../files/read-bounded.js'),
    import('../files/write-together.js'),
  ]);
  const path = join(projectFolder(options, context.directory), KWS_FILE);
  const bytes = await readBounded(path, LARGEST_KWS_FILE, KWS_FILE);
  // A byte order mark stays, too.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const { entry } = overridesFor(project, hello.board, boards);
  await writeTogether(new Map([[path, await savedText(text, changed, project, entry)]]));
  return `written to kws.json: ${changes(changed) === 1 ? '1 setting' : `${changes(changed)} settings`}; kws-gen flash makes firmware with it`;
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
  const { findBoard, resolveTwin, twinKindOf } = await import('../boards/index.js');
  const board = findBoard(named, boards);
  const twin = twinKindOf(options.emulate);
  if (twin !== undefined) return { board: resolveTwin(board, boards, twin), port: options.port };
  if (project === undefined) return { board, port: options.port };
  const { overridesFor, withLineOf } = await import('../project/overrides.js');
  const { overrides } = overridesFor(project, board.id, boards);
  return { board: withLineOf(project, board, overrides), port: options.port ?? overrides.port };
}

/** What the board runs is told by its hello; that it is something else is told to the user, and no more. */
function warnOfDifferences(hello: HelloEvent, project: LoadedProject, out: Output): void {
  for (const problem of firmwareDifferences(hello, project)) out.warn(problem);
}
