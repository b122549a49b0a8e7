/** espeak-ng's way to write English sounds → ARPAbet: for phrases that a dictionary does not have. */

/** As `espeak-ng -x -v en-us` prints them; vowels first in each pair of alternatives that begin alike. */
const SOUNDS: Readonly<Record<string, string>> = {
  'i@3': 'IH R',
  'aI@': 'AY AH',
  aI3: 'AY ER',
  'aU@': 'AW AH',
  aI: 'AY',
  aU: 'AW',
  eI: 'EY',
  OI: 'OY',
  oU: 'OW',
  'i@': 'IH',
  'A@': 'AA R',
  'O@': 'AO R',
  'o@': 'AO R',
  'e@': 'EH R',
  'U@': 'UH R',
  '3:': 'ER',
  '3': 'ER',
  '@L': 'AH L',
  '@2': 'AH',
  '@5': 'AH',
  '@': 'AH',
  'a#': 'AH',
  aa: 'AE',
  a: 'AE',
  'A:': 'AA',
  '0': 'AA',
  'O:': 'AO',
  O: 'AO',
  E: 'EH',
  I2: 'IH',
  'I#': 'IH',
  I: 'IH',
  'i:': 'IY',
  i: 'IY',
  'u:': 'UW',
  U: 'UH',
  V: 'AH',
  tS: 'CH',
  dZ: 'JH',
  T: 'TH',
  D: 'DH',
  S: 'SH',
  Z: 'ZH',
  N: 'NG',
  j: 'Y',
  h: 'HH',
  'r-': 'R',
  r: 'R',
  't#': 'T',
  t2: 'T',
  ...Object.fromEntries([...'bdfgklmnpstvwz'].map((sign) => [sign, sign.toUpperCase()])),
};

const LONGEST_FIRST = Object.keys(SOUNDS).sort((a, b) => b.length - a.length);
const VOWEL = /^(?:A[AEHOWY]|E[HRY]|I[HY]|O[WY]|U[HW])$/;
const STRESS: Readonly<Record<string, string>> = { "'": '1', ',': '2' };

/** undefined where a sound is not English. */
export function arpabetOf(mnemonics: string): readonly string[] | undefined {
  const phones: string[] = [];
  let stress = '0';
  let rest = mnemonics;
  while (rest !== '') {
    const sound = LONGEST_FIRST.find((one) => rest.startsWith(one));
    if (sound === undefined) {
      // Marks of stress stand before the syllable; others join words or say how a sound is drawn out.
      if (!/^[',%_|:=;! ]/.test(rest)) return undefined;
      stress = STRESS[rest[0]!] ?? stress;
      rest = rest.slice(1);
      continue;
    }
    rest = rest.slice(sound.length);
    for (const phone of SOUNDS[sound]!.split(' ')) {
      phones.push(VOWEL.test(phone) ? `${phone}${stress}` : phone);
      if (VOWEL.test(phone)) stress = '0';
    }
  }
  return phones.length === 0 ? undefined : phones;
}
