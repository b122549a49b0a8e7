/** What was set on a board that runs → kws.json; every other byte of it stays. */
import { inputError } from '../../diagnostics/errors.js';
import type { Setting } from '../../evaluate/sweep/grid.js';
import type { LoadedProject } from '../../project/resolve.js';

export interface Changed {
  /** By the models' names. */
  readonly models: ReadonlyMap<string, Partial<Setting>>;
  /** Of the board's microphone. */
  readonly gain?: number;
}

/** @throws KwsError (exit code 2) of a model that kws.json does not have */
export async function savedText(
  text: string,
  { models, gain }: Changed,
  project: LoadedProject,
  entryOfBoard: string,
): Promise<string> {
  const [{ parseKwsFile }, { withDetector, withValue }, { settingEntry }] = await Promise.all([
    import('../../project/parse.js'),
    import('../../evaluate/tune/kws-json.js'),
    import('../../evaluate/tune/entry.js'),
  ]);
  const kws = parseKwsFile(text);
  let edited = text;
  for (const [name, fields] of models) {
    const index = kws.models.findIndex((one) => one.name === name);
    const model = project.models.find((one) => one.name === name);
    if (index < 0 || model === undefined || project.frontend.kind === 'none')
      throw inputError({
        what: `the board’s model ${JSON.stringify(name)} is not in it`,
        where: 'kws.json',
        next: 'flash the project’s own firmware first (kws-gen flash)',
      });
    const { cutoff, window, refractorySteps } = model.detector;
    const setting: Setting = { cutoff, window, refractorySteps, ...fields };
    const entry = settingEntry(kws.models[index]!.detector, model, project.frontend, setting);
    edited = withDetector(edited, index, entry);
  }
  if (gain !== undefined) edited = withValue(edited, ['boards', entryOfBoard, 'microphone', 'gain'], gain);
  parseKwsFile(edited);
  return edited;
}

export function changes({ models, gain }: Changed): number {
  const fields = [...models.values()].reduce((sum, one) => sum + Object.keys(one).length, 0);
  return fields + (gain === undefined ? 0 : 1);
}
