/**
 * What sounds like a phrase and is not it: what a detector must be taught to let pass.
 *
 * From a dictionary where the phrase is in it (parts of it, words put in the place of its words, single words of
 * its rhythm and its vowels); otherwise, in any language, from espeak-ng's own phonemes with other consonants.
 */
import { createRandom, shuffled } from '../random.js';
import { type Dictionary, distance, rhythmOf, vowelsOf } from './phones.js';

/** Closer than this it may be the phrase itself, in somebody's mouth: neither taught nor judged. */
const THE_SAME = 0.5;

export interface NearWord {
  readonly text: string;
  /** 0: the same sounds; 1: one sound is another one. */
  readonly distance: number;
}

export const wordsOf = (phrase: string): readonly string[] =>
  phrase
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}']+/u)
    .filter((word) => word !== '');

/** ARPAbet of the phrase; undefined where one of its words is not in the dictionary. */
export function phonesOf(phrase: string, dictionary: Dictionary): readonly string[] | undefined {
  const phones = wordsOf(phrase).map((word) => dictionary.get(word));
  return phones.length > 0 && phones.every((one) => one !== undefined) ? phones.flat() : undefined;
}

/** What stands before and behind words all day: whoever says "this device" does not mean the phrase. */
const COMMON = (
  'the a my your this that another new old every which no some her his our one two first next good big little ' +
  'see get buy use have take open like find is and or of for with from today now please here there'
).split(' ');
const PER_WORD = 24;
const ALIKE = 120;
const SAME_RHYTHM = 160;

/** From the nearest on; undefined where the dictionary does not have the phrase. */
export function nearWords(phrase: string, dictionary: Dictionary): readonly NearWord[] | undefined {
  const phones = phonesOf(phrase, dictionary);
  if (phones === undefined) return undefined;
  const words = wordsOf(phrase);
  const found = new Map<string, number>();
  const add = (text: string, away: number) => {
    if (away > THE_SAME && !saysAll(phonesOf(text, dictionary)!, phones))
      found.set(text, Math.min(away, found.get(text) ?? away));
  };
  for (const [i, word] of words.entries()) {
    const own = dictionary.get(word)!;
    for (const one of closest(own, dictionary, PER_WORD)) {
      add([...words.slice(0, i), one.text, ...words.slice(i + 1)].join(' '), one.distance);
      if (words.length > 1) add(one.text, distance(phones, dictionary.get(one.text)!));
    }
    if (words.length === 1) continue;
    add(word, distance(phones, own));
    for (const one of COMMON) {
      const other = dictionary.get(one);
      if (other !== undefined)
        add([...words.slice(0, i), one, ...words.slice(i + 1)].join(' '), distance(own, other));
    }
  }
  for (const one of closest(phones, dictionary, ALIKE)) add(one.text, one.distance);
  const vowels = vowelsOf(phones);
  const rhythm = rhythmOf(phones);
  const random = createRandom(`rhythm ${phrase}`);
  const rhymes = [...dictionary].filter(([, own]) => vowelsOf(own) === vowels);
  const beats = [...dictionary].filter(([, own]) => rhythmOf(own) === rhythm);
  for (const [word, own] of [
    ...shuffled(rhymes, random).slice(0, SAME_RHYTHM),
    ...shuffled(beats, random).slice(0, SAME_RHYTHM),
  ])
    add(word, distance(phones, own));
  return [...found]
    .map(([text, away]) => ({ text, distance: away }))
    .sort((a, b) => a.distance - b.distance || (a.text < b.text ? -1 : 1));
}

/** Whoever says "hey devices" has said "hey device": that is no mistake of a detector. */
function saysAll(phones: readonly string[], phrase: readonly string[]): boolean {
  const plain = (list: readonly string[]) => ` ${list.join(' ').replace(/\d/g, '')} `;
  return plain(phones).includes(plain(phrase));
}

function closest(phones: readonly string[], dictionary: Dictionary, count: number): readonly NearWord[] {
  const all: NearWord[] = [];
  for (const [text, own] of dictionary) {
    if (Math.abs(own.length - phones.length) > 3) continue;
    const away = distance(phones, own);
    if (away > THE_SAME) all.push({ text, distance: away });
  }
  // Among many that are equally near not those that come first in the alphabet.
  return shuffled(all, createRandom(`closest ${phones.join(' ')}`))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count);
}

/** Consonants of espeak-ng's mnemonics that every language's voices know. */
const CONSONANTS = [...'bdfgklmnprstvz'];

/**
 * The phrase with other consonants, as espeak-ng takes phonemes: `[[h'eI m2k'aIs]]`.
 * @param mnemonics what `espeak-ng -x` prints for the phrase
 */
export function otherConsonants(mnemonics: string, count: number): readonly string[] {
  const random = createRandom(`consonants ${mnemonics}`);
  const places = [...mnemonics].flatMap((sign, i) => (CONSONANTS.includes(sign) ? [i] : []));
  if (places.length === 0) return [];
  const made = new Set<string>();
  for (let tries = 0; made.size < count && tries < 20 * count; tries++) {
    const signs = [...mnemonics];
    const changes = Math.min(places.length, random.integer(1, 4));
    for (const place of shuffled(places, random).slice(0, changes))
      signs[place] = random.pick(CONSONANTS.filter((sign) => sign !== mnemonics[place]));
    made.add(`[[${signs.join('')}]]`);
  }
  return [...made];
}
