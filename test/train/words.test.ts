/** What sounds like a phrase, and what is ordered of whom. */
import { describe, expect, test } from 'vitest';
import { nameOf } from '../../src/train/project.js';
import type { Engine } from '../../src/train/voices/types.js';
import { arpabetOf } from '../../src/train/words/mnemonics.js';
import { nearWords, otherConsonants, wordsOf } from '../../src/train/words/near.js';
import { ordersOf, type Wanted } from '../../src/train/words/orders.js';
import { distance, parseDictionary } from '../../src/train/words/phones.js';

const DICTIONARY = parseDictionary(`;;; a comment
hey HH EY1
they DH EY1
okay OW2 K EY1
device D IH0 V AY1 S
devices D IH0 V AY1 S AH0 Z
the DH AH0
devise D IH0 V AY1 Z
devise(2) D AH0 V AY1 Z
advice AE0 D V AY1 S # as in help
divide D IH0 V AY1 D
hideaway HH AY1 D AH0 W EY2
table T EY1 B AH0 L
`);

describe('pronunciations', () => {
  test('the dictionary has the first of each word', () => {
    expect(DICTIONARY.get('devise')).toEqual(['D', 'IH0', 'V', 'AY1', 'Z']);
    expect(DICTIONARY.get('advice')).toEqual(['AE0', 'D', 'V', 'AY1', 'S']);
    expect(DICTIONARY.size).toBe(11);
  });

  test.each([
    ['device', 'device', 0],
    ['device', 'devise', 0.45],
    ['device', 'divide', 0.8],
    ['hey', 'they', 0.8],
  ])('%s and %s are %s apart', (a, b, expected) => {
    expect(distance(DICTIONARY.get(a)!, DICTIONARY.get(b)!)).toBeCloseTo(expected, 9);
    expect(distance(DICTIONARY.get(b)!, DICTIONARY.get(a)!)).toBeCloseTo(expected, 9);
  });
});

describe('near words', () => {
  const near = nearWords('Hey, device', DICTIONARY)!;

  test('are words in the place of its words, and its parts, the nearest first', () => {
    const texts = near.map(({ text }) => text);
    for (const wanted of ['they device', 'hey divide', 'hey advice', 'device', 'hey'])
      expect(texts).toContain(wanted);
    expect(near.map((one) => one.distance)).toEqual(near.map((one) => one.distance).sort((a, b) => a - b));
  });

  test('and never what may be the phrase itself', () => {
    expect(near.map(({ text }) => text)).not.toContain('hey devise');
    expect(near.map(({ text }) => text)).not.toContain('hey device');
  });

  test('nor what has the whole phrase in it', () => {
    const texts = near.map(({ text }) => text);
    expect(texts).not.toContain('hey devices');
    expect(texts).toContain('devices');
  });

  test('everyday words take the place of its words', () => {
    expect(near.map(({ text }) => text)).toEqual(expect.arrayContaining(['the device', 'hey the']));
  });

  test('of a word that the dictionary does not have there are none', () => {
    expect(nearWords('hey kws', DICTIONARY)).toBeUndefined();
  });

  test('with phonemes, other consonants stand in for it in any language', () => {
    const made = otherConsonants("h'eI dI2v'aIs", 50);
    expect(made).toHaveLength(50);
    for (const one of made) {
      expect(one).toMatch(/^\[\[h'eI .I2.'aI.\]\]$/);
      expect(one).not.toBe("[[h'eI dI2v'aIs]]");
    }
    expect(otherConsonants("'aI", 5)).toEqual([]);
  });
});

describe('what espeak-ng makes of a word that no dictionary has', () => {
  test.each([
    ["oUk'eI n'A:bu:", 'OW0 K EY1 N AA1 B UW0'],
    ["h'eI dI2v'aIs", 'HH EY1 D IH0 V AY1 S'],
    ["tS'3:tS", 'CH ER1 CH'],
    ["f'aI@", 'F AY1 AH0'],
    ["k@mpj'u:t3", 'K AH0 M P Y UW1 T ER0'],
  ])('%s is %s', (mnemonics, phones) => {
    expect(arpabetOf(mnemonics)?.join(' ')).toBe(phones);
  });

  test.each([
    ['a sound that English does not have', "g'yrk"],
    ['nothing', ''],
  ])('%s is none', (_, mnemonics) => {
    expect(arpabetOf(mnemonics)).toBeUndefined();
  });
});

const ENGINES: readonly Engine[] = [
  {
    name: 'espeak-ng',
    program: 'espeak-ng',
    voices: [
      { engine: 'espeak-ng', name: 'en+m1', role: 'train' },
      { engine: 'espeak-ng', name: 'en+f1', role: 'tune' },
      { engine: 'espeak-ng', name: 'en+f2', role: 'judge' },
    ],
  },
  { name: 'flite', program: 'flite', voices: [{ engine: 'flite', name: 'slt', role: 'train' }] },
];
const counts = { word: 20, near: 40, talk: 20 };
const WANTED: Wanted = {
  language: 'en',
  spellings: ['hey device'],
  near: nearWords('hey device', DICTIONARY)!,
  phonemes: otherConsonants("h'eI dI2v'aIs", 20),
  words: ['table', 'hideaway'],
  seed: 1,
  clips: { train: counts, tune: counts, judge: counts },
};

describe('orders', () => {
  const orders = ordersOf(ENGINES, WANTED);

  test('are the same for the same seed, and others for another', () => {
    expect(ordersOf(ENGINES, WANTED)).toEqual(orders);
    expect(ordersOf(ENGINES, { ...WANTED, seed: 2 })).not.toEqual(orders);
    expect(orders).toHaveLength(3 * 80);
  });

  test('are for voices of their role alone', () => {
    const wrong = orders.filter(({ order, role }) => {
      const voice = ENGINES.flatMap(({ voices }) => voices).find(({ name }) => name === order.voice);
      return voice?.role !== role;
    });
    expect(wrong).toEqual([]);
  });

  test.each(['alexa', 'play some music', 'the kitchen window', 'Stop!'])('talk never says "%s"', (phrase) => {
    const clips = { word: 0, near: 0, talk: 400 };
    const wanted = { ...WANTED, spellings: [phrase], clips: { train: clips, tune: clips, judge: clips } };
    const said = wordsOf(phrase).join(' ');
    const talk = ordersOf(ENGINES, wanted).map(({ order }) => ` ${wordsOf(order.text).join(' ')} `);
    expect(talk.filter((text) => text.includes(` ${said} `))).toEqual([]);
  });

  test('near words that judge are taught to nobody', () => {
    const texts = (role: string) =>
      new Set(
        orders
          .filter((one) => one.role === role && one.said === 'near' && !one.order.text.startsWith('[['))
          .flatMap(({ order }) => order.text.split(', ')),
      );
    const taught = texts('train');
    expect(taught.size).toBeGreaterThan(2);
    expect([...texts('judge')].filter((text) => taught.has(text))).toEqual([]);
  });

  test('phonemes are for espeak-ng alone, and no text has a mark that an engine would take for its own', () => {
    for (const { order } of orders) if (order.text.includes('[')) expect(order.engine).toBe('espeak-ng');
    const marked = ordersOf(ENGINES, { ...WANTED, spellings: ['hey <b>[[x]]{d}'] });
    for (const { order } of marked.filter(({ said }) => said === 'word'))
      expect(order.text).not.toMatch(/[<>[\]{}]/);
  });

  test('without a voice for a role the others take its place', () => {
    const [only] = ENGINES;
    const few = [{ ...only!, voices: only!.voices.slice(0, 1) }];
    expect(new Set(ordersOf(few, WANTED).map(({ order }) => order.voice))).toEqual(new Set(['en+m1']));
  });
});

test.each([
  ['hey device', 'hey_device'],
  ['Écoute, maison!', 'ecoute_maison'],
  ['компьютер', 'wake_word'],
  ['привет R2', 'r2'],
])('%s: a project called %s', (word, expected) => {
  expect(nameOf(word)).toBe(expected);
});

test('words of a phrase in any alphabet', () => {
  expect(wordsOf("Hé, l'eau — компьютер 2!")).toEqual(['hé', "l'eau", 'компьютер', '2']);
});
