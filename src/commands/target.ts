/** Options and kws.json → what firmware is made of and for which board. */
import { basename, dirname, resolve } from 'node:path';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { KWS_FILE } from '../project/files.js';
import type { LoadedProject } from '../project/resolve.js';
import type { CommandContext } from './command.js';
import { openProjectModel } from './models.js';
import type { OptionValues } from './options.js';
import type { Target } from './stages.js';

/** What a model's own file does not say; kws.json says it otherwise. */
export const MODEL_OPTIONS = ['model', 'labels', 'frontend', 'gate', 'cutoff'] as const;

/** Options that say what and where, the same in every command that makes firmware. */
export const TARGET_OPTIONS = [
  'board',
  ...MODEL_OPTIONS,
  'runtime',
  'emulate',
  'tflmPath',
  'output',
  'project',
] as const;

/** Folder of kws.json; the file itself may be named, too. */
export function projectFolder({ project = '.' }: Pick<OptionValues, 'project'>, directory: string): string {
  const named = resolve(directory, project);
  return basename(named) === KWS_FILE ? dirname(named) : named;
}

/** The project of kws.json, or one drafted from `--model`. */
export async function projectOf(
  options: OptionValues,
  { directory, out }: Pick<CommandContext, 'directory' | 'out'>,
): Promise<LoadedProject> {
  const openModel = await openProjectModel({ out });
  if (options.model === undefined) {
    refuseModelOptions(options);
    const { loadProject } = await import('../project/load.js');
    return loadProject(projectFolder(options, directory), { openModel });
  }
  const [{ draftProject }, { resolveProject }] = await Promise.all([
    import('../project/draft.js'),
    import('../project/resolve.js'),
  ]);
  const path = resolve(directory, options.model);
  const { labels, frontend, cutoff } = options;
  const gate = options.gate === undefined ? undefined : resolve(directory, options.gate);
  const { kws, notes } = await draftProject(path, { openModel, labels, frontend, cutoff, gate });
  for (const note of notes) out.progress(note);
  return resolveProject(kws, { directory: dirname(path), openModel, file: options.model });
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
export async function targetOf(
  options: OptionValues,
  context: Pick<CommandContext, 'directory' | 'out'>,
): Promise<Target> {
  return targetFor(await projectOf(options, context), options, context.directory);
}

/** The same of a project that is loaded. */
export async function targetFor(
  project: LoadedProject,
  options: OptionValues,
  directory: string,
): Promise<Target> {
  const { findBoard, loadBoards, resolveTwin } = await import('../boards/index.js');
  const { applyOverrides, overridesFor } = await import('../project/overrides.js');
  const boards = loadBoards();
  const named = options.board ?? project.board;
  if (named === undefined)
    throw inputError({
      what: 'no board is named',
      next: '--board ID names one (kws-gen boards lists them; virtual-cortex-m4 needs no hardware), "board" in kws.json makes it the default',
    });
  const board = findBoard(named, boards);
  const overrides = overridesFor(project, board.id, boards);
  const own = applyOverrides(board, overrides);
  const used = options.emulate === true ? resolveTwin(own, boards) : own;
  const port = options.emulate === true ? undefined : (options.port ?? overrides.port);
  return {
    project,
    board: used,
    runtime: options.runtime ?? overrides.runtime ?? project.runtime ?? used.defaultRuntime,
    ...(port === undefined ? {} : { port }),
    ...(options.tflmPath === undefined ? {} : { tflmPath: resolve(directory, options.tflmPath) }),
  };
}

/** Folder of the firmware project: beside kws.json, or where one stands. */
export function outputFolder(options: OptionValues, directory: string): string {
  return options.output === undefined
    ? resolve(projectFolder(options, directory), 'firmware-out')
    : resolve(directory, options.output);
}

/** `Cortex-M4F on the nearest core`: what an emulated board stands for, for the user to know. */
export function twinNote(board: ResolvedBoard): string | undefined {
  return board.emulates === undefined ? undefined : `${board.name}: ${board.verified.note}`;
}

/** Every label that some wake-word model of the project detects. */
export function heardLabels({ models, gate }: LoadedProject): readonly string[] {
  return models
    .filter(({ name }) => name !== gate)
    .flatMap(({ labels, detector }) => detector.targets.map((target) => labels[target]!));
}
