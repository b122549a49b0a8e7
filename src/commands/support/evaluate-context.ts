/** What `evaluate` and `tune` hear: the recordings that options name, and the board's numbers. */
import type { BoardNumbers } from '../../boards/board-arithmetic.js';
import { inputError } from '../../diagnostics/errors.js';
import type { RunOptions } from '../../evaluate/run.js';
import type { LoadedProject } from '../../project/resolve.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';
import { boardsOf, heardLabels } from './project-options.js';

/** Options that both take. */
export const RECORDING_OPTIONS = ['positives', 'negatives', 'lead', 'tail', 'board'] as const;

/** What the options ask for. */
export type Place = 'host' | 'running board' | 'flashed board';

/** Options that say how firmware is made, and mean nothing where none is. */
const FIRMWARE_OPTIONS = {
  runtime: '--runtime',
  tflmPath: '--tflm-path',
  frameworkPath: '--framework-path',
  output: '--output',
} as const;

/** @throws KwsError (exit code 2) where options contradict each other */
export function placeOf(options: OptionValues): Place {
  const { onDevice, emulate, port } = options;
  const twin = emulate !== undefined && emulate !== false;
  if (twin && port !== undefined)
    throw inputError({
      what: 'a twin runs on this machine and has no port to be named',
      where: '--port',
      next: 'leave --emulate or --port out',
    });
  if (onDevice === true || twin) return 'flashed board';
  for (const [name, option] of Object.entries(FIRMWARE_OPTIONS))
    if (options[name as keyof typeof FIRMWARE_OPTIONS] !== undefined)
      throw inputError({
        what: 'means nothing where no firmware is made',
        where: option,
        next: '--on-device makes it, uploads it and evaluates on the board',
      });
  return port === undefined ? 'host' : 'running board';
}

/** @throws KwsError (exit code 2) with what is wrong about the recordings that are named */
export async function runOptions(
  options: OptionValues,
  project: LoadedProject,
  context: CommandContext,
): Promise<RunOptions> {
  const { directory, out, signal } = context;
  const { noise, snr, lead, tail } = options;
  if ((noise === undefined) !== (snr === undefined))
    throw inputError({
      what: noise === undefined ? 'there is no noise to be added' : 'it is not said how loud the noise is',
      where: noise === undefined ? '--snr' : '--noise',
      next: 'give both: --noise FOLDER --snr 20,10,5',
    });
  const { findClips, findPositives } = await import('../../evaluate/clips.js');
  const positives = await findPositives(options.positives ?? [], directory, heardLabels(project));
  const negatives = await findClips(options.negatives ?? [], directory, '--negatives');
  const both = negatives.find(({ path }) => positives.some((positive) => positive.path === path));
  if (both !== undefined)
    throw inputError({
      what: 'is among the positives and among the negatives',
      where: both.name,
      next: 'name folders that do not lie in each other',
    });
  return {
    positives,
    negatives,
    numbers: await numbersOf(options, project, directory),
    ...(noise === undefined
      ? {}
      : { noise: { files: await findClips(noise, directory, '--noise'), snrs: snr! } }),
    ...(lead === undefined ? {} : { leadMs: lead }),
    ...(tail === undefined ? {} : { tailMs: tail }),
    progress: (text) => out.status(text),
    signal,
  };
}

/** The arithmetic and the rate of a board that is named; kws.json's own where none is. */
export async function numbersOf(
  options: OptionValues,
  project: LoadedProject,
  directory: string,
): Promise<Partial<BoardNumbers>> {
  const id = options.board ?? project.board;
  if (id === undefined || project.frontend.kind === 'none') return {};
  const [{ findBoard }, { boardNumbers }] = await Promise.all([
    import('../../boards/index.js'),
    import('../../boards/board-arithmetic.js'),
  ]);
  return boardNumbers(findBoard(id, await boardsOf(options, directory)), project.frontend);
}
