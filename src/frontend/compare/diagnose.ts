/**
 * Why features differ: every known variant is computed, the one that comes closest is taken, and so on from
 * there, until both are the same or nothing helps any more.
 */
import { type ClipSpectra, clipSpectra, featuresOfSpectra } from '../clip.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../presets.js';
import { readFrontendSpec } from '../schema.js';
import { spectralWith } from '../settings.js';
import { frameChannels, frontendHash, type SpectralFrontendSpec } from '../spec.js';
import { closestDifference, type Difference, spread } from './difference.js';
import type { Matrix } from './matrix.js';
import {
  type Candidate,
  LOG_FORMS,
  SAMPLE_UNITS,
  SPECTRUM_FORMS,
  UNNORMALISED,
  type Variant,
  variantsOf,
} from './variants.js';

export interface Diagnosis {
  /** What the other pipeline does differently, the most telling first. */
  readonly causes: readonly string[];
  /** All of it as settings of "frontend" in kws.json. */
  readonly fix: Readonly<Record<string, unknown>>;
  readonly spec: SpectralFrontendSpec;
  readonly difference: Difference;
  /** What is left of the difference: of values and of shapes. */
  readonly distance: number;
  /** Whether nothing is. */
  readonly complete: boolean;
}

/** Differences that one pipeline may have; more are another front end. */
const MOST_CAUSES = 4;
/** Sizes that are tried together, and with how many presets. */
const WINDOWS = [400, 480, 512, 640, 1024, 2048];
const FILTERS = [20, 26, 32, 40, 64, 80, 128];
const MOST_SIZED = 3;
/** Units, all tried together, that are climbed from. */
const MOST_UNITS = 3;
/** Presets that are tried as that front end, and what a pipeline may change of one. */
const MOST_PRESETS = 2;
const MOST_PRESET_CAUSES = 6;
/** A cause that does not at least take this part off the distance explains nothing. */
const WORTH = 0.15;
/** Of the tolerance: float32 against float64, and no more. */
const EXACT = 0.01;
/** Work is bounded: frames times variants. */
const MOST_FRAMES = 400;

const KEPT_SPECTRA = 40;

interface Attempt {
  readonly difference: Difference;
  /** Coefficients of ours. */
  readonly channels: number;
  readonly distance: number;
}

/**
 * @param pcm the clip, 16-bit samples at the description's rate
 * @param theirs frames x coefficients of the other pipeline
 * @param tolerance largest difference that counts as the same
 * @returns undefined where no variant comes closer
 */
export function diagnose(
  spec: SpectralFrontendSpec,
  pcm: Int16Array,
  theirs: Matrix,
  tolerance: number,
): Diagnosis | undefined {
  return climb({ spec, causes: [], fix: {} }, MOST_CAUSES, searchOf(pcm, theirs, tolerance));
}

/**
 * The same from other units: samples, spectrum, logarithm and the clip's largest sample shift and stretch the same
 * values, so that each alone may lead away from where all of them together lead.
 */
export function diagnoseUnits(
  spec: SpectralFrontendSpec,
  pcm: Int16Array,
  theirs: Matrix,
  tolerance: number,
): Diagnosis | undefined {
  const search = searchOf(pcm, theirs, tolerance);
  return bestClimb(closest(inUsualUnits(spec), MOST_UNITS, search), MOST_CAUSES, search);
}

/** The same from another front end altogether: what comes closest of the presets, in the usual sizes. */
export function diagnosePreset(
  spec: SpectralFrontendSpec,
  pcm: Int16Array,
  theirs: Matrix,
  tolerance: number,
): Diagnosis | undefined {
  const search = searchOf(pcm, theirs, tolerance);
  const others = closest(otherPresets(spec, pcm.length, theirs), MOST_SIZED, search);
  const starts = [{ spec, causes: [], fix: {} }, ...others].flatMap(inUsualSizes);
  return bestClimb(closest(starts, MOST_PRESETS, search), MOST_PRESET_CAUSES, search);
}

function closest(starts: readonly Start[], most: number, { attempt }: Search): readonly Start[] {
  return starts
    .flatMap((start) => {
      const distance = attempt(start.spec)?.distance;
      return distance === undefined ? [] : [{ start, distance }];
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ start }) => start);
}

function bestClimb(starts: readonly Start[], most: number, search: Search): Diagnosis | undefined {
  let best: Diagnosis | undefined;
  for (const start of starts) {
    const found = climb(start, most, search);
    if (found?.complete === true) return found;
    if (found !== undefined && (best === undefined || found.distance < best.distance)) best = found;
  }
  return best;
}

function searchOf(pcm: Int16Array, theirs: Matrix, tolerance: number): Search {
  const scale = spread(theirs) || 1;
  const spectra = spectraCache();
  return { theirs, tolerance, attempt: (spec) => attempted(spec, pcm, theirs, scale, spectra) };
}

interface Start {
  readonly spec: SpectralFrontendSpec;
  readonly causes: readonly string[];
  readonly fix: Readonly<Record<string, unknown>>;
}

interface Search {
  readonly theirs: Matrix;
  readonly tolerance: number;
  attempt(variant: SpectralFrontendSpec): Attempt | undefined;
}

/** From a description to the closest variant, from that to the closest of its variants, … */
function climb(start: Start, most: number, { theirs, tolerance, attempt }: Search): Diagnosis | undefined {
  const coefficients = theirs[0]?.length ?? 0;
  // Rows of another length are other features, though what both have be the same.
  const same = ({ difference, channels }: Attempt) =>
    difference.largest <= tolerance && channels === coefficients;
  const first = attempt(start.spec);
  let { spec, fix } = start;
  const causes = [...start.causes];
  let reached = first;
  while (causes.length < start.causes.length + most && !(reached !== undefined && same(reached))) {
    let closest: { readonly variant: Variant; readonly attempt: Attempt } | undefined;
    for (const variant of variantsOf(spec, coefficients)) {
      const result = attempt(variant.spec);
      if (result === undefined || (closest && closest.attempt.distance <= result.distance)) continue;
      closest = { variant, attempt: result };
      // Two windows may both lie within the tolerance: only what is exact ends the search.
      if (same(result) && result.difference.largest <= EXACT * tolerance) break;
    }
    if (closest === undefined || closest.attempt.distance > (1 - WORTH) * (reached?.distance ?? Infinity))
      break;
    reached = closest.attempt;
    spec = closest.variant.spec;
    causes.push(closest.variant.cause);
    fix = mergedFix(fix, closest.variant.fix);
  }
  if (reached === undefined || causes.length === 0) return undefined;
  // What is printed must be what was tried.
  const settings = differing(start, spec, fix);
  const { difference, distance } = reached;
  return { causes, fix: settings, spec, difference, distance, complete: same(reached) };
}

/** The other presets, at the clip's rate, with as many coefficients and frames as theirs where that can be. */
function otherPresets(own: SpectralFrontendSpec, samples: number, theirs: Matrix): readonly Start[] {
  const coefficients = theirs[0]!.length;
  const ownHash = frontendHash(own);
  return Object.entries(FRONTEND_PRESETS).flatMap(([preset, base]) => {
    if (base.kind !== 'spectral' || frontendHash(base) === ownHash) return [];
    const count =
      base.dct !== null
        ? { dct: { coefficients } }
        : base.filterbank.kind === 'bins'
          ? { filterbank: { count: coefficients } }
          : { filterbank: { channels: coefficients } };
    const step = stepFor(base, samples, theirs.length);
    const fix = {
      preset,
      ...(base.sampleRate === own.sampleRate ? {} : { sampleRate: own.sampleRate }),
      ...(step === base.stepSamples ? {} : { stepSamples: step }),
      ...(frameChannels(base) === coefficients ? {} : count),
    };
    const { preset: _, ...settings } = fix;
    const spec = readFrontendSpec(spectralWith(base, settings), '', []);
    return spec?.kind === 'spectral' ? [{ spec, causes: [`it is ${preset}, or like it`], fix }] : [];
  });
}

/** Every combination of units that is another one than the description's. */
function inUsualUnits(spec: SpectralFrontendSpec): readonly Start[] {
  const units = [
    [undefined, ...UNNORMALISED.filter(() => spec.normalization.kind === 'peak')],
    [undefined, ...SAMPLE_UNITS],
    [undefined, ...SPECTRUM_FORMS],
    [undefined, ...LOG_FORMS],
  ].reduce<readonly (readonly Candidate[])[]>(
    (all, choices) =>
      all.flatMap((chosen) => choices.map((choice) => (choice === undefined ? chosen : [...chosen, choice]))),
    [[]],
  );
  const seen = new Set([frontendHash(spec)]);
  return units.flatMap((chosen): Start[] => {
    const settings = chosen.reduce<Start['fix']>((fix, [, more]) => mergedFix(fix, more), {});
    const changed = readFrontendSpec(spectralWith(spec, settings), '', []);
    if (changed?.kind !== 'spectral' || seen.has(frontendHash(changed))) return [];
    // What comes first of several with the same effect changes the fewest.
    seen.add(frontendHash(changed));
    return [{ spec: changed, causes: chosen.map(([cause]) => cause), fix: settings }];
  });
}

/** Window and number of filters, which only together bring a cosine transform closer, in the sizes in use. */
function inUsualSizes(start: Start): readonly Start[] {
  const { spec, causes, fix } = start;
  if (spec.dct === null || spec.filterbank.kind === 'bins') return [start];
  const own = frontendHash(spec);
  const sized = WINDOWS.flatMap((windowSamples) =>
    FILTERS.flatMap((channels): Start[] => {
      const settings = { windowSamples, filterbank: { channels } };
      const changed = readFrontendSpec(spectralWith(spec, settings), '', []);
      if (changed?.kind !== 'spectral' || frontendHash(changed) === own) return [];
      const cause = `its window has ${windowSamples} samples, its filter bank ${channels} filters`;
      return [{ spec: changed, causes: [...causes, cause], fix: mergedFix(fix, settings) }];
    }),
  );
  return [start, ...sized];
}

/** The step with which a clip has so many frames: a usual one, if one does. */
function stepFor(base: SpectralFrontendSpec, samples: number, frames: number): number {
  const usual = [base.stepSamples, 160, 320, 256, 512, 128, 200, 240, 400, 480, 640, 1024];
  // The window may be another one, too: without padding its length is not known.
  const fits = (step: number) =>
    base.centre === 'none'
      ? Math.abs(frames - 1 - (samples - base.windowSamples) / step) <= 2
      : frames === Math.floor(samples / step) + 1;
  return usual.find(fits) ?? Math.max(1, Math.round(samples / frames));
}

/** Spectra are most of the work, and most variants have those of what they are a variant of. */
function spectraCache(): typeof clipSpectra {
  const kept = new Map<string, ClipSpectra>();
  return (spec, pcm) => {
    const { sampleRate, scaling, preEmphasis, centre, windowSamples, stepSamples, window, fftSize } = spec;
    const key = JSON.stringify([
      [sampleRate, scaling, preEmphasis, centre, windowSamples, stepSamples, window, fftSize],
      pcm.length,
    ]);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = clipSpectra(spec, pcm);
    if (kept.size >= KEPT_SPECTRA) kept.delete(kept.keys().next().value!);
    kept.set(key, made);
    return made;
  };
}

function attempted(
  spec: SpectralFrontendSpec,
  pcm: Int16Array,
  theirs: Matrix,
  scale: number,
  spectra: typeof clipSpectra,
): Attempt | undefined {
  const long = pcm.length > MOST_FRAMES * spec.stepSamples && spec.normalization.kind === 'none';
  const clip = long ? pcm.subarray(0, MOST_FRAMES * spec.stepSamples) : pcm;
  const all = featuresOfSpectra(spec, spectra(spec, clip));
  // Where the piece ends there may be padding that the clip does not have.
  const ours = long ? all.slice(0, -Math.ceil(spec.fftSize / spec.stepSamples)) : all;
  const difference = closestDifference(ours, theirs);
  if (difference === undefined) return undefined;
  const width = ours[0]!.length;
  const other = Math.abs(width - theirs[0]!.length) / Math.max(width, theirs[0]!.length);
  // The number of coefficients is plain to see: that comes first.
  const missing = other > 0 ? 1 + other : 0;
  const frames = long ? 0 : Math.abs(ours.length - theirs.length) / Math.max(ours.length, theirs.length);
  // Frames count as much as values; one more or less counts little, a shift hardly.
  const distance = difference.rms / scale + missing + frames + 1e-6 * Math.abs(difference.shift);
  return { difference, channels: width, distance };
}

function mergedFix(
  before: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(more)) {
    const old = result[field];
    const both = isObject(old) && isObject(value) && !('kind' in value);
    result[field] = both ? { ...old, ...value } : value;
  }
  return result;
}

/** Settings that lead from one description to the other; whole stages where the collected settings do not. */
function differing(
  { spec: from, fix: before }: Start,
  to: SpectralFrontendSpec,
  fix: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const preset = typeof before.preset === 'string' ? FRONTEND_PRESETS[before.preset as FrontendPreset] : from;
  const { preset: _, ...settings } = fix;
  const reached = spectralWith(preset.kind === 'spectral' ? preset : from, settings);
  const result: Record<string, unknown> = { ...fix };
  for (const [field, value] of Object.entries(to))
    if (JSON.stringify(value) !== JSON.stringify(reached[field])) result[field] = value;
  return result;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
