/**
 * A front end as kws.json has it: a preset and what differs from it, at any depth.
 *
 * `{ "preset": "librosa-mfcc", "sampleRate": 16000, "window": { "form": "symmetric" } }`. What libraries derive
 * follows what it is derived from unless it is given: the transform's length the window's, the upper band
 * limit half the sample rate, a spectrum's scale of 1/N the transform's length.
 */
import { z } from 'zod';
import type { Problem } from '../diagnostics/errors.js';
import { fieldProblem } from '../diagnostics/schema-problems.js';
import { FRONTEND_PRESETS, type FrontendPreset } from './presets.js';
import {
  FILTERBANK_FIELDS,
  MICRO_FIELDS,
  NORMALIZATION_FIELDS,
  OPTIONAL_STAGES,
  readFrontendSpec,
  SPECTRAL_FIELDS,
} from './schema.js';
import type { FrontendSpec, SpectralFrontendSpec } from './spec.js';

type Json = Readonly<Record<string, unknown>>;

const kindOf = <T extends object>(fields: T, description: string) =>
  z.enum(Object.keys(fields) as [keyof T & string]).meta({ description, examples: [Object.keys(fields)[0]] });

/** A changed schema has lost its description: it gets that of `from`. */
const described = <T extends z.ZodType>(from: z.ZodType, schema: T): T => schema.meta({ ...from.meta() });
const partly = <T extends z.core.$ZodLooseShape>(whole: z.ZodObject<T, z.core.$strict>) =>
  described(whole, whole.partial());

/** The fields of spectral front ends as settings: every one may be left out. */
export const spectralSettings = {
  ...SPECTRAL_FIELDS,
  preEmphasis: partly(SPECTRAL_FIELDS.preEmphasis),
  window: partly(SPECTRAL_FIELDS.window),
  spectrum: partly(SPECTRAL_FIELDS.spectrum),
  log: partly(SPECTRAL_FIELDS.log),
  filterbank: z
    .strictObject({
      kind: kindOf(FILTERBANK_FIELDS, 'the kind of filter bank'),
      ...FILTERBANK_FIELDS.mel,
      ...FILTERBANK_FIELDS.bins,
    })
    .partial()
    .meta({ description: 'the filters over the spectrum' }),
  rescale: described(OPTIONAL_STAGES.rescale, OPTIONAL_STAGES.rescale.partial().nullable()),
  dct: described(OPTIONAL_STAGES.dct, OPTIONAL_STAGES.dct.partial().nullable()),
  normalization: z
    .strictObject({
      kind: kindOf(NORMALIZATION_FIELDS, 'the kind of normalization'),
      ...NORMALIZATION_FIELDS.cmvn,
      ...NORMALIZATION_FIELDS['top-db'],
    })
    .partial()
    .meta({ description: 'what is done to all frames of a model’s window together' }),
};

/** Settings of micro front ends alone. */
export const microSettings = {
  ...MICRO_FIELDS,
  noiseReduction: described(MICRO_FIELDS.noiseReduction, MICRO_FIELDS.noiseReduction.nullable()),
  pcan: described(MICRO_FIELDS.pcan, MICRO_FIELDS.pcan.nullable()),
  logBits: described(MICRO_FIELDS.logBits, MICRO_FIELDS.logBits.nullable()),
};

/** What a stage has that is neither in the preset nor given. */
const DEFAULTS: Readonly<Record<string, Json>> = {
  dct: { norm: 'ortho', lifter: null, energy: false },
  rescale: { offset: 0, scale: 1, clip: null, levels: null },
  mel: { scale: 'htk', slopes: 'mel', norm: 'none', firstBin: 'above-dc' },
  cmvn: { variance: true },
  'top-db': { reference: 'none' },
  bins: { first: 0 },
};

/** A preset by its name, or with settings on top. Collects problems; undefined where there are any. */
export function frontendOf(
  entry: FrontendPreset | ({ readonly preset?: FrontendPreset } & Json),
  where: string,
  problems: Problem[],
): FrontendSpec | undefined {
  if (typeof entry === 'string') return FRONTEND_PRESETS[entry];
  const { preset, ...settings } = entry;
  const base: FrontendSpec | undefined = preset === undefined ? undefined : FRONTEND_PRESETS[preset];
  if (base?.kind === 'none') {
    const fields = Object.keys(settings);
    problems.push(
      ...fields.map((field) =>
        fieldProblem(where, [field], { what: 'means nothing for the preset "none"', next: 'remove it' }),
      ),
    );
    return fields.length === 0 ? base : undefined;
  }
  const whole =
    base?.kind === 'spectral' || settings.kind === 'spectral'
      ? spectralWith(base?.kind === 'spectral' ? base : undefined, settings)
      : { kind: 'micro', version: 1, ...base, ...settings };
  return readFrontendSpec(whole, where, problems);
}

/** A spectral description with settings on top, not yet checked. */
export function spectralWith(base: SpectralFrontendSpec | undefined, settings: Json): Json {
  const merged: Record<string, unknown> = { kind: 'spectral', version: 1, ...base };
  for (const [field, value] of Object.entries(settings))
    merged[field] = stageWith(field, (base as Json | undefined)?.[field], value);
  return base === undefined ? merged : { ...merged, ...derived(base, merged, settings) };
}

function stageWith(field: string, before: unknown, value: unknown): unknown {
  if (!isObject(value)) return value;
  const kind = value.kind ?? (isObject(before) ? before.kind : undefined);
  const same = isObject(before) && (value.kind === undefined || value.kind === before.kind);
  const defaults = DEFAULTS[field] ?? (typeof kind === 'string' ? DEFAULTS[kind] : undefined);
  return { ...(same ? before : defaults), ...value };
}

/** What follows from settings without being given. */
function derived(base: SpectralFrontendSpec, merged: Json, settings: Json): Json {
  const sampleRate = numberIn(merged.sampleRate) ?? base.sampleRate;
  const window = numberIn(merged.windowSamples) ?? base.windowSamples;
  const fftSize =
    settings.fftSize === undefined ? fftSizeLike(base, window) : (numberIn(settings.fftSize) ?? base.fftSize);
  const result: Record<string, unknown> = settings.fftSize === undefined ? { fftSize } : {};
  const { filterbank, spectrum } = merged;
  if (
    base.filterbank.kind !== 'bins' &&
    base.filterbank.upperBandLimit === base.sampleRate / 2 &&
    isObject(filterbank) &&
    filterbank.kind !== 'bins' &&
    !given(settings.filterbank, 'upperBandLimit')
  )
    result.filterbank = { ...filterbank, upperBandLimit: sampleRate / 2 };
  const power = [1, 2].find((exponent) => base.spectrum.scale === base.fftSize ** -exponent);
  if (power !== undefined && isObject(spectrum) && !given(settings.spectrum, 'scale'))
    result.spectrum = { ...spectrum, scale: fftSize ** -power };
  return result;
}

/** The transform's length for another window: as long, or the next power of two, where the preset has it so. */
function fftSizeLike({ windowSamples, fftSize }: SpectralFrontendSpec, window: number): number {
  if (fftSize === windowSamples) return window;
  const next = (size: number) => 2 ** Math.ceil(Math.log2(Math.max(2, size)));
  return fftSize === next(windowSamples) ? next(window) : fftSize;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const given = (value: unknown, field: string) => isObject(value) && value[field] !== undefined;
const numberIn = (value: unknown) => (typeof value === 'number' && value >= 1 ? value : undefined);
