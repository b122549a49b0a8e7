/** Options and kws.json → what firmware is made of and for which board. */
import { dirname, resolve } from 'node:path';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import type { LoadedProject } from '../project/resolve.js';
import { openProjectModel } from './models.js';
import type { OptionValues } from './options.js';
import type { Target } from './stages.js';

/** Options that say what and where, the same in every command that makes firmware. */
export const TARGET_OPTIONS = [
  'board',
  'model',
  'runtime',
  'emulate',
  'tflmPath',
  'output',
  'project',
] as const;

/** The project of kws.json, or one drafted from `--model`. */
export async function projectOf(options: OptionValues, directory: string): Promise<LoadedProject> {
  const openModel = await openProjectModel();
  if (options.model === undefined) {
    const { loadProject } = await import('../project/load.js');
    return loadProject(resolve(directory, options.project ?? '.'), { openModel });
  }
  const [{ draftProject }, { resolveProject }] = await Promise.all([
    import('../project/draft.js'),
    import('../project/resolve.js'),
  ]);
  const path = resolve(directory, options.model);
  const { kws } = await draftProject(path, { openModel });
  return resolveProject(kws, { directory: dirname(path), openModel, file: options.model });
}

/** @throws KwsError (exit code 2) where no board is named, or it is not known */
export async function targetOf(options: OptionValues, directory: string): Promise<Target> {
  const project = await projectOf(options, directory);
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
    ? resolve(directory, options.project ?? '.', 'firmware-out')
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
