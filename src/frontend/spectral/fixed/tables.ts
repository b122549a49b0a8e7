/**
 * Constants of the fixed-point spectral front end, from the definition's tables in double precision.
 *
 * Field for field `kws::FixedFrontendTables` (kws_frontend/fixed_frontend.h), which says what each is.
 *
 * Owns: which integers stand for which real numbers. Leaves to others: FFT tables (`fft-tables.ts`), filters
 * (`filter-tables.ts`).
 */
import { inputError } from '../../../diagnostics/errors.js';
import { frameChannels, keptValues, type SpectralFrontendSpec } from '../../spec.js';
import { dctTable } from '../tables/dct.js';
import { filterbankTable } from '../tables/filterbank.js';
import { windowTable } from '../tables/window.js';
import { ONE, type Real } from './arithmetic.js';
import { STAGE_SHIFTS } from './fft.js';
import { type FftTables, fftTables } from './fft-tables.js';
import { type FilterTables, filterTables } from './filter-tables.js';
import { mantissa, ratioOf } from './mantissa.js';

/** `kws::FixedNormalization`. */
export const NORMALIZATIONS = { none: 0, peak: 1, 'top-db': 2, cmvn: 3, 'z-score': 4 } as const;

export interface FixedTables extends FftTables, FilterTables {
  readonly windowSize: number;
  readonly stepSize: number;
  readonly fftSize: number;
  readonly usedSamples: number;
  readonly channels: number;
  readonly values: number;
  readonly keptValues: number;
  readonly emphasised: boolean;
  readonly preEmphasis: number;
  readonly preEmphasisRest: number;
  readonly magnitude: boolean;
  readonly energy: boolean;
  readonly logarithm: boolean;
  readonly floorAdded: boolean;
  readonly referenceMax: boolean;
  readonly normalization: (typeof NORMALIZATIONS)[keyof typeof NORMALIZATIONS];
  readonly sampleExponent: number;
  readonly exponent: number;
  readonly floor: Real;
  readonly logMultiplier: number;
  readonly logShift: number;
  readonly logOffset: number;
  readonly scaleMantissa: number;
  readonly rescaled: boolean;
  readonly rescaleMultiplier: number;
  readonly rescaleShift: number;
  readonly rescaleOffset: number;
  readonly least: number;
  readonly greatest: number;
  readonly levels: number;
  readonly levelMultiplier: number;
  readonly levelShift: number;
  readonly dct: boolean;
  readonly dctPreShift: number;
  readonly dctShift: number;
  readonly range: number;
  readonly variance: boolean;
  readonly meanMultiplier: number;
  readonly meanShift: number;
  readonly window: Uint16Array;
  readonly cosines: Int16Array;
  readonly dctMultipliers: Int32Array;
  readonly squareRoots: Uint16Array;
  readonly log2Excess: Uint16Array;
}

const LARGEST_FFT = 4096;
const LONGEST_CMVN = 511;
/** Sizes are uint16. */
const LONGEST_WINDOW = 65_535;
/** An int16 sample of 1 in [-1, 1). */
const UNIT_EXPONENT = -15;

/**
 * @throws KwsError where the description cannot be computed with 16 fraction bits, naming the field
 */
export function fixedTables(spec: SpectralFrontendSpec): FixedTables {
  check(spec);
  const fft = fftTables(spec.fftSize);
  const magnitude = spec.spectrum.form === 'magnitude';
  const energy = spec.dct?.energy === true;
  const filters = filterbankTable(spec);
  const usedSamples = Math.min(spec.windowSamples, spec.fftSize);
  const coefficient = spec.preEmphasis.coefficient * 2 ** 15;
  const preEmphasis = Math.round(coefficient);
  const sampleExponent = spec.scaling === 'unit' ? UNIT_EXPONENT : 0;
  const scale = mantissa(spec.spectrum.scale);
  const norm = spec.normalization;
  return {
    ...fft,
    ...filterTables(filters, spec, energy),
    windowSize: spec.windowSamples,
    stepSize: spec.stepSamples,
    fftSize: spec.fftSize,
    usedSamples,
    channels: filters.length,
    values: frameChannels(spec),
    keptValues: keptValues(spec),
    emphasised: coefficient !== 0,
    preEmphasis,
    preEmphasisRest: Math.round((coefficient - preEmphasis) * 2 ** 15),
    magnitude,
    energy,
    normalization: NORMALIZATIONS[norm.kind],
    sampleExponent,
    exponent: spectrumExponent(fft, coefficient !== 0, sampleExponent, magnitude) + scale.exponent + 31,
    ...logTables(spec, scale.mantissa / 2 ** 31),
    scaleMantissa: scale.mantissa,
    ...rescaleTables(spec.rescale),
    ...dctTables(spec, filters.length),
    ...normalizationTables(norm),
    window: Uint16Array.from(windowTable(spec).subarray(0, usedSamples), (w) => Math.round(w * 2 ** 15)),
    squareRoots: drawsRoots(spec)
      ? Uint16Array.from({ length: 97 }, (_, i) => Math.round((Math.sqrt((i + 32) / 32) - 1) * 2 ** 15))
      : new Uint16Array(),
    log2Excess: Uint16Array.from({ length: 129 }, (_, i) =>
      Math.round((Math.log2(1 + i / 128) - i / 128) * 2 ** 19),
    ),
  };
}

/** Exponent of |X|^2 or |X| as the filter bank's integers have it, were samples not shifted up. */
function spectrumExponent(fft: FftTables, emphasised: boolean, sample: number, magnitude: boolean): number {
  // Samples times Q15 weights (half of that behind pre-emphasis), over 2 per stage bit, over 4 in `split`.
  const stages = fft.radices.reduce((bits, radix) => bits + STAGE_SHIFTS[radix]!, 0);
  const exponent = sample + stages + 2 - (emphasised ? 14 : 15);
  // Squares lose 20 bits.
  return magnitude ? exponent : 2 * exponent + 20;
}

/** Of log2, times the logarithm of a base. */
const LOG_FACTORS = { none: 1, ln: Math.LN2, log10: Math.log10(2), db: 10 * Math.log10(2) } as const;

function logTables({ log, normalization }: SpectralFrontendSpec, scale: number) {
  const factor = LOG_FACTORS[log.form];
  const { multiplier, shift } = ratioOf(factor / 16);
  return {
    logarithm: log.form !== 'none',
    floorAdded: log.floorForm === 'add',
    floor: mantissa(log.floor / scale),
    logMultiplier: multiplier,
    logShift: shift,
    logOffset: Math.round(factor * Math.log2(scale) * ONE),
    referenceMax: normalization.kind === 'top-db' && normalization.reference === 'max',
  };
}

function rescaleTables(rescale: SpectralFrontendSpec['rescale']) {
  const { offset, scale, clip, levels } = rescale ?? { offset: 0, scale: 1, clip: null, levels: null };
  const factor = ratioOf(scale);
  const level = ratioOf(levels === null ? 1 : ONE / levels);
  const [least, greatest] = clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return {
    rescaled: rescale !== null,
    rescaleMultiplier: factor.multiplier,
    rescaleShift: factor.shift,
    rescaleOffset: Math.round(offset * scale * ONE),
    least: Math.max(-0x80000000, Math.round(least * ONE)),
    greatest: Math.min(0x7fffffff, Math.round(greatest * ONE)),
    levels: levels ?? 0,
    levelMultiplier: level.multiplier,
    levelShift: level.shift,
  };
}

/** Rows 1 … of the transform without their factors, first halves; the factors per row. */
function dctTables({ dct }: SpectralFrontendSpec, channels: number) {
  if (dct === null)
    return {
      dct: false,
      dctPreShift: 1,
      dctShift: 1,
      cosines: new Int16Array(),
      dctMultipliers: new Int32Array(),
    };
  const half = Math.ceil(channels / 2);
  const cosine = (k: number, n: number) => Math.cos((Math.PI * k * (n + 0.5)) / channels);
  const cosines = Int16Array.from({ length: (dct.coefficients - 1) * half }, (_, i) =>
    q15(cosine(1 + Math.floor(i / half), i % half)),
  );
  const table = dctTable(dct, channels);
  const factors = Array.from({ length: dct.coefficients }, (_, k) => table[k * channels]! / cosine(k, 0));
  // Sums of `half` products of 2^26 and 2^15 fit into an int32 after this shift.
  const preShift = Math.max(15, 11 + Math.ceil(Math.log2(half)));
  const scaledFactors = factors.map((factor) => factor * 2 ** (preShift - 15));
  const { shift } = ratioOf(Math.max(...scaledFactors.map(Math.abs)));
  return {
    dct: true,
    dctPreShift: preShift,
    dctShift: shift,
    cosines,
    dctMultipliers: Int32Array.from(scaledFactors, (factor) => Math.round(factor * 2 ** shift)),
  };
}

/** Of -1 … 1, where 1 itself does not fit. */
function q15(x: number): number {
  return Math.max(-32_767, Math.min(32_767, Math.round(x * 2 ** 15)));
}

function normalizationTables(norm: SpectralFrontendSpec['normalization']) {
  const window = norm.kind === 'cmvn' ? norm.window : 1;
  const mean = ratioOf(1 / window);
  return {
    range: norm.kind === 'cmvn' ? window : norm.kind === 'top-db' ? Math.round(norm.db * ONE) : 0,
    variance: norm.kind === 'cmvn' && norm.variance,
    meanMultiplier: mean.multiplier,
    meanShift: mean.shift,
  };
}

function drawsRoots({ spectrum, normalization: norm }: SpectralFrontendSpec): boolean {
  return spectrum.form === 'magnitude' || norm.kind === 'z-score' || (norm.kind === 'cmvn' && norm.variance);
}

function check(spec: SpectralFrontendSpec): void {
  const { fftSize, preEmphasis, normalization: norm, windowSamples, stepSamples } = spec;
  const limits: readonly (readonly [field: string, within: boolean, what: string])[] = [
    ['fftSize', fftSize <= LARGEST_FFT, `${fftSize} points, more than ${LARGEST_FFT}`],
    [
      'windowSamples, stepSamples',
      Math.max(windowSamples, stepSamples) < LONGEST_WINDOW,
      `${Math.max(windowSamples, stepSamples)} samples, more than ${LONGEST_WINDOW - 1}`,
    ],
    [
      'preEmphasis.coefficient',
      preEmphasis.coefficient >= 0 && preEmphasis.coefficient <= 1,
      `${preEmphasis.coefficient}, not between 0 and 1`,
    ],
    [
      'normalization.window',
      norm.kind !== 'cmvn' || norm.window <= LONGEST_CMVN,
      `${norm.kind === 'cmvn' ? norm.window : 0} frames, more than ${LONGEST_CMVN}`,
    ],
  ];
  const problems = limits
    .filter(([, within]) => !within)
    .map(([field, , what]) => ({
      what: `${what}: integer arithmetic does not compute it`,
      where: `front end, ${field}`,
      next: 'choose a board whose core has a floating-point unit, or another front end',
    }));
  if (problems.length > 0) throw inputError(problems);
}
