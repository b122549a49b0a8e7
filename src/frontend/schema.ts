/**
 * Descriptions of front ends as JSON: what each field may be, and the checks that need several fields together.
 *
 * Owns: ranges, descriptions and examples (for editors and messages), reading a complete description.
 * Leaves to others: settings on top of a preset, as kws.json has them (`settings.ts`), what can be computed on
 * a board (the makers of its tables).
 */
import { z } from 'zod';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { fieldProblem, schemaProblems } from '../diagnostics/schema-problems.js';
import { bandsSpecProblems } from './bands/geometry.js';
import { microSpecProblems } from './micro/geometry.js';
import { leanMicroSpec } from './micro/parameters.js';
import type { FrontendSpec, SpectralFrontendSpec } from './spec.js';

export { describeDifference } from './difference.js';

const MAX_RATE = 96_000;
/** Bounds memory and time: a fifth of a second at 44.1 kHz. */
const MAX_WINDOW = 8192;
const MAX_CHANNELS = 1024;

const whole = (least: number, most: number, description: string, example: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({ description, examples: [example] });
const real = (least: number, most: number, description: string, example: number) =>
  z
    .number()
    .min(least)
    .max(most)
    .meta({ description, examples: [example] });
const oneOf = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  z.enum(values).meta({ description, examples: [values[0]] });
const object = <const T extends z.core.$ZodLooseShape>(description: string, shape: T) =>
  z.strictObject(shape).meta({ description });
const partial = <const T extends z.core.$ZodLooseShape>(description: string, shape: T) =>
  z.strictObject(shape).partial().meta({ description });
const yesNo = (description: string) => z.boolean().meta({ description, examples: [false] });

const channels = whole(1, MAX_CHANNELS, 'number of filter-bank channels', 40);
const lowerBandLimit = real(0, MAX_RATE / 2, 'lower end of the filter bank in Hz', 20);
const upperBandLimit = real(1, MAX_RATE / 2, 'upper end of the filter bank in Hz', 4000);

const mel = {
  channels,
  lowerBandLimit,
  upperBandLimit,
  scale: oneOf(['htk', 'slaney'], 'the mel scale: htk (1127 ln(1 + f / 700)) or slaney (linear up to 1 kHz)'),
  slopes: oneOf(['mel', 'hertz'], 'whether the sides of the triangles are straight over mel or over Hz'),
  norm: oneOf(['none', 'slaney'], 'slaney where all triangles have the same area'),
  firstBin: oneOf(
    ['above-dc', 'dc', 'rounded'],
    'the lowest bin that counts: dc, above-dc, or rounded as TensorFlow’s mfcc op does',
  ),
};
const bins = {
  first: whole(0, MAX_WINDOW / 2, 'the first bin of the spectrum that is a channel', 0),
  count: whole(1, MAX_CHANNELS, 'number of bins', 232),
};
/** Fields of each kind of filter bank beside `kind`. */
export const FILTERBANK_FIELDS = { mel, 'mel-bins': { channels, lowerBandLimit, upperBandLimit }, bins };

/** Fields of each kind of normalization beside `kind`. */
export const NORMALIZATION_FIELDS = {
  none: {},
  peak: {},
  cmvn: {
    window: whole(1, 9999, 'frames that are averaged, an odd number', 101),
    variance: yesNo('whether values are divided by their deviation, too'),
  },
  'z-score': {},
  'top-db': {
    db: real(0, 1e6, 'how far below the largest value the others may lie', 80),
    reference: oneOf(['none', 'max'], 'max where the largest value becomes 0'),
  },
};

const kinds = <T extends object>(fields: T) => Object.keys(fields) as [keyof T & string];
const filterbankKind = oneOf(kinds(FILTERBANK_FIELDS), 'the kind of filter bank');
const normalizationKind = oneOf(kinds(NORMALIZATION_FIELDS), 'the kind of normalization');

const lifter = object('a lifter: coefficients times 1 + length / 2 sin(pi (k + first) / length)', {
  length: real(1, 1000, 'length of the lifter', 22),
  first: z.union([z.literal(0), z.literal(1)]).meta({ description: '0 or 1', examples: [1] }),
});

/** Fields of a spectral description whose shape does not depend on a kind. */
export const SPECTRAL_FIELDS = {
  sampleRate: whole(1000, MAX_RATE, 'samples per second', 16_000),
  scaling: oneOf(['unit', 'int16'], 'whether samples are -1…1 (unit) or -32768…32767 (int16)'),
  preEmphasis: object('the pre-emphasis y[n] = x[n] - coefficient x[n-1]', {
    coefficient: real(0, 1, 'the coefficient, 0 for none', 0.97),
    start: oneOf(['zero', 'wrap'], 'what stands before a clip’s first sample: 0, or its last sample'),
  }),
  centre: oneOf(
    ['none', 'zero', 'reflect'],
    'how clips are padded so that windows are centred on multiples of the step; streams are not',
  ),
  windowSamples: whole(2, MAX_WINDOW, 'length of the window in samples', 480),
  stepSamples: whole(1, MAX_RATE, 'samples from one window to the next', 320),
  window: object('the window function', {
    shape: oneOf(['hann', 'hamming', 'blackman', 'rectangular'], 'the shape of the window'),
    form: oneOf(['periodic', 'symmetric'], 'whether its period is the window’s length or one less'),
  }),
  fftSize: whole(2, MAX_WINDOW, 'length of the Fourier transform', 512),
  spectrum: object('the spectrum', {
    form: oneOf(['power', 'magnitude'], 'whether it is squared (power)'),
    scale: real(1e-12, 1e12, 'what it is multiplied by', 1),
  }),
  log: object('the logarithm', {
    form: oneOf(['ln', 'log10', 'db', 'none'], 'which logarithm; db is 10 log10'),
    floor: real(0, 1e6, 'the floor', 1e-6),
    floorForm: oneOf(['max', 'add'], 'whether the floor is the least value or is added'),
  }),
};

/** Fields that may be null. */
export const OPTIONAL_STAGES = {
  rescale: object('what is done to logarithms: (v + offset) scale, clipped, rounded; null for nothing', {
    offset: real(-1e6, 1e6, 'what is added', 52),
    scale: real(-1e6, 1e6, 'what the sum is multiplied by', 0.015625),
    clip: z
      .tuple([z.number(), z.number()])
      .nullable()
      .meta({ description: 'the least and the greatest value, or null', examples: [[0, 1]] }),
    levels: z
      .int()
      .min(1)
      .max(65_536)
      .nullable()
      .meta({ description: 'values are rounded to multiples of 1 / levels; null: not', examples: [256] }),
  }),
  dct: object('the cosine transform; null for none', {
    coefficients: whole(1, MAX_CHANNELS, 'number of coefficients', 13),
    norm: oneOf(['ortho', 'tensorflow', 'none'], 'how coefficients are scaled'),
    lifter: lifter.nullable().meta({ ...lifter.meta() }),
    energy: yesNo('whether coefficient 0 is the logarithm of the frame’s energy'),
  }),
};

/** Settings of micro front ends that the usual ones do without. */
export const MICRO_FIELDS = {
  noiseReduction: partial('micro: noise reduction; null for none', {
    smoothingBits: whole(4, 16, 'fraction bits of the noise estimate', 10),
    evenSmoothing: real(0.0001, 0.9999, 'share of the newest value in even channels', 0.025),
    oddSmoothing: real(0.0001, 0.9999, 'share of the newest value in odd channels', 0.06),
    minSignalRemaining: real(0, 0.9999, 'share of a value that is always left', 0.05),
  }),
  pcan: partial('micro: gain normalization (PCAN); null for none', {
    strength: real(0.01, 4, 'exponent of the gain', 0.95),
    offset: real(0.01, 1e6, 'what is added to the estimate', 80),
    gainBits: whole(1, 30, 'fraction bits of the gain', 21),
  }),
  logBits: whole(0, 11, 'micro: features are 2^logBits times the natural logarithm; null for none', 6),
  dcNotch: real(0.0001, 0.9999, 'micro: coefficient of a filter that takes constant offsets out', 0.95),
  dynamicRangeDb: real(
    1,
    200,
    'micro: a window’s int8 features reach from its greatest value so many dB down',
    40,
  ),
};

/** Settings of band front ends alone. */
export const BANDS_FIELDS = {
  octaves: whole(1, 6, 'bands: number of octaves', 5),
  bandsPerOctave: whole(1, 4, 'bands: bands of an octave', 3),
};

const version = z.literal(1).meta({ description: 'the version of descriptions', examples: [1] });
const tables = oneOf(['c', 'tflm', 'mltk'], 'which rounding the tables have');

const SCHEMAS = {
  none: () => z.strictObject({ kind: z.literal('none'), version }),
  micro: () =>
    z.strictObject({
      kind: z.literal('micro'),
      version,
      sampleRate: SPECTRAL_FIELDS.sampleRate,
      windowMs: real(1, 1000, 'length of the analysis window in ms', 30),
      stepMs: real(1, 1000, 'time from one frame to the next in ms', 10),
      channels,
      lowerBandLimit,
      upperBandLimit,
      tables,
      quantization: oneOf(
        ['micro-speech'],
        'features become int8 by micro_speech’s rule, whatever scale the input declares',
      ).optional(),
      noiseReduction: MICRO_FIELDS.noiseReduction.nullable().optional(),
      pcan: MICRO_FIELDS.pcan.nullable().optional(),
      logBits: MICRO_FIELDS.logBits.nullable().optional(),
      dcNotch: MICRO_FIELDS.dcNotch.optional(),
      dynamicRangeDb: MICRO_FIELDS.dynamicRangeDb.optional(),
    }),
  bands: () =>
    z.strictObject({
      kind: z.literal('bands'),
      version,
      sampleRate: SPECTRAL_FIELDS.sampleRate,
      stepMs: real(1, 1000, 'time from one frame to the next in ms', 20),
      ...BANDS_FIELDS,
    }),
  spectral: (json: unknown) =>
    z.strictObject({
      kind: z.literal('spectral'),
      version,
      ...SPECTRAL_FIELDS,
      filterbank: ofKind(json, 'filterbank', filterbankKind, FILTERBANK_FIELDS),
      rescale: OPTIONAL_STAGES.rescale.nullable(),
      dct: OPTIONAL_STAGES.dct.nullable(),
      normalization: ofKind(json, 'normalization', normalizationKind, NORMALIZATION_FIELDS),
    }),
} as const;

/** The schema of a field for the kind that stands in it; one that only refuses the kind where there is no such. */
function ofKind(
  json: unknown,
  field: string,
  kind: z.ZodType,
  fields: Readonly<Record<string, z.core.$ZodLooseShape>>,
): z.ZodType {
  const given = kindIn(json, field, fields);
  const schema = given === undefined ? z.looseObject({ kind }) : z.strictObject({ kind, ...fields[given] });
  return schema.meta({ description: `the ${field}` });
}

/** The kind that stands in a field, where there is such a kind. */
function kindIn(json: unknown, field: string, kinds: object): string | undefined {
  const given = valueIn(valueIn(json, field), 'kind');
  return typeof given === 'string' && Object.hasOwn(kinds, given) ? given : undefined;
}

const made = new Map<string, z.ZodType>();

/** The schema for a description's kind, filter bank and normalization; each is made once. */
function schemaFor(kind: keyof typeof SCHEMAS, json: unknown): z.ZodType {
  const parts = [
    kindIn(json, 'filterbank', FILTERBANK_FIELDS),
    kindIn(json, 'normalization', NORMALIZATION_FIELDS),
  ];
  const key = [kind, ...parts].join(' ');
  const known = made.get(key) ?? SCHEMAS[kind](json);
  made.set(key, known);
  return known;
}

function valueIn(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

/**
 * A complete description from JSON of unknown origin, such as a model file's metadata.
 *
 * @param where the file and field it stands in
 * @throws KwsError (exit code 2) with everything that is wrong with it
 */
export function parseFrontendSpec(json: unknown, where: string): FrontendSpec {
  const problems: Problem[] = [];
  const spec = readFrontendSpec(json, where, problems);
  if (spec === undefined) throw inputError(problems);
  return spec;
}

/** The same, collecting problems; undefined where there are any. */
export function readFrontendSpec(
  json: unknown,
  where: string,
  problems: Problem[],
): FrontendSpec | undefined {
  const kind = valueIn(json, 'kind');
  const known = typeof kind === 'string' && Object.hasOwn(SCHEMAS, kind);
  const schema: z.ZodType = known
    ? schemaFor(kind as keyof typeof SCHEMAS, json)
    : z.looseObject({ kind: oneOf(['micro', 'spectral', 'bands', 'none'], 'the kind of front end') });
  const read = schema.safeParse(json);
  if (!read.success) {
    problems.push(...schemaProblems(read.error, json, schema, where));
    return undefined;
  }
  const spec = read.data as FrontendSpec;
  const wrong = frontendProblems(spec, where);
  problems.push(...wrong);
  if (wrong.length > 0) return undefined;
  return spec.kind === 'micro' ? leanMicroSpec(spec) : spec;
}

/** What is wrong with a description whose every field alone is in its range. */
function frontendProblems(spec: FrontendSpec, where: string): readonly Problem[] {
  if (spec.kind === 'none') return [];
  if (spec.kind === 'spectral') return spectralProblems(spec, where);
  return (spec.kind === 'bands' ? bandsSpecProblems(spec) : microSpecProblems(spec)).map((problem) => ({
    ...problem,
    where: `${where}, ${(problem.where ?? '').replace(/^frontend\./, '')}`,
  }));
}

function spectralProblems(spec: SpectralFrontendSpec, file: string): Problem[] {
  const { filterbank, fftSize, sampleRate, dct, normalization, log, rescale } = spec;
  const problems: Problem[] = [];
  const check = (ok: boolean, path: readonly string[], what: string, next: string) => {
    if (!ok) problems.push(fieldProblem(file, path, { what, next }));
  };
  check(
    fftSize % 2 === 0 && withoutFactors(fftSize, [2, 3, 5]) === 1,
    ['fftSize'],
    `${fftSize} cannot be computed`,
    `a transform has an even length with no factors but 2, 3 and 5: ${goodSize(fftSize)} would do`,
  );
  const last = fftSize / 2;
  if (filterbank.kind === 'bins')
    check(
      filterbank.first + filterbank.count <= last + 1,
      ['filterbank', 'count'],
      `there are no ${filterbank.count} bins from bin ${filterbank.first} on`,
      `a spectrum of fftSize ${fftSize} has bins 0 to ${last}`,
    );
  else {
    const { lowerBandLimit: lower, upperBandLimit: upper } = filterbank;
    check(
      upper > lower && upper <= sampleRate / 2,
      ['filterbank', 'upperBandLimit'],
      `${upper} is out of range`,
      `the upper limit lies above the lower one (${lower} Hz) and at or below half the sample rate (${sampleRate / 2} Hz)`,
    );
  }
  const count = filterbank.kind === 'bins' ? filterbank.count : filterbank.channels;
  check(
    dct === null || dct.coefficients <= count,
    ['dct', 'coefficients'],
    `${dct?.coefficients} coefficients cannot be made of ${count} channels`,
    `give at most ${count}`,
  );
  check(
    log.form === 'none' || log.floor > 0,
    ['log', 'floor'],
    'the logarithm of 0 is not a number',
    'give what silence is taken for, such as 1e-6',
  );
  const clip = rescale?.clip ?? null;
  check(
    clip === null || clip[0] < clip[1],
    ['rescale', 'clip'],
    'the least value is not below the greatest',
    'give [0, 1]',
  );
  check(
    normalization.kind !== 'cmvn' || normalization.window % 2 === 1,
    ['normalization', 'window'],
    'a window around a frame has an odd number of frames',
    'give 101',
  );
  return problems;
}

function withoutFactors(value: number, factors: readonly number[]): number {
  return factors.reduce((rest, factor) => {
    let left = rest;
    while (left > 1 && left % factor === 0) left /= factor;
    return left;
  }, value);
}

/** The next length from here on that can be transformed. */
function goodSize(size: number): number {
  let good = size + (size % 2);
  while (withoutFactors(good, [2, 3, 5]) !== 1) good += 2;
  return Math.min(good, MAX_WINDOW);
}
