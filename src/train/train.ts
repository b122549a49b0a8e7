/**
 * From a phrase to a detector: voices, passages, features, a network, int8, an operating point, figures.
 *
 * Every stage is kept in the cache by its content: the same request goes on where it was broken off, and gives the
 * same bytes on the same machine. Owns: the order of the stages, the files of the project.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadClip } from '../audio/clip.js';
import { wavFile } from '../audio/wav-file.js';
import { noteOf, tunedEntry } from '../evaluate/tune/entry.js';
import { writeTogether } from '../files/write-together.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import { parseFrontendSpec } from '../frontend/schema.js';
import type { MicroFrontendSpec } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import { loadProject } from '../project/load.js';
import type { LoadedProject } from '../project/resolve.js';
import type { KwsFile } from '../project/schema.js';
import { quantizeFromSources } from '../quantize/from-sources.js';
import { microWakeWordManifest } from '../quantize/manifest.js';
import { type Amounts, amountsOf } from './amounts.js';
import type { Checked } from './check.js';
import { exportFloat } from './export.js';
import { FEATURE_SCALE, fitNetwork } from './fit.js';
import { type JudgedClip, judged, operatingPoint } from './judge.js';
import { networkOf } from './network.js';
import { listenTo, makeParts, planPassages } from './parts.js';
import type { Source } from './passages.js';
import { kwsFile, labelsOf, nameOf } from './project.js';
import { createRandom } from './random.js';
import type { UsableRecording } from './recordings.js';
import { record, reportText } from './report.js';
import { portable } from './request.js';
import { pcm16 } from './sound/settings.js';
import { amongQuiet, RATE, speechIn } from './sound/speech.js';
import type { TrainRequest, TrainResult } from './types.js';
import { type Spoken, speak } from './voices/speak.js';
import type { Role } from './voices/types.js';
import { type Ordered, ordersOf, type Said } from './words/orders.js';

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

/** A clip of a voice, and what it was ordered for. */
type Clip = Spoken & Pick<Ordered, 'said' | 'role'>;

const STEP_MS = 20;

/** @throws KwsError where a tool fails or nothing can be judged; an abort throws its reason */
export async function train(
  request: TrainRequest,
  checked: Checked,
  options: TrainOptions,
): Promise<TrainResult> {
  const { cache, progress, signal } = options;
  const amounts = options.amounts ?? amountsOf(request);
  const clips = await speakAll(request, checked, amounts, options);
  const frontend = frontendSpec();
  const frames = framesOf(await durations(clips), frontend);
  const sources = sourcesOf(clips, checked);
  const plans = planPassages(sources.all, amounts.rounds, request.seed);
  const around = { talk: sources.all.filter(({ hasWord }) => !hasWord), noises: sources.noises };
  if (options.listen !== undefined) await listenTo(plans, options.listen, around);
  const parts = await makeParts(plans, {
    folder: join(cache, 'features'),
    frontend,
    ...around,
    progress: (done, of) => progress?.('features', done / of),
    signal,
  });
  const network = networkOf(request.network, request.size, frames, frontend.channels);
  const fitted = await fitNetwork({
    folder: join(cache, 'models'),
    engine: checked.engine,
    frontend,
    parts,
    network,
    recipe: amounts.recipe,
    seed: request.seed,
    progress: (done, of, loss) => progress?.('training', done / of, `loss ${loss.toFixed(3)}`),
    signal,
  });
  const name = nameOf(request.word);
  const float = await exportFloat(name, network, { ...fitted, featureScale: FEATURE_SCALE });
  progress?.('int8', 0);
  const calibration = calibrationOf(clips);
  const quantized = await quantizeFromSources(float.model, {
    calibrate: calibration,
    directory: cache,
    frontend,
    labels: labelsOf(request),
    ...(request.network === 'streaming' ? { outputType: 'uint8' as const } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  const scratch = await mkdtemp(join(cache, 'project-'));
  try {
    const kws = kwsFile(request, STEP_MS);
    await mkdir(join(scratch, 'model'));
    await writeFile(join(scratch, kws.models[0]!.file), quantized.bytes);
    const { entry, met, talk } = await tuned({ scratch, kws, clips }, request, checked, options);
    const set: KwsFile = { ...kws, models: [{ ...kws.models[0]!, detector: entry }] };
    await writeFile(join(scratch, 'kws.json'), JSON.stringify(set));
    const project = await loadProject(scratch);
    const progressText = (text: string) => progress?.('judging', 0, text);
    const voices = await judged(project, await voiceClips(clips, checked), {
      progress: progressText,
      signal,
    });
    const people = await judged(project, peopleClips(checked), { progress: progressText, signal });
    const facts = {
      request: portable(request, options.directory, options.out),
      checked,
      amounts,
      clips,
      fitted,
      network,
      kws: set,
      float: float.files,
      int8: quantized.bytes,
    };
    const report = record({ ...facts, quantization: quantized.report, voices, people, met, talk });
    const files = new Map<string, string | Uint8Array>([
      ['kws.json', `${JSON.stringify(set, null, 2)}\n`],
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

export function frontendSpec(): MicroFrontendSpec {
  return parseFrontendSpec(
    { ...FRONTEND_PRESETS['micro-wake-word'], stepMs: STEP_MS },
    'micro-wake-word',
  ) as MicroFrontendSpec;
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

const of = (clips: readonly Clip[], role: Role, ...said: readonly Said[]): readonly Clip[] =>
  clips.filter((clip) => clip.role === role && said.includes(clip.said));

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

/** How much longer than a voice says it a word is in passages, see `passages.ts`; all but the slowest. */
const STRETCHED = 1.1;
/** How long after the word's end a window that has it may end, s; LATEST in templates/train/windows.py. */
const BEHIND = 0.26;

/**
 * A window that all but the slowest speakers' word fits into with what comes behind it, 0.7 to 2 s. Where its
 * begin does not fit in, words that differ from it there alone cannot be told from it.
 */
function framesOf(seconds: readonly number[], { stepMs, windowMs }: MicroFrontendSpec): number {
  const ordered = [...seconds].sort((a, b) => a - b);
  const most = (ordered[Math.floor(0.95 * ordered.length)] ?? 0.8) * STRETCHED + BEHIND;
  const frames = (Math.min(2, Math.max(0.7, most)) * 1000 - windowMs) / stepMs + 1;
  // One more than a multiple of four: what is kept from hop to hop then lies at the same places.
  return 4 * Math.ceil((frames - 1) / 4) + 1;
}

function sourcesOf(clips: readonly Clip[], { recordings }: Checked) {
  const recorded = (list: readonly UsableRecording[], hasWord: boolean): Source[] =>
    list
      .filter(({ role }) => role === 'train')
      .map(({ path, sha256 }) => ({ path, key: sha256.slice(0, 32), kind: 'real', hasWord }));
  const spoken = (said: Said): Source[] =>
    of(clips, 'train', said).map(({ path, key }) => ({
      path,
      key,
      kind: said === 'near' ? 'near' : 'synthetic',
      hasWord: said === 'word',
    }));
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

async function tuned(
  { scratch, kws, clips }: { scratch: string; kws: KwsFile; clips: readonly Clip[] },
  { maxFaPerHour }: TrainRequest,
  { recordings }: Checked,
  { progress, signal }: TrainOptions,
) {
  await writeFile(join(scratch, 'kws.json'), JSON.stringify(kws));
  const project = await loadProject(scratch);
  const own = async (...said: readonly Said[]) =>
    Promise.all(of(clips, 'tune', ...said).map((clip) => asFile(clip, [])));
  const people = (list: readonly UsableRecording[]) =>
    list.filter(({ role }) => role === 'tune').map((file): JudgedClip => ({ ...file, groups: [] }));
  const sets = {
    word: [...(await own('word')), ...people(recordings.positives)],
    talk: [...(await own('talk')), ...people(recordings.negatives)],
    alike: await own('near'),
  };
  const { model, setting, met } = await operatingPoint(project, sets, {
    maxFaPerHour,
    progress: (text) => progress?.('tuning', 0, text),
    signal,
  });
  // Without a date: the same command gives the same bytes tomorrow.
  const { date: _, ...note } = noteOf(
    { ...model, after: model.after ?? model.before },
    maxFaPerHour,
    new Date(0),
  );
  const before = kws.models[0]!.detector;
  const entry = tunedEntry(before, model.model, frontendSpec(), setting, note);
  const talk = (model.after ?? model.before).falseAccepts;
  if (met) return { entry, met, talk };
  const { tuned: __, ...plain } = entry;
  return { entry: plain, met, talk };
}

/** What ESPHome wants beside a streaming model. */
function manifestOf(
  { word, network }: TrainRequest,
  model: Model,
  { models, frontend }: LoadedProject,
): readonly (readonly [string, string])[] {
  if (network !== 'streaming') return [];
  const { cutoff, window } = models[0]!.detector;
  const name = nameOf(word);
  const settings = { wakeWord: word, file: `${name}.tflite`, cutoff, window };
  return [[`model/${name}.json`, microWakeWordManifest(model, frontend, settings)]];
}

async function asFile({ path, order }: Clip, groups: readonly string[]): Promise<JudgedClip> {
  const { size } = await stat(path);
  return { path, name: `${order.engine}, ${order.voice}: ${order.text}`, bytes: size, groups };
}

const PACES: readonly (readonly [string, number, number])[] = [
  ['said slowly (below 0.9 of the voice’s pace)', 0, 0.9],
  ['said at the voice’s pace (0.9 to 1.2)', 0.9, 1.2],
  ['said fast (1.2 to 1.6)', 1.2, 9],
];

/** Up to here one sound is another one, or is missing. */
const ONE_SOUND = 1.3;

/** How near the nearest word of a clip is. */
function nearness(text: string, near: ReadonlyMap<string, number>): string {
  if (text.startsWith('[[')) return 'near words: the phrase with other consonants';
  const least = Math.min(...text.split(', ').map((word) => near.get(word) ?? Number.POSITIVE_INFINITY));
  return least < ONE_SOUND ? 'near words: one sound differs' : 'near words: more differs';
}

async function voiceClips(clips: readonly Clip[], { near }: Checked) {
  const distances = new Map(near.map(({ text, distance }) => [text, distance]));
  const once = (list: readonly Clip[]) => [...new Map(list.map((clip) => [clip.path, clip])).values()];
  const slowFirst = once(of(clips, 'judge', 'word')).sort((a, b) => a.order.speed - b.order.speed);
  const word = slowFirst.map((clip) => {
    const pace = PACES.find(([, low, high]) => clip.order.speed >= low && clip.order.speed < high)![0];
    return asFile(clip, ['all voices kept apart', `voices of ${clip.order.engine}`, pace]);
  });
  const talk = once(of(clips, 'judge', 'near', 'talk')).map((clip) =>
    asFile(
      clip,
      clip.said === 'near'
        ? ['near words, none of them learned', nearness(clip.order.text, distances)]
        : ['sentences and commands'],
    ),
  );
  return { word: await Promise.all(word), talk: await Promise.all(talk) };
}

/** Recordings that nothing was learned from or tuned with. */
function peopleClips({ recordings }: Checked) {
  const kept = (list: readonly UsableRecording[], group: string) =>
    list.filter(({ role }) => role === 'judge').map((file): JudgedClip => ({ ...file, groups: [group] }));
  return {
    word: [
      ...kept(recordings.positives, 'your recordings, kept apart'),
      ...recordings.judges.map((file): JudgedClip => ({ ...file, groups: ['recordings that only judge'] })),
    ],
    talk: kept(recordings.negatives, 'your negatives, kept apart'),
  };
}

/** A few clips of voices that were not learned from, with quiet around them, to be played to a board. */
async function exampleClips(clips: readonly Clip[], name: string) {
  const files: [string, Uint8Array][] = [];
  const folders = [
    ['word', name],
    ['talk', 'other'],
  ] as const;
  for (const [said, folder] of folders)
    for (const [i, { path, key }] of of(clips, 'judge', said).slice(0, 6).entries()) {
      const sound = Float32Array.from(await loadClip(path, RATE), (value) => value / 32768);
      const bytes = wavFile(pcm16(amongQuiet(sound, createRandom(`clip ${key}`))), RATE);
      files.push([`clips/${folder}/${String(i + 1).padStart(2, '0')}.wav`, bytes]);
    }
  return files;
}
