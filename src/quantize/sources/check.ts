/**
 * Whether clips are any good for calibration.
 *
 * Owns: what is too little, what is silence, what is noise, and how that is told. The numbers in the messages
 * were measured with a DS-CNN of twelve words: docs/quantizing.md.
 * Leaves to others: what the model itself makes of the clips (`report/`).
 */
import type { Problem } from '../../diagnostics/errors.js';
import type { CalibrationClip, CalibrationSet, SoundSummary } from './types.js';

/** Below this number the ranges of a good model are still visibly too narrow. */
const FEWEST_CLIPS = 20;
/** -50 dB below full scale: speech across a room is above it, an idle microphone below. */
const SILENT = 10 ** (-50 / 20);
/** White noise has a correlation of 0 ± 0.01 (a second at 16 kHz), speech and music of 0.7 and more. */
const WHITE = 0.1;
/** Clips are cut a little shorter than the model's window; a quarter is another window. */
const SHORT = 0.25;

/** @param shape of the model's input, for telling its dimensions apart */
export function checkClips(set: CalibrationSet, shape: readonly number[], where: string): readonly Problem[] {
  const { clips } = set;
  const problems: Problem[] = [];
  const count = clips.reduce((sum, { inputs, sound }) => sum + (sound === undefined ? inputs.length : 1), 0);
  const different = differentClips(clips, count);
  if (different < FEWEST_CLIPS)
    problems.push({
      what:
        different === count
          ? `${count === 1 ? '1 clip is' : `${count} clips are`} few to calibrate with`
          : `of ${count} clips only ${different} differ`,
      where,
      why: 'ranges come out too narrow: what is louder or different later is cut off',
      next: `give ${FEWEST_CLIPS} or more, of different speakers, words and backgrounds`,
    });
  const sounds = clips.flatMap(({ sound }) => (sound === undefined ? [] : [sound]));
  const silent = sounds.filter(({ loudest }) => loudest < SILENT).length;
  const noise = sounds.filter(
    ({ loudest, smoothness }) => loudest >= SILENT && Math.abs(smoothness) < WHITE,
  ).length;
  problems.push(...short(sounds, where));
  if (silent > sounds.length / 2 || constantInputs(clips))
    problems.push(silence(silent, sounds.length, where));
  else if (noise > sounds.length / 2 || (sounds.length === 0 && looksRandom(clips, shape)))
    problems.push({
      what:
        sounds.length === 0
          ? 'these features look like random numbers'
          : `${noise} of ${sounds.length} recordings are noise without any speech`,
      where,
      why: 'neighbouring values have nothing to do with each other; a model calibrated with noise is of no use',
      next: 'calibrate with recordings of what the model will hear: its words, other words, backgrounds',
    });
  return problems;
}

/** The window of a front end with another step is of another length: that is how a wrong one shows. */
function short(sounds: readonly SoundSummary[], where: string): readonly Problem[] {
  const missing = sounds.flatMap(({ missing = 0 }) => (missing > SHORT ? [missing] : []));
  if (missing.length <= sounds.length / 2) return [];
  const median = missing.sort((a, b) => a - b)[missing.length >> 1]!;
  return [
    {
      what: `${missing.length} of ${sounds.length} recordings are too short for one input of the model: silence fills ${Math.round(100 * median)} % of it`,
      where,
      why: 'it was trained with longer clips, or with a front end of another step or window',
      next: 'check the front end (kws-gen inspect MODEL guesses it), or give recordings that are as long as in training',
    },
  ];
}

function silence(silent: number, of: number, where: string): Problem {
  return {
    what: of === 0 ? 'all inputs are constant' : `${silent} of ${of} recordings are silent`,
    where,
    why: 'a model calibrated with silence cuts off the features of speech',
    next: 'calibrate with recordings of what the model will hear: its words, other words, backgrounds',
  };
}

/** Clips with other values than all before them; copies calibrate nothing. */
function differentClips(clips: readonly CalibrationClip[], count: number): number {
  const fingerprint = (input: Float32Array) =>
    `${input.length}:${input.reduce((sum, x, i) => sum + x * ((i % 97) + 1), 0)}`;
  const rows = clips.flatMap(({ inputs, sound }) => inputs.slice(0, sound === undefined ? inputs.length : 1));
  const seen = new Set(rows.map(fingerprint));
  return Math.min(count, seen.size);
}

function constantInputs(clips: readonly CalibrationClip[]): boolean {
  return clips.every(({ inputs }) => inputs.every((input) => input.every((x) => x === input[0])));
}

/** Values that are needed before chance is told from structure. */
const ENOUGH_VALUES = 500;
/** How far from independent and identically distributed: natural features are above 0.3 in one at least. */
const INDEPENDENT = 0.1;

/**
 * Whether inputs look as if every value had been drawn by itself from one distribution: no correlation with
 * the next value along any dimension, and no feature whose mean differs from the others'.
 */
export function looksRandom(clips: readonly CalibrationClip[], shape: readonly number[]): boolean {
  const inputs = clips.flatMap(({ inputs }) => inputs);
  const size = inputs[0]?.length ?? 0;
  const total = inputs.length * size;
  if (total < ENOUGH_VALUES || inputs.length < 2) return false;
  const mean = inputs.reduce((sum, input) => sum + input.reduce((a, b) => a + b, 0), 0) / total;
  const power = inputs.reduce((sum, input) => sum + input.reduce((a, b) => a + (b - mean) ** 2, 0), 0);
  if (power === 0) return false;
  const featurePower = Array.from({ length: size }, (_, i) => {
    const deviation = inputs.reduce((sum, input) => sum + input[i]! - mean, 0) / inputs.length;
    return inputs.length * deviation ** 2;
  }).reduce((a, b) => a + b, 0);
  // Of independent values one part in as many as there are inputs is left in the means.
  if (featurePower / power - 1 / inputs.length > INDEPENDENT) return false;
  const slack = INDEPENDENT + 3 / Math.sqrt(total);
  return strides(shape, size).every((stride) => {
    let products = 0;
    for (const input of inputs)
      for (let i = stride; i < size; i++) products += (input[i]! - mean) * (input[i - stride]! - mean);
    return Math.abs(products / power) < slack;
  });
}

/** From an element to the next along each dimension of more than one. */
function strides(shape: readonly number[], size: number): readonly number[] {
  let stride = size;
  const all: number[] = [];
  for (const dim of shape) {
    stride = Math.max(1, stride / Math.max(1, dim));
    if (dim > 1) all.push(stride);
  }
  return all.length === 0 ? [1] : all;
}
