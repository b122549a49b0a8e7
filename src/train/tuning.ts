/** Int8 models → the operating point of a project: by clips that only tune, or by folds. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { operatingPoint as counted } from '../evaluate/evaluate.js';
import type { Point } from '../evaluate/sweep/count.js';
import type { Setting } from '../evaluate/sweep/grid.js';
import { noteOf, tunedEntry } from '../evaluate/tune/entry.js';
import type { AcceptRate } from '../evaluate/types.js';
import { loadProject } from '../project/load.js';
import type { LoadedProject } from '../project/resolve.js';
import type { DetectorEntry, KwsFile } from '../project/schema.js';
import type { ResolvedModel } from '../project/types.js';
import type { Checked } from './check.js';
import { asFile, type Clip, foldClips, isSingle, of } from './clips.js';
import type { JudgedClip } from './figures.js';
import { type CrossValidated, crossValidated } from './folds.js';
import { frontendSpec, STEP_MS, type TrainFrontend } from './frontends.js';
import { operatingPoint } from './judge.js';
import type { UsableRecording } from './recordings.js';
import type { TrainRequest } from './types.js';
import type { Said } from './words/orders.js';

export interface TuningOptions {
  /** Folder for projects on the way. */
  readonly scratch: string;
  readonly cache: string;
  readonly kws: KwsFile;
  readonly clips: readonly Clip[];
  readonly checked: Checked;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface TunedProject {
  readonly entry: DetectorEntry;
  /** Whether the budget of false accepts is met. */
  readonly met: boolean;
  /** False accepts in the talk that the setting was chosen with. */
  readonly talk: AcceptRate;
  readonly folds: CrossValidated | undefined;
}

/** A project with this model in `folder`. */
export async function projectWith(folder: string, kws: KwsFile, int8: Uint8Array): Promise<LoadedProject> {
  await mkdir(join(folder, 'model'), { recursive: true });
  await writeFile(join(folder, kws.models[0]!.file), int8);
  await writeFile(join(folder, 'kws.json'), JSON.stringify(kws));
  return loadProject(folder);
}

const entryOf = (
  { kws, frontend }: { readonly kws: KwsFile; readonly frontend: TrainFrontend },
  model: ResolvedModel,
  setting: Setting,
  { point, most }: { readonly point: Parameters<typeof noteOf>[0]['after']; readonly most: number },
) => {
  // Without a date: the same command gives the same bytes tomorrow.
  const { date: _, ...note } = noteOf({ after: point }, most, new Date(0));
  return tunedEntry(kws.models[0]!.detector, model, frontendSpec(frontend), setting, note);
};

const plain = ({ tuned: _, ...entry }: ReturnType<typeof tunedEntry>): DetectorEntry => entry;

/** @param models int8, of the folds in order, and last the one that is shipped */
export async function tuned(
  request: TrainRequest,
  models: readonly Uint8Array[],
  options: TuningOptions,
): Promise<TunedProject> {
  const { scratch, kws, checked, progress, signal } = options;
  const most = request.maxFaPerHour;
  const project = await projectWith(scratch, kws, models.at(-1)!);
  const untuned = { kws, frontend: request.frontend };
  const alike = await own(options, 'near');
  const [model] = project.models;
  if (request.folds > 0) {
    const folds = await crossValidated(
      await Promise.all(
        models.slice(0, -1).map(async (int8, fold) => ({
          project: await projectWith(join(scratch, `fold-${fold}`), kws, int8),
          ...foldClips(checked, request, fold),
        })),
      ),
      { maxFaPerHour: most, alike, folder: options.cache, progress, signal },
    );
    const { setting, chosenOn, met } = folds;
    const point = counted(chosenOn as Point, STEP_MS);
    const entry = entryOf(untuned, model!, setting, { point, most });
    return { entry: met ? entry : plain(entry), met, talk: point.falseAccepts, folds };
  }
  const people = (list: readonly UsableRecording[]) => list.filter(({ role }) => role === 'tune');
  const { positives, negatives } = checked.recordings;
  const clip = (file: UsableRecording): JudgedClip => ({ ...file, groups: [] });
  const others = people(negatives);
  const sets = {
    word: [...(await own(options, 'word')), ...people(positives).map(clip)],
    talk: [...(await own(options, 'talk')), ...others.filter((file) => !isSingle(file)).map(clip)],
    single: others.filter(isSingle).map(clip),
    alike,
  };
  const {
    model: result,
    setting,
    met,
  } = await operatingPoint(project, sets, {
    maxFaPerHour: most,
    progress,
    signal,
  });
  const point = result.after ?? result.before;
  const entry = entryOf(untuned, result.model, setting, { point, most });
  return { entry: met ? entry : plain(entry), met, talk: point.falseAccepts, folds: undefined };
}

const own = async ({ clips }: TuningOptions, ...said: readonly Said[]): Promise<readonly JudgedClip[]> =>
  Promise.all(of(clips, 'tune', ...said).map((clip) => asFile(clip, [])));
