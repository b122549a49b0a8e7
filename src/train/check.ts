/**
 * Everything that can be known before the long work: tools, voices, folders, recordings, disk.
 *
 * What is wrong is said all at once, each with the command that mends it.
 */
import { statfsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { inputError, KwsError, type Problem, toolError } from '../diagnostics/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { ask } from '../platformio/run-tool.js';
import { findTrainingEngine, type TrainingEngine } from './engine.js';
import { checkRecordings, type Recordings } from './recordings.js';
import type { TrainRequest } from './types.js';
import { findEngines } from './voices/engines.js';
import { VOICES_FIX } from './voices/packages.js';
import type { Engine } from './voices/types.js';
import { arpabetOf } from './words/mnemonics.js';
import { type NearWord, nearWords, otherConsonants, phonesOf, wordsOf } from './words/near.js';
import { type Dictionary, parseDictionary } from './words/phones.js';

export interface CheckOptions {
  readonly directory: string;
  /** Where everything on the way is kept. */
  readonly cache: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Checked {
  readonly engine: TrainingEngine;
  readonly engines: readonly Engine[];
  readonly recordings: Recordings;
  readonly near: readonly NearWord[];
  /** The phrase with other consonants, for espeak-ng. */
  readonly phonemes: readonly string[];
  /** For sentences. */
  readonly words: readonly string[];
  /** How the phrase is said, to be looked at: IPA by espeak-ng for each spelling. */
  readonly pronunciations: readonly string[];
}

/** Speech, sound and features of a usual run. */
const DISK_BYTES = 1.5e9;
const LONGEST_PHRASE = 60;
/** @throws KwsError (exit code 2 for what was given, 3 for what is missing) with everything that is wrong */
export async function checkTraining(request: TrainRequest, options: CheckOptions): Promise<Checked> {
  const { directory, signal, progress } = options;
  checkPhrase(request);
  const env = options.env ?? process.env;
  progress?.('looking for tools and voices');
  const [engine, engines] = await Promise.all([
    findTrainingEngine(env),
    findEngines(request.language, env, request.neural),
  ]);
  const missing = [...missingTools(request, engine, engines), ...fullDisk(options.cache)];
  const recordings = await checkRecordings({
    ...request,
    directory,
    signal,
    progress: (done, of) => progress?.(`looking at recordings, ${done} of ${of}`),
  });
  if (missing.length > 0) throw toolError(missing);
  const text = await readFile(engine!.dictionary, 'utf8');
  const dictionary = parseDictionary(text);
  const english = request.language.startsWith('en');
  const espeak = engines.find(({ name }) => name === 'espeak-ng');
  const say: Say = async (flag, text, voice = request.language) =>
    espeak === undefined ? undefined : await ask(espeak.program, ['-q', flag, '-v', voice, '--', text]);
  const near = english ? await nearOf(request, await withUnknown(request.word, dictionary, say), say) : [];
  const mnemonics = inOneLine(await say('-x', request.spellings[0]!));
  const pronunciations = await Promise.all(
    request.spellings.map(async (spelling) => inOneLine(await say('--ipa', spelling))),
  );
  return {
    engine: engine!,
    engines,
    recordings,
    near,
    phonemes: mnemonics === undefined ? [] : otherConsonants(mnemonics, 200),
    words: english ? ordinary([...dictionary.keys()], request.word) : [],
    pronunciations: pronunciations.map((one, i) => {
      const phones = phonesOf(request.spellings[i]!, dictionary);
      return [one, english && phones !== undefined ? phones.join(' ') : undefined].filter(Boolean).join('  ');
    }),
  };
}

/** What espeak-ng makes of a text, in phonemes; undefined where it is not there. */
type Say = (flag: '-x' | '--ipa', text: string, voice?: string) => Promise<string | undefined>;

const inOneLine = (text: string | undefined) => text?.trim().replace(/\s+/g, ' ');

/** The dictionary, and words of the phrase that it does not have, as espeak-ng reads them. */
async function withUnknown(phrase: string, dictionary: Dictionary, say: Say): Promise<Dictionary> {
  const more = new Map(dictionary);
  for (const word of wordsOf(phrase).filter((one) => !dictionary.has(one))) {
    const phones = arpabetOf(inOneLine(await say('-x', word, 'en-us')) ?? '');
    if (phones !== undefined) more.set(word, phones);
  }
  return more;
}

/** Without those that espeak-ng reads as the phrase itself: names are spelled in many ways. */
async function nearOf(
  { word, spellings }: TrainRequest,
  dictionary: Dictionary,
  say: Say,
): Promise<readonly NearWord[]> {
  const near = nearWords(word, dictionary) ?? [];
  // A full stop ends the line that it is answered with.
  const texts = [...spellings, ...near.map(({ text }) => text)];
  const lines = (await say('-x', texts.map((text) => `${text}.`).join('\n')))?.trim().split('\n') ?? [];
  if (lines.length !== texts.length) return near;
  const own = new Set(lines.slice(0, spellings.length).map((line) => line.trim()));
  return near.filter((_, i) => !own.has(lines[spellings.length + i]!.trim()));
}

/** Words that do not have the phrase's words in them. */
function ordinary(all: readonly string[], phrase: string): readonly string[] {
  const own = wordsOf(phrase);
  return all.filter((word) => word.length >= 3 && !own.some((part) => word.includes(part)));
}

function checkPhrase({ word, spellings }: TrainRequest): void {
  const problems = [word, ...spellings].flatMap((text): Problem[] => {
    if (wordsOf(text).length === 0)
      return [
        {
          what: 'there is nothing to be said in it',
          where: `--word ${JSON.stringify(text)}`,
          next: 'give a word or a short phrase, such as --word "hey device"',
        },
      ];
    if (text.length > LONGEST_PHRASE)
      return [
        {
          what: `is longer than ${LONGEST_PHRASE} signs`,
          where: `--word ${JSON.stringify(text.slice(0, 20))}…`,
          next: 'a wake word has two to four syllables; people say it often',
        },
      ];
    return [];
  });
  if (problems.length > 0) throw inputError(problems);
}

function missingTools(
  request: TrainRequest,
  engine: TrainingEngine | undefined,
  engines: readonly Engine[],
): readonly Problem[] {
  const problems: Problem[] = [];
  if (engine === undefined)
    problems.push({
      what: 'JAX, which trains networks, is not installed',
      why: 'it lives in a venv of its own in the cache folder, some 630 MB',
      next: 'kws-gen train --fix installs it',
    });
  if (request.neural && !engines.some(({ name }) => name === 'kokoro'))
    problems.push({
      what: `neural voices for "${request.language}" are not there`,
      why: 'they are to speak, and live in a venv of their own in the cache folder; espeak-ng reads for them',
      next: 'kws-gen train --fix installs them; --no-neural, without --resume, leaves them out',
    });
  if (engines.length === 0)
    problems.push({
      what: `no speech synthesiser with a voice for "${request.language}" was found`,
      why: 'they say the word, and what is not the word',
      next: `kws-gen train --fix, or: ${VOICES_FIX}`,
    });
  return problems;
}

function fullDisk(cache: string): readonly Problem[] {
  try {
    makeFolder(cache);
    const { bavail, bsize } = statfsSync(cache);
    if (bavail * bsize >= DISK_BYTES) return [];
    return [
      {
        what: `there are ${Math.floor((bavail * bsize) / 1e6)} MB left on the disk, some ${DISK_BYTES / 1e6} are needed`,
        where: cache,
        next: 'free some space, or name another folder in KWS_CACHE_DIR',
      },
    ];
  } catch (error) {
    if (error instanceof KwsError) throw error;
    return [
      {
        what: 'the cache folder cannot be written',
        where: cache,
        why: (error as Error).message,
        next: 'make it writable, or name another one in KWS_CACHE_DIR',
      },
    ];
  }
}
