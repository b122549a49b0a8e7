/** Options and kws.json → what firmware is made of and for which board. */
import { basename, dirname, resolve } from 'node:path';
import type { Boards } from '../../boards/load.js';
import type { ResolvedBoard } from '../../boards/types.js';
import { inputError } from '../../diagnostics/errors.js';
import { KWS_FILE } from '../../project/files.js';
import { type OpenerListener, openProjectModel } from '../../project/open-model.js';
import type { LoadedProject } from '../../project/resolve.js';
import type { Aim } from '../../targets/aim.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

/** What a model's own file does not say; kws.json says it otherwise. */
export const MODEL_OPTIONS = ['model', 'labels', 'frontend', 'gate', 'cutoff'] as const;

/** Options that say what and where, the same in every command that makes firmware. */
export const TARGET_OPTIONS = [
  'board',
  ...MODEL_OPTIONS,
  'runtime',
  'emulate',
  'tflmPath',
  'frameworkPath',
  'output',
  'project',
  'trust',
] as const;

/** Folder of kws.json; the file itself may be named, too. */
export function projectFolder({ project = '.' }: Pick<OptionValues, 'project'>, directory: string): string {
  const named = resolve(directory, project);
  return basename(named) === KWS_FILE ? dirname(named) : named;
}

/** The boards that can be named: the tool's, and those of the project's own in the folder `boards` beside kws.json. */
export async function boardsOf(options: Pick<OptionValues, 'project'>, directory: string): Promise<Boards> {
  const { projectBoards } = await import('../../boards/load.js');
  return projectBoards(projectFolder(options, directory));
}

/** What opening a model tells goes to the user. */
export function listenerOf(out: CommandContext['out']): OpenerListener {
  return {
    status: (text) => out.status(text),
    progress: (text) => out.progress(text),
    warn: (problem) => out.warn(problem),
  };
}

/** The project of kws.json, or one drafted from `--model`. */
export async function projectOf(
  options: OptionValues,
  { directory, out }: Pick<CommandContext, 'directory' | 'out'>,
): Promise<LoadedProject> {
  const openModel = openProjectModel(listenerOf(out));
  if (options.model === undefined) {
    refuseModelOptions(options);
    const { loadProject } = await import('../../project/load.js');
    return loadProject(projectFolder(options, directory), { openModel });
  }
  const [{ draftProject }, { resolveProject }] = await Promise.all([
    import('../../project/draft.js'),
    import('../../project/resolve.js'),
  ]);
  const path = resolve(directory, options.model);
  const { labels, frontend, cutoff } = options;
  const gate = options.gate === undefined ? undefined : resolve(directory, options.gate);
  const { kws, notes } = await draftProject(path, { openModel, labels, frontend, cutoff, gate });
  for (const note of notes) out.progress(note);
  return resolveProject(kws, { directory: dirname(path), openModel, file: options.model });
}

/** The same as the board runs it that is named or the project's own: what the host computes of it. */
export async function boardProjectOf(
  options: OptionValues,
  context: Pick<CommandContext, 'directory' | 'out'>,
): Promise<LoadedProject> {
  const project = await projectOf(options, context);
  const { projectOn } = await import('../../project/overrides.js');
  return projectOn(project, options.board ?? project.board, await boardsOf(options, context.directory));
}

/** A project has its own labels: what is said beside it would be passed over. */
export function refuseModelOptions(options: OptionValues): void {
  const given = MODEL_OPTIONS.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw inputError({
    what: 'means nothing without --model',
    where: `--${given}`,
    next: `set it in ${KWS_FILE}, or make that anew: kws-gen init MODEL --${given} … --force`,
  });
}

/** @throws KwsError (exit code 2) where no board is named, or it is not known */
export async function aimOf(
  options: OptionValues,
  context: Pick<CommandContext, 'directory' | 'out'>,
): Promise<Aim> {
  return aimFor(await projectOf(options, context), options, context.directory);
}

/** The same of a project that is loaded. */
export async function aimFor(project: LoadedProject, options: OptionValues, directory: string): Promise<Aim> {
  const { aimAt } = await import('../../targets/aim.js');
  const { board, runtime, port, tflmPath, frameworkPath } = options;
  // Firmware of our own has no vendor's core.
  const emulate = options.emulate === 'chip' && frameworkPath !== undefined ? 'firmware' : options.emulate;
  return aimAt(project, {
    boards: await boardsOf(options, directory),
    board,
    emulate,
    runtime,
    port,
    tflmPath: tflmPath === undefined ? undefined : resolve(directory, tflmPath),
    frameworkPath: frameworkPath === undefined ? undefined : resolve(directory, frameworkPath),
  });
}

/** Folder of the firmware project: beside kws.json, or where one stands. */
export function outputFolder(options: OptionValues, directory: string): string {
  return options.output === undefined
    ? resolve(projectFolder(options, directory), 'firmware-out')
    : resolve(directory, options.output);
}

/** `Cortex-M4F on the nearest core`: what an emulated board stands for, for the user to know. */
export function twinNote(board: ResolvedBoard): string | undefined {
  if (board.onChip !== undefined)
    return `${board.name}: its firmware as it is flashed, on an emulated ${board.mcu}`;
  return board.emulates === undefined ? undefined : `${board.name}: ${board.verified.note}`;
}

/** By label, what its probability must exceed. */
export function cutoffsOf({ models, gate }: LoadedProject): ReadonlyMap<string, number> {
  return new Map(
    models
      .filter(({ name }) => name !== gate)
      .flatMap(({ labels, detector }) =>
        detector.targets.map((target) => [labels[target]!, detector.cutoff] as const),
      ),
  );
}

/** Every label that some wake-word model of the project detects. */
export function heardLabels({ models, gate }: LoadedProject): readonly string[] {
  return models
    .filter(({ name }) => name !== gate)
    .flatMap(({ labels, detector }) => detector.targets.map((target) => labels[target]!));
}
