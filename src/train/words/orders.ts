/** A phrase, what sounds like it and voices → what is ordered of the synthesisers, for each of the three roles. */
import { createRandom, type Random } from '../random.js';
import type { Engine, EngineName, Order, Role, Voice } from '../voices/types.js';
import { type NearWord, wordsOf } from './near.js';
import { sentence } from './sentences.js';

/** What a clip is for, as passages and figures tell them apart. */
export type Said = 'word' | 'near' | 'talk';

export interface Ordered {
  readonly order: Order;
  readonly said: Said;
  readonly role: Role;
}

export interface Wanted {
  readonly language: string;
  /** Ways to write the phrase: each is said equally often. */
  readonly spellings: readonly string[];
  readonly near: readonly NearWord[];
  /** As espeak-ng takes phonemes; only it says them. */
  readonly phonemes: readonly string[];
  /** Single words for sentences. */
  readonly words: readonly string[];
  readonly seed: number;
  readonly clips: Readonly<Record<Role, Readonly<Record<Said, number>>>>;
}

/** How often an engine is chosen, of those that are there. */
const SHARES: Readonly<Record<Exclude<EngineName, 'kokoro'>, number>> = {
  'espeak-ng': 0.45,
  flite: 0.22,
  pico: 0.22,
  festival: 0.11,
};

/** The closest to people, and thirty times as slow as the others: most of it says the phrase. */
const NEURAL: Readonly<Record<Said, number>> = { word: 0.6, near: 0.35, talk: 0.12 };

const shareOf = (engine: EngineName, said: Said) => (engine === 'kokoro' ? NEURAL[said] : SHARES[engine]);

/** The same request gives the same orders. */
export function ordersOf(engines: readonly Engine[], wanted: Wanted): readonly Ordered[] {
  const voices = engines.flatMap((engine) => engine.voices);
  return (['train', 'tune', 'judge'] as const).flatMap((role) => {
    const own = voices.filter((voice) => voice.role === role);
    // A language with few voices has none to spare for every role: better the same voice than no figure at all.
    const choice = own.length === 0 ? voices : own;
    return (['word', 'near', 'talk'] as const).flatMap((said) =>
      Array.from({ length: wanted.clips[role][said] }, (_, n): Ordered => {
        const random = createRandom(`${wanted.seed} ${role} ${said} ${n}`);
        return { order: orderOf(choice, role, said, wanted, random), said, role };
      }),
    );
  });
}

function orderOf(voices: readonly Voice[], role: Role, said: Said, wanted: Wanted, random: Random): Order {
  const spoken =
    said === 'near' && wanted.phonemes.length > 0 && (wanted.near.length === 0 || random.next() < 0.2);
  const able = spoken ? voices.filter(({ engine }) => engine === 'espeak-ng') : voices;
  const voice = draw(able.length === 0 ? voices : able, said, random);
  const phonemes = spoken && voice.engine === 'espeak-ng';
  // Most misses are of people in a hurry.
  const speed = Math.exp(random.uniform(Math.log(0.75), Math.log(1.6)));
  return {
    engine: voice.engine,
    voice: voice.name,
    text: plain(phonemes ? random.pick(wanted.phonemes) : textOf(said, role, wanted, random)),
    speed: Number(speed.toFixed(3)),
    pitch: Number(random.uniform(0.75, 1.3).toFixed(3)),
  };
}

function draw(voices: readonly Voice[], said: Said, random: Random): Voice {
  const engines = [...new Set(voices.map(({ engine }) => engine))];
  const total = engines.reduce((sum, engine) => sum + shareOf(engine, said), 0);
  let at = random.next() * total;
  const engine = engines.find((name) => {
    at -= shareOf(name, said);
    return at < 0;
  });
  return random.pick(voices.filter((voice) => voice.engine === (engine ?? engines[0])));
}

function textOf(said: Said, role: Role, wanted: Wanted, random: Random): string {
  if (said === 'word') {
    const phrase = random.pick(wanted.spellings);
    return random.pick([phrase, phrase, `${phrase}!`, `${phrase}?`, `${phrase}.`]);
  }
  const near = wanted.near.filter(({ text }) => roleOfText(text) === role);
  if (said === 'near' && near.length > 0) {
    // The nearest more often.
    const one = () => near[Math.floor(random.next() ** 1.7 * near.length)]!.text;
    return random.next() < 0.6 ? one() : [one(), one(), one()].join(', ');
  }
  return withoutPhrase(() => sentence(wanted.language, wanted.words, random), wanted.spellings);
}

/** What is talk and has the phrase in it ("hello, alexa") would teach, and tune, that the phrase is not the phrase. */
function withoutPhrase(draw: () => string, spellings: readonly string[]): string {
  const phrases = spellings.map((spelling) => ` ${wordsOf(spelling).join(' ')} `);
  const saysIt = (text: string) => {
    const words = ` ${wordsOf(text).join(' ')} `;
    return phrases.some((phrase) => words.includes(phrase));
  };
  let text = draw();
  for (let tries = 0; tries < TRIES && saysIt(text); tries++) text = draw();
  return text;
}

/** Most of what is drawn does not have the phrase in it, whatever the phrase is. */
const TRIES = 100;

/** Words that are tuned with or judged by are not taught. */
function roleOfText(text: string): Role {
  const share = createRandom(`word ${text}`).next();
  if (share < 0.75) return 'train';
  return share < 0.85 ? 'tune' : 'judge';
}

/** No sign that an engine could take for a mark of its own, but for the brackets around phonemes. */
function plain(text: string): string {
  return text.startsWith('[[') ? text : text.replace(/[<>[\]{}\\]/g, ' ');
}
