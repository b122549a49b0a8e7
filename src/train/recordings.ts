/**
 * Recordings that a user gives, looked at before anything long begins: what cannot be used, and why.
 *
 * Owns: reading each file once, duplicates, silence, lengths, which part of the work a recording is for.
 */
import { createHash } from 'node:crypto';
import { loadClip } from '../audio/clip.js';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { type ClipFile, findClips } from '../evaluate/clips.js';
import { RATE, speechIn } from './sound/speech.js';
import type { Role } from './voices/types.js';
import { wordsOf } from './words/near.js';

export interface UsableRecording extends ClipFile {
  /** Of the samples as they are used: mono, 16 kHz. */
  readonly sha256: string;
  readonly seconds: number;
  readonly role: Role;
  /** How long somebody speaks in it, s; undefined where nothing stands out as speech. */
  readonly speech: number | undefined;
}

export interface Recordings {
  readonly positives: readonly UsableRecording[];
  readonly negatives: readonly UsableRecording[];
  readonly noises: readonly UsableRecording[];
  /** The word, said by people; they only judge. */
  readonly judges: readonly UsableRecording[];
  /** Recordings that were left out, each with the reason. */
  readonly skipped: readonly Problem[];
}

export interface RecordingsRequest {
  readonly positives: readonly string[];
  readonly negatives: readonly string[];
  readonly noises: readonly string[];
  readonly judges: readonly string[];
  readonly directory: string;
  /** What is trained; undefined where only recordings say it. */
  readonly word?: string | undefined;
  /** Where it is not 0 all positives and negatives are learned from, each by all models but one. */
  readonly folds?: number;
  readonly progress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Fewer cannot be parted into some to learn from, to tune with and to judge by. */
const FEWEST_POSITIVES = 10;
/** Said at once; a longer stretch is a sentence. s */
const LONGEST_WORD = 3;
/** Louder than the noise of a converter: peak of full scale. */
const SILENT = 0.003;

/** @throws KwsError (exit code 2) with everything that is wrong */
export async function checkRecordings(request: RecordingsRequest): Promise<Recordings> {
  const { directory, signal, progress } = request;
  const find = async (paths: readonly string[], option: string) =>
    paths.length === 0 ? [] : findClips(paths, directory, option);
  const files = {
    positives: await find(request.positives, '--positives'),
    negatives: await find(request.negatives, '--negatives'),
    noises: await find(request.noises, '--noise'),
    judges: await find(request.judges, '--judge'),
  };
  const all = Object.values(files).reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  const skipped: Problem[] = [];
  const seen = new Map<string, { readonly name: string; readonly set: keyof typeof files }>();
  const both: Problem[] = [];
  const read = async (set: keyof typeof files): Promise<readonly UsableRecording[]> => {
    const usable: UsableRecording[] = [];
    for (const file of files[set]) {
      signal?.throwIfAborted();
      progress?.(++done, all);
      const looked = await look(file, set === 'positives' || set === 'judges', request.word);
      if ('problem' in looked) {
        skipped.push(looked.problem);
        continue;
      }
      const before = seen.get(looked.sha256);
      if (before === undefined) {
        seen.set(looked.sha256, { name: file.name, set });
        usable.push(looked);
      } else if (before.set === set)
        skipped.push({
          what: `is the same sound as ${before.name}`,
          where: file.name,
          next: 'it is used once',
        });
      else
        both.push({
          what: `is the same sound as ${before.name}, which is among the ${before.set}`,
          where: file.name,
          next: `take it out of the ${set} or of the ${before.set}`,
        });
    }
    return usable;
  };
  const learned = (list: readonly UsableRecording[]): readonly UsableRecording[] =>
    (request.folds ?? 0) === 0 ? list : list.map((one) => ({ ...one, role: 'train' }));
  const recordings = {
    positives: learned(await read('positives')),
    negatives: learned(await read('negatives')),
    noises: await read('noises'),
    judges: await read('judges'),
  };
  const problems = [...both.slice(0, 20), ...tooFew(request, recordings, skipped)];
  if (problems.length > 0) throw inputError(problems);
  return { ...recordings, skipped };
}

function tooFew(
  request: RecordingsRequest,
  { positives, negatives, judges }: Omit<Recordings, 'skipped'>,
  skipped: readonly Problem[],
): readonly Problem[] {
  const because = skipped.length === 0 ? {} : { why: skipped.slice(0, 3).map(said).join('; ') };
  const problems: Problem[] = [];
  if ((request.folds ?? 0) > 0 && (request.positives.length === 0 || request.negatives.length === 0))
    problems.push({
      what: 'cross-validation is of recordings: of the word, and of people talking',
      where: '--folds',
      next: 'give both, --positives and --negatives, or leave --folds out',
    });
  if (request.positives.length > 0 && positives.length < FEWEST_POSITIVES)
    problems.push({
      what:
        positives.length === 0
          ? 'no recording here can be used'
          : `${positives.length} usable recording${positives.length === 1 ? ' is' : 's are'} too few to learn from and to be judged by`,
      where: `--positives ${request.positives.join(' ')}`,
      ...because,
      next: `record the word at least ${FEWEST_POSITIVES} times, 20 and more by several people is better${request.word === undefined ? '' : '; or leave --positives out and train on synthetic voices alone'}`,
    });
  if (request.negatives.length > 0 && negatives.length === 0)
    problems.push({
      what: 'no recording here can be used',
      where: `--negatives ${request.negatives.join(' ')}`,
      ...because,
      next: 'give recordings of people talking (WAV or FLAC), or leave --negatives out',
    });
  if (request.judges.length > 0 && judges.length === 0)
    problems.push({
      what: 'no recording here can be used',
      where: `--judge ${request.judges.join(' ')}`,
      ...because,
      next: 'give recordings of the word (WAV or FLAC), or leave --judge out',
    });
  return problems;
}

const said = ({ where, what }: Problem): string => `${where ?? ''} ${what}`.trim();

async function look(
  file: ClipFile,
  positive: boolean,
  word: string | undefined,
): Promise<UsableRecording | { readonly problem: Problem }> {
  const refuse = (what: string, next: string) => ({ problem: { what, where: file.name, next } });
  let samples: Int16Array;
  try {
    samples = await loadClip(file.path, RATE);
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    return { problem: { ...error.problems[0]!, where: file.name } };
  }
  const seconds = samples.length / RATE;
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 32768;
  if (peak < SILENT) return refuse('is silent', 'check the microphone, and record it again');
  const span = speechIn(
    Float32Array.from(samples, (value) => value / 32768),
    !positive,
  );
  if (positive) {
    if (span === undefined)
      return refuse('nothing in it stands out as speech', 'record it louder, or closer to the microphone');
    if (span.end - span.begin > LONGEST_WORD)
      return refuse(
        `somebody speaks for ${(span.end - span.begin).toFixed(1)} s in it`,
        'a positive has the word alone, once',
      );
  } else if (word !== undefined && namesWord(file.name, word))
    return refuse(
      `its name says "${word}"`,
      'it is left out: what is said there must not be the word; rename it if it is not',
    );
  const sha256 = createHash('sha256')
    .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    .digest('hex');
  const speech = span === undefined ? undefined : span.end - span.begin;
  return { ...file, sha256, seconds, speech, role: roleOf(sha256) };
}

/** The file or its folder is named like the word. */
function namesWord(name: string, word: string): boolean {
  const wanted = wordsOf(word).join('');
  return name
    .split(/[\\/]/)
    .slice(-2)
    .some((part) => wordsOf(part.replace(/\.\w+$/, '').replace(/[\d_-]+/g, ' ')).join('') === wanted);
}

/** Which of so many parts of equal size a recording is in: by its sound, too. */
export const foldOf = ({ sha256 }: Pick<UsableRecording, 'sha256'>, folds: number): number =>
  Number.parseInt(sha256.slice(8, 16), 16) % folds;

/** By the sound itself: neither names nor number of files move a recording. */
function roleOf(sha256: string): Role {
  const share = Number.parseInt(sha256.slice(0, 8), 16) % 10;
  if (share < 6) return 'train';
  return share < 8 ? 'tune' : 'judge';
}
