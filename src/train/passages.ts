/**
 * Passages of sound to learn from: the word in the middle of everyday sound, and everyday sound without it.
 *
 * A passage is heard from the front end's reset to its end, as a device hears, with jumps between its pieces.
 * Everything random comes from the passage's own seed. Leaves to others: which passages there are (`parts.ts`).
 */
import { createRandom, type Random } from './random.js';
import { asLoudAs, replaced } from './sound/envelope.js';
import { background } from './sound/noises.js';
import { microphone, muLaw, room } from './sound/settings.js';
import {
  faded,
  faster,
  gainOf,
  joined,
  RATE,
  type Span,
  scaled,
  silence,
  speechIn,
  speechLevel,
  spokenFaster,
} from './sound/speech.js';

/** What a passage's windows are to the trainer. */
export type PassageKind = 'real' | 'synthetic' | 'near' | 'broken' | 'noise';

/** A clip to learn from. */
export interface Source {
  readonly path: string;
  /** Names its content: caches and seeds follow it. */
  readonly key: string;
  readonly kind: 'real' | 'synthetic' | 'near';
  readonly hasWord: boolean;
}

/** Sound, and where in it the word is said. */
export interface Passage {
  readonly sound: Float32Array;
  readonly kind: PassageKind;
  readonly said: readonly Span[];
  /** Where what sounds like the word ends, s. */
  readonly alike: readonly number[];
}

/** What passages are made of; loaded by whoever makes one. */
export interface Studio {
  sound(source: Source): Float32Array;
  /** Sources without the word, of which others talk in the background. */
  readonly talk: readonly Source[];
  /** Recordings of noise. */
  readonly noises: readonly Source[];
}

const TALK_LIMIT = 12 * RATE;

/** How much faster: mean and deviation of the logarithm, and the most. */
interface Haste {
  readonly mean: number;
  readonly deviation: number;
  readonly most: number;
}

/** Voices are asked for many paces already; recordings have those of people who sit at a computer. */
const VOICES_HASTE: Haste = { mean: 0.05, deviation: 0.16, most: 1.6 };
const PEOPLES_HASTE: Haste = { mean: 0.08, deviation: 0.2, most: 1.8 };

const hasteOf = ({ kind }: Source): Haste => (kind === 'real' ? PEOPLES_HASTE : VOICES_HASTE);

/** Another voice and another pace; how many times shorter it is. */
function speaker(
  sound: Float32Array,
  random: Random,
  haste: Haste = VOICES_HASTE,
): { sound: Float32Array; factor: number } {
  let out = sound;
  let factor = 1;
  const bounded = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  if (random.next() < 0.7) {
    const change = bounded(Math.exp(random.normal(0, 0.085)), 0.8, 1.25);
    out = faster(out, change);
    factor *= change;
  }
  if (random.next() < 0.5) {
    // People who are in a hurry are what is missed most: the faster side is the longer one.
    const pace = bounded(Math.exp(random.normal(haste.mean, haste.deviation)), 0.7, haste.most);
    out = spokenFaster(out, pace);
    factor *= pace;
  }
  return { sound: out, factor };
}

/** Through a room, a microphone, and into noise; louder or quieter. */
function placed(studio: Studio, dry: Float32Array, random: Random): Float32Array {
  let sound = scaled(dry, 1 / Math.max(speechLevel(dry), 1e-4));
  if (random.next() < 0.45) sound = room(sound, random);
  if (random.next() < 0.7) {
    sound = microphone(sound, random);
    sound = scaled(sound, 1 / Math.max(speechLevel(sound), 1e-4));
  }
  if (random.next() < 0.75) {
    const gain = gainOf(-random.uniform(0, 35));
    const behind = background(
      sound.length,
      random,
      () => studio.sound(random.pick(studio.talk)),
      studio.noises.length === 0 ? undefined : () => studio.sound(random.pick(studio.noises)),
    );
    sound = sound.map((value, i) => value + behind[i]! * gain);
    if (random.next() < 0.3) sound = microphone(sound, random);
  }
  const own = gainOf(random.uniform(-70, -30));
  const level = gainOf(random.uniform(-45, -8));
  sound = sound.map((value) => (value + random.normal(0, own)) * level);
  if (random.next() < 0.04) {
    const gain = gainOf(random.uniform(6, 20));
    sound = sound.map((value) => Math.max(-0.5, Math.min(0.5, value * gain)));
  }
  return random.next() < 0.08 ? muLaw(sound) : sound;
}

/** Noise as loud as the quietest part of a clip: what evaluations play around it. */
function padding(sound: Float32Array, random: Random): Float32Array {
  const some = Float32Array.from({ length: 512 }, () =>
    Math.abs(sound[random.integer(0, sound.length)] ?? 0),
  ).sort();
  const level = some[51]! * 1.5 + 1e-5;
  return Float32Array.from({ length: RATE }, () => random.normal(0, level));
}

/** Up to two seconds of somebody talking, as loud as `level`. */
function talking(studio: Studio, level: number, random: Random): Float32Array {
  const sound = studio.sound(random.pick(studio.talk));
  const size = Math.floor(RATE * random.uniform(0.3, 2));
  const at = random.integer(0, Math.max(1, sound.length - size));
  const part = sound.subarray(at, at + size);
  return faded(scaled(part, level / Math.max(speechLevel(part), 1e-4)));
}

interface Piece {
  readonly sound: Float32Array;
  readonly said?: Span;
  readonly alike?: number;
}

/** One piece with the word in it, alone or among other talk. */
function word(studio: Studio, source: Source, random: Random, all: readonly Source[]): Piece | undefined {
  const recorded = studio.sound(source);
  const where = speechIn(recorded, source.kind !== 'real');
  if (where === undefined) return undefined;
  const whole =
    source.kind === 'real' && random.next() < LOUD_AS_ANOTHER
      ? asLoudAsAnother(studio, { sound: recorded, where }, random, all)
      : recorded;
  let { begin, end } = where;
  let sound = whole;
  if (random.next() < 0.6) {
    // The word alone, cut out with a little of its surroundings.
    const first = Math.max(0, Math.round((begin - random.uniform(0.04, 0.3)) * RATE));
    const last = Math.min(whole.length, Math.round((end + random.uniform(0.04, 0.3)) * RATE));
    sound = faded(whole.subarray(first, last));
    begin -= first / RATE;
    end -= first / RATE;
  }
  const changed = speaker(sound, random, hasteOf(source));
  begin /= changed.factor;
  end /= changed.factor;
  const level = Math.max(speechLevel(changed.sound), 1e-4);
  const other = () => talking(studio, level * gainOf(random.uniform(-8, 6)), random);
  const before = [silence(random.uniform(0.1, 1.2))];
  if (random.next() < 0.35) before.push(other(), silence(random.uniform(0, 0.25)));
  const after = [silence(random.uniform(0.45, 1))];
  if (random.next() < 0.3) after.unshift(silence(random.uniform(0.02, 0.4)), other());
  const lead = joined(before);
  const piece = placed(studio, joined([lead, changed.sound, ...after]), random);
  const shift = lead.length / RATE;
  const said = { begin: shift + begin, end: shift + end };
  const { sound: heard, shift: more } = padded(piece, random);
  return { sound: heard, said: { begin: said.begin + more, end: said.end + more } };
}

/** Recordings of the word of which the loudness from moment to moment is changed. */
const LOUD_AS_ANOTHER = 0.2;

/** The word, from moment to moment as loud as somebody else says it: its rhythm alone is to say little. */
function asLoudAsAnother(
  studio: Studio,
  { sound, where }: { readonly sound: Float32Array; readonly where: Span },
  random: Random,
  all: readonly Source[],
): Float32Array {
  const cut = (whole: Float32Array, { begin, end }: Span) =>
    whole.subarray(Math.round(begin * RATE), Math.round(end * RATE));
  const another = studio.sound(random.pick(all));
  const span = speechIn(another);
  const own = cut(sound, where);
  const model = span === undefined ? own : cut(another, span);
  return replaced(sound, Math.round(where.begin * RATE), asLoudAs(own, model, random.uniform(0.3, 1)));
}

/** Often with noise of its own around; how much later everything is then, s. */
function padded(sound: Float32Array, random: Random): { sound: Float32Array; shift: number } {
  if (random.next() >= 0.15) return { sound, shift: 0 };
  return { sound: joined([padding(sound, random), sound, padding(sound, random)]), shift: 1 };
}

/** One piece without the word. */
function other(studio: Studio, source: Source, random: Random): Piece {
  const whole = studio.sound(source);
  const at = random.integer(0, Math.max(1, whole.length - TALK_LIMIT));
  const said = speaker(whole.subarray(at, at + TALK_LIMIT), random, hasteOf(source));
  // What is said alone has quiet around it, as the word has; the network must have time to hear a near word out.
  const alone = source.kind === 'near' || random.next() < 0.5;
  const lead = silence(alone ? random.uniform(0.1, 1) : 0);
  const rest = silence(alone ? random.uniform(0.3, 1) : 0);
  const { sound, shift } = padded(placed(studio, joined([lead, said.sound, rest]), random), random);
  const span = source.kind === 'near' && at === 0 ? speechIn(whole, true) : undefined;
  if (span === undefined) return { sound };
  return { sound, alike: shift + lead.length / RATE + span.end / said.factor };
}

/** Parts of the word, and its parts in another order: not the word. */
function broken(studio: Studio, source: Source, random: Random): Piece | undefined {
  const whole = studio.sound(source);
  const where = speechIn(whole, source.kind !== 'real');
  if (where === undefined) return undefined;
  const first = Math.max(0, Math.round(where.begin * RATE) - 800);
  const said = whole.subarray(first, Math.round(where.end * RATE) + 800);
  const cut = Math.floor(said.length * random.uniform(0.38, 0.6));
  const head = faded(said.subarray(0, cut));
  const tail = faded(said.subarray(cut));
  const gap = silence(random.uniform(0.35, 1.2));
  const talk = () => talking(studio, speechLevel(said), random);
  const pieces = random.pick([
    () => [head, gap],
    () => [gap, tail],
    () => [tail, head],
    () => [Float32Array.from(said).reverse()],
    () => [head, talk()],
    () => [talk(), tail],
  ])();
  const sound = joined([gap.subarray(0, 3000), ...pieces, gap.subarray(0, 4000)]);
  return { sound: placed(studio, speaker(sound, random, hasteOf(source)).sound, random) };
}

export interface PassagePlan {
  readonly make: 'word' | 'other' | 'broken' | 'noise';
  readonly kind: PassageKind;
  readonly sources: readonly Source[];
  readonly seed: string;
}

/** The same for the same plan and sounds. */
export function makePassage(studio: Studio, { make, kind, sources, seed }: PassagePlan): Passage {
  const random = createRandom(seed);
  if (make === 'noise') {
    const length = Math.floor(random.uniform(4, 12) * RATE);
    const sound = background(
      length,
      random,
      () => studio.sound(random.pick(studio.talk)),
      studio.noises.length === 0 ? undefined : () => studio.sound(random.pick(studio.noises)),
    );
    return { sound: scaled(sound, gainOf(random.uniform(-60, -15))), kind, said: [], alike: [] };
  }
  const piece = { word, other, broken }[make];
  const pieces: Float32Array[] = [];
  const said: Span[] = [];
  const alike: number[] = [];
  let at = 0;
  for (const source of sources) {
    const made = piece(studio, source, random, sources);
    if (made === undefined) continue;
    pieces.push(made.sound);
    if (made.said !== undefined) said.push({ begin: at + made.said.begin, end: at + made.said.end });
    if (made.alike !== undefined) alike.push(at + made.alike);
    at += made.sound.length / RATE;
  }
  return { sound: joined(pieces), kind, said, alike };
}
