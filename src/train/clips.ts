/** Clips of voices and recordings of people → what judges, and what is shown. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { loadClip } from '../audio/clip.js';
import { wavFile } from '../audio/wav-file.js';
import type { Checked } from './check.js';
import type { JudgedClip } from './figures.js';
import { createRandom } from './random.js';
import { foldOf, type UsableRecording } from './recordings.js';
import { pcm16 } from './sound/settings.js';
import { amongQuiet, RATE } from './sound/speech.js';
import type { TrainRequest } from './types.js';
import type { Spoken } from './voices/speak.js';
import type { Role } from './voices/types.js';
import type { Ordered, Said } from './words/orders.js';

/** A clip of a voice, and what it was ordered for. */
export type Clip = Spoken & Pick<Ordered, 'said' | 'role'>;

export const of = (clips: readonly Clip[], role: Role, ...said: readonly Said[]): readonly Clip[] =>
  clips.filter((clip) => clip.role === role && said.includes(clip.said));

export async function asFile(
  { path, order }: Clip,
  groups: readonly string[],
  single = false,
): Promise<JudgedClip> {
  const { size } = await stat(path);
  return { path, name: `${order.engine}, ${order.voice}: ${order.text}`, bytes: size, groups, single };
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

export async function voiceClips(clips: readonly Clip[], { near }: Checked) {
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
      clip.said === 'near',
    ),
  );
  return { word: await Promise.all(word), talk: await Promise.all(talk) };
}

/** Speech that is shorter, alone in its recording, is a word or two. s */
const SINGLE = 1.2;

/** A word or two alone in a recording, not talk. */
export const isSingle = ({ speech }: UsableRecording): boolean => speech !== undefined && speech < SINGLE;

/** People who do not say the word: single words are told from talk, for hours say nothing of them. */
function asTalk(
  file: UsableRecording,
  { negatives }: Pick<TrainRequest, 'negatives'>,
  whose: string,
): JudgedClip {
  const single = isSingle(file);
  const what = single ? 'single words' : 'talk';
  const folder = basename(negatives.find((name) => file.name.startsWith(name)) ?? '');
  return { ...file, single, groups: [`${whose}: ${what}`, `${what} of ${folder}`] };
}

/** Recordings that nothing was learned from or tuned with. */
export function peopleClips({ recordings }: Checked, request: TrainRequest) {
  const kept = (list: readonly UsableRecording[]) => list.filter(({ role }) => role === 'judge');
  const judges = (list: readonly UsableRecording[], group: string) =>
    list.map((file): JudgedClip => ({ ...file, groups: [group] }));
  return {
    word: [
      ...judges(kept(recordings.positives), 'your recordings, kept apart'),
      ...judges(recordings.judges, 'recordings that only judge'),
    ],
    talk: kept(recordings.negatives).map((file) => asTalk(file, request, 'your negatives, kept apart')),
  };
}

/** The recordings that a fold's model has not learned from. */
export function foldClips({ recordings }: Checked, request: TrainRequest, fold: number) {
  const own = (list: readonly UsableRecording[]) => list.filter((one) => foldOf(one, request.folds) === fold);
  return {
    word: own(recordings.positives).map((file) => ({ ...file, groups: ['your recordings, kept out'] })),
    talk: own(recordings.negatives).map((file) => asTalk(file, request, 'your negatives, kept out')),
  };
}

/** A few clips of voices that were not learned from, with quiet around them, to be played to a board. */
export async function exampleClips(clips: readonly Clip[], name: string) {
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
