/**
 * From a phrase to a detector: voices, passages, features, a network, int8, an operating point, figures.
 *
 * Every stage is kept in the cache by its content: the same request goes on where it was broken off, and gives the
 * same bytes on the same machine. Owns: the order of the stages, the files of the project.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadClip } from '../audio/clip.js';
import { writeTogether } from '../files/write-together.js';
import { frameChannels } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import { SCHEMA, SCHEMA_FILE } from '../project/init.js';
import type { LoadedProject } from '../project/resolve.js';
import type { KwsFile } from '../project/schema.js';
import { microWakeWordManifest } from '../quantize/manifest.js';
import { type Amounts, amountsOf } from './amounts.js';
import type { Checked } from './check.js';
import { type Clip, exampleClips, of, peopleClips, voiceClips } from './clips.js';
import { type Folded, groupsOf, makeFeatures } from './features.js';
import { frontendSpec } from './frontends.js';
import { judged } from './judge.js';
import { fitAll, int8Of } from './models.js';
import { networkOf } from './network.js';
import { listenTo } from './parts.js';
import type { Source } from './passages.js';
import { kwsFile, nameOf } from './project.js';
import { foldOf, type UsableRecording } from './recordings.js';
import { record, reportText } from './report.js';
import { portable } from './request.js';
import { RATE, speechIn } from './sound/speech.js';
import { projectWith, tuned } from './tuning.js';
import type { TrainRequest, TrainResult } from './types.js';
import { speak } from './voices/speak.js';
import { framesOf, windowOf } from './window.js';
import { ordersOf, type Said } from './words/orders.js';

export interface TrainOptions {
  /** What the paths of the request are given from. */
  readonly directory: string;
  /** Folder of the project. */
  readonly out: string;
  readonly cache: string;
  /** Folder for some of what is learned from, to be listened to. */
  readonly listen?: string;
  /** How much of everything, where it is not what the request comes to. */
  readonly amounts?: Amounts;
  /** A stage begins, or has got so far: 0…1. */
  readonly progress?: (stage: Stage, part: number, text?: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export const STAGES = ['voices', 'features', 'training', 'int8', 'tuning', 'judging'] as const;
export type Stage = (typeof STAGES)[number];

/** @throws KwsError where a tool fails or nothing can be judged; an abort throws its reason */
export async function train(
  request: TrainRequest,
  checked: Checked,
  options: TrainOptions,
): Promise<TrainResult> {
  const { cache, progress, signal } = options;
  const { positives, negatives } = checked.recordings;
  const amounts = options.amounts ?? amountsOf(request, positives.length + negatives.length);
  const clips = await speakAll(request, checked, amounts, options);
  const frontend = frontendSpec(request.frontend);
  const frames = framesOf(request.windowMs ?? windowOf(await durations(clips)), frontend);
  const sources = sourcesOf(clips, checked, request);
  const groups = groupsOf(sources.all, request.folds, { rounds: amounts.rounds, seed: request.seed });
  if (options.listen !== undefined) {
    const talk = groups.flatMap((group) => group.talk);
    const plans = groups.flatMap((group) => group.plans);
    await listenTo(plans, options.listen, { talk, noises: sources.noises });
  }
  const parts = await makeFeatures(groups, {
    folder: join(cache, 'features'),
    frontend,
    noises: sources.noises,
    progress: (part) => progress?.('features', part),
    signal,
  });
  const network = networkOf(request.network, request.size, frames, frameChannels(frontend));
  const fitted = await fitAll(request, {
    cache,
    engine: checked.engine,
    frontend,
    parts,
    network,
    recipe: amounts.recipe,
    progress: (part, text) => progress?.('training', part, text),
    signal,
  });
  progress?.('int8', 0);
  const calibration = calibrationOf(clips);
  const made = [];
  for (const one of fitted)
    made.push(await int8Of(request, one, { cache, frontend, network, calibration, signal }));
  const { float, quantized } = made.at(-1)!;
  const name = nameOf(request.word);
  const scratch = await mkdtemp(join(cache, 'project-'));
  try {
    const kws = kwsFile(request);
    const models = made.map((one) => one.quantized.bytes);
    const { entry, met, talk, folds } = await tuned(request, models, {
      scratch,
      cache,
      kws,
      clips,
      checked,
      progress: (text) => progress?.('tuning', 0, text),
      signal,
    });
    const set: KwsFile = { ...kws, models: [{ ...kws.models[0]!, detector: entry }] };
    const project = await projectWith(scratch, set, quantized.bytes);
    const said = { progress: (text: string) => progress?.('judging', 0, text), signal };
    const voices = await judged(project, await voiceClips(clips, checked), said);
    const people = await judged(project, peopleClips(checked, request), said);
    const facts = {
      request: portable(request, options.directory, options.out),
      folder: options.out,
      checked,
      amounts,
      clips,
      fitted: fitted.at(-1)!,
      network,
      kws: set,
      float: float.files,
      int8: quantized.bytes,
    };
    const report = record({ ...facts, quantization: quantized.report, voices, people, met, talk, folds });
    const files = new Map<string, string | Uint8Array>([
      ['kws.json', `${JSON.stringify({ $schema: `./${SCHEMA_FILE}`, ...set }, null, 2)}\n`],
      [SCHEMA_FILE, await readFile(SCHEMA)],
      [kws.models[0]!.file, quantized.bytes],
      ...float.files,
      ...manifestOf(request, quantized.model, project),
      ['report.md', reportText(request, report.report, checked)],
      ['train.json', `${JSON.stringify(report.json, null, 2)}\n`],
      ...(await exampleClips(clips, name)),
    ]);
    await writeTogether(
      new Map([...files].map(([path, content]) => [join(options.out, path), content])),
      'another folder with -o',
    );
    const written = [...files.keys()];
    const clip = written.find((path) => path.startsWith(`clips/${name}/`)) ?? '';
    return { report: report.report, written, skipped: checked.recordings.skipped, clip };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function speakAll(
  request: TrainRequest,
  { engines, near, phonemes, words }: Checked,
  { clips }: Amounts,
  { cache, progress, signal }: TrainOptions,
): Promise<readonly Clip[]> {
  const { language, spellings, seed } = request;
  const ordered = ordersOf(engines, { language, spellings, near, phonemes, words, seed, clips });
  const spoken = await speak(
    ordered.map(({ order }) => order),
    {
      folder: join(cache, 'speech'),
      engines,
      atOnce: availableParallelism(),
      progress: (done, of) => progress?.('voices', done / of),
      signal,
    },
  );
  return spoken.map((one, i) => ({ ...one, said: ordered[i]!.said, role: ordered[i]!.role }));
}

/** How long the word takes, s. */
async function durations(clips: readonly Clip[]): Promise<readonly number[]> {
  const all: number[] = [];
  for (const { path } of of(clips, 'train', 'word').slice(0, 200)) {
    const sound = Float32Array.from(await loadClip(path, RATE), (value) => value / 32768);
    const span = speechIn(sound, true);
    if (span !== undefined) all.push(span.end - span.begin);
  }
  return all;
}

function sourcesOf(clips: readonly Clip[], { recordings }: Checked, { folds }: TrainRequest) {
  const recorded = (list: readonly UsableRecording[], hasWord: boolean): Folded[] =>
    list
      .filter(({ role }) => role === 'train')
      .map((one): Folded => {
        const source = { path: one.path, key: one.sha256.slice(0, 32), kind: 'real' as const, hasWord };
        return [source, folds === 0 ? undefined : foldOf(one, folds)];
      });
  const spoken = (said: Said): Folded[] =>
    of(clips, 'train', said).map(({ path, key }) => {
      const kind = said === 'near' ? ('near' as const) : ('synthetic' as const);
      return [{ path, key, kind, hasWord: said === 'word' }, undefined];
    });
  const all = [
    ...recorded(recordings.positives, true),
    ...recorded(recordings.negatives, false),
    ...(['word', 'near', 'talk'] as const).flatMap(spoken),
  ];
  const noises = recordings.noises.map(
    ({ path, sha256 }): Source => ({ path, key: sha256.slice(0, 32), kind: 'real', hasWord: false }),
  );
  return { all, noises };
}

/** Clips that activations are measured on: what was learned from. */
function calibrationOf(clips: readonly Clip[]): readonly string[] {
  const some = (said: Said) => of(clips, 'train', said).slice(0, 40);
  return [...new Set([...some('word'), ...some('near'), ...some('talk')].map(({ path }) => path))];
}

/** What ESPHome wants beside a streaming model. */
function manifestOf(
  { word, network }: TrainRequest,
  model: Model,
  { models, frontend }: LoadedProject,
): readonly (readonly [string, string])[] {
  if (network !== 'streaming' || frontend.kind !== 'micro') return [];
  const { cutoff, window } = models[0]!.detector;
  const name = nameOf(word);
  const settings = { wakeWord: word, file: `${name}.tflite`, cutoff, window };
  return [[`model/${name}.json`, microWakeWordManifest(model, frontend, settings)]];
}
