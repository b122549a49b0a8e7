/**
 * What espeak-ng makes of a text, in IPA → the signs that Kokoro was trained with: diphthongs and affricates are
 * one sign each, and English has a spelling of its own.
 */

/** How English is said: other languages' sounds stay as they are. */
export type Accent = 'en-us' | 'en-gb' | 'other';

type Rules = readonly (readonly [from: string, to: string])[];

/** espeak-ng ties what is one sound with `^` (`--tie=^`). */
const EVERYWHERE: Rules = [
  ['a^ɪ', 'I'],
  ['a^ʊ', 'W'],
  ['e^ɪ', 'A'],
  ['o^ʊ', 'O'],
  ['ə^ʊ', 'Q'],
  ['ɔ^ɪ', 'Y'],
  ['d^ʒ', 'ʤ'],
  ['t^ʃ', 'ʧ'],
  ['d^z', 'ʣ'],
  ['t^s', 'ʦ'],
  ['g', 'ɡ'],
];

const ENGLISH: Rules = [
  ['ə^l', 'ᵊl'],
  ['ɐ', 'ə'],
  ['r', 'ɹ'],
  ['x', 'k'],
  ['ç', 'k'],
  ['ɬ', 'l'],
  ['ʔ', 't'],
  ['ʲ', ''],
  ['\u0303', ''],
];

const RULES: Readonly<Record<Accent, Rules>> = {
  other: EVERYWHERE,
  'en-us': [...EVERYWHERE, ...ENGLISH, ['ɚ', 'əɹ'], ['ɜːɹ', 'ɜɹ'], ['ɜː', 'ɜɹ'], ['ɾ', 'T'], ['ː', '']],
  'en-gb': [...EVERYWHERE, ...ENGLISH, ['e^ə', 'ɛː']],
};

/** @param ipa of `espeak-ng --ipa --tie=^` */
export function kokoroSigns(ipa: string, accent: Accent): string {
  const signs = RULES[accent].reduce((text, [from, to]) => text.replaceAll(from, to), ipa);
  // What is left: ties of sounds that have no sign, marks of syllables, names of languages that are changed to.
  return signs
    .replace(/\([^)]*\)/g, '')
    .replace(/\^|\u0329|\u200d|_|-/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A text's stretches of words, and the punctuation between them, which espeak-ng does not give back. */
export function stretches(text: string): readonly { readonly words: string; readonly mark: string }[] {
  return [...text.matchAll(/([^,.!?;:]+)([,.!?;:]*)\s*/g)]
    .map(([, words, mark]) => ({ words: words!.trim(), mark: mark!.slice(0, 1) }))
    .filter(({ words }) => words !== '');
}
