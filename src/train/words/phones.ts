/**
 * A pronunciation dictionary (CMUdict, public domain) and how far apart two pronunciations are.
 *
 * Phones are ARPAbet: vowels end in their stress, `AY1`.
 */

/** The first pronunciation of each word. */
export type Dictionary = ReadonlyMap<string, readonly string[]>;

/** @param text cmudict.dict: `word P H O N E S # comment`, further pronunciations as `word(2)` */
export function parseDictionary(text: string): Dictionary {
  const words = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [word = '', ...phones] = line.split('#')[0]!.trim().split(' ');
    if (/^[a-z]{2,}$/.test(word) && phones.length > 0) words.set(word, phones);
  }
  return words;
}

/** Consonants that are taken for each other, and vowels whose sounds are neighbours. */
const CLASSES: readonly (readonly string[])[] = [
  ['P', 'T', 'K'],
  ['B', 'D', 'G'],
  ['P', 'B'],
  ['T', 'D'],
  ['K', 'G'],
  ['S', 'Z'],
  ['S', 'SH'],
  ['F', 'V'],
  ['TH', 'DH'],
  ['F', 'TH'],
  ['V', 'DH'],
  ['CH', 'JH'],
  ['CH', 'SH'],
  ['M', 'N', 'NG'],
  ['L', 'R', 'W'],
  ['Y', 'W'],
  ['HH', 'F'],
  ['IY', 'IH', 'EY', 'Y'],
  ['EH', 'AE', 'IH'],
  ['AH', 'IH', 'UH', 'ER', 'EH'],
  ['AA', 'AO', 'AH', 'OW'],
  ['UW', 'UH', 'OW'],
  ['AY', 'OY', 'AA'],
  ['AW', 'AA', 'OW'],
];

const NEIGHBOURS = new Set(CLASSES.flatMap((group) => group.flatMap((a) => group.map((b) => `${a} ${b}`))));

const bare = (phone: string): string => phone.replace(/\d$/, '');
const isVowel = (phone: string): boolean => /\d$/.test(phone);

/** 0 for the same, 1 for nothing in common. */
function apart(a: string, b: string): number {
  if (a === b) return 0;
  const [x, y] = [bare(a), bare(b)];
  if (x === y) return 0.15;
  if (NEIGHBOURS.has(`${x} ${y}`)) return 0.45;
  return isVowel(a) === isVowel(b) ? 0.8 : 1.2;
}

const GAP = 0.8;

/** Least cost of making one pronunciation of the other. */
export function distance(a: readonly string[], b: readonly string[]): number {
  let row = Float64Array.from({ length: b.length + 1 }, (_, j) => j * GAP);
  for (let i = 1; i <= a.length; i++) {
    const next = new Float64Array(b.length + 1);
    next[0] = i * GAP;
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + GAP, next[j - 1]! + GAP, row[j - 1]! + apart(a[i - 1]!, b[j - 1]!));
    row = next;
  }
  return row[b.length]!;
}

/** The vowels with their stress: the rhythm. */
export const vowelsOf = (phones: readonly string[]): string => phones.filter(isVowel).map(bare).join(' ');

/** Stress per syllable; secondary counts as unstressed. */
export const rhythmOf = (phones: readonly string[]): string =>
  phones
    .filter(isVowel)
    .map((phone) => (phone.endsWith('1') ? '1' : '0'))
    .join('');
