/**
 * What Silicon Labs' MLTK writes into a model: the metadata entry `SL_PARAMSv1`, a FlatBuffer with a list of named
 * parameters, among them the labels (`classes`) and the settings of its micro front end (`fe.…`).
 *
 * Format: mltk/core/tflite_model_parameters (Dictionary: version, entries; Entry: key, value, a union of scalars, texts
 * and lists); settings: mltk/core/preprocess/audio/audio_feature_generator, which wraps the C microfrontend.
 *
 * Owns: reading it, untrusted as the rest of the file, and the description of the front end that it proves. Where it
 * names what is not computed here, there is a sentence instead of a description.
 */
import type { Problem } from '../diagnostics/errors.js';
import { readFrontendSpec } from '../frontend/schema.js';
import type { MicroFrontendSpec } from '../frontend/spec.js';
import type { TfliteFile } from '../tflite/schema.js';

const ENTRY = 'SL_PARAMSv1';
const MOST_BYTES = 64 * 1024;
const MOST_ENTRIES = 1000;

type Value = boolean | number | string | readonly string[];
export type MltkParameters = ReadonlyMap<string, Value>;

/** The parameters in the file; undefined where there are none, or they are damaged: then they prove nothing. */
export function readMltk(file: TfliteFile): MltkParameters | undefined {
  const found = file.metadata.find(({ name }) => name === ENTRY);
  const bytes = found === undefined ? undefined : file.buffers[found.buffer];
  if (bytes === undefined || bytes.length > MOST_BYTES) return undefined;
  try {
    return new Map(entries(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Labels in the order of the outputs. */
export function mltkLabels(parameters: MltkParameters): readonly string[] | undefined {
  const classes = parameters.get('classes');
  return Array.isArray(classes) && classes.length > 0 && classes.every((label) => label !== '')
    ? (classes as string[])
    : undefined;
}

/** What is done to features besides; absent where it is off. */
const ABSENT = ['samplewise_norm.rescale', 'samplewise_norm.mean_and_std'];
/** What must be told for features to be known. */
const SWITCHES = ['fe.noise_reduction_enable', 'fe.pcan_enable', 'fe.log_scale_enable'];
/** Settings of stages that are read below; those of one that is off mean nothing. Activity is detected beside the features. */
const KNOWN =
  /^fe\.(?:sample_rate_hz|fft_length|sample_length_ms|window_(?:size|step)_ms|(?:filterbank|noise_reduction|pcan|log_scale|dc_notch_filter|quantize_dynamic_scale|activity_detection)_\w+)$/;

export type MltkFrontend =
  | { readonly spec: MicroFrontendSpec }
  /** Why there is none, as a sentence about the model's file. */
  | { readonly unknown: string };

/**
 * The front end that the parameters prove; undefined where they say nothing of one.
 * @param input of the model: int8 features are made by micro_speech's rule, whatever scale it declares
 */
export function mltkFrontend(
  parameters: MltkParameters,
  input: { readonly type: string; readonly scale: number } | undefined,
): MltkFrontend | undefined {
  if (![...parameters.keys()].some((key) => key.startsWith('fe.'))) return undefined;
  const unknown = [
    ...SWITCHES.filter((key) => !parameters.has(key)),
    ...ABSENT.filter((key) => parameters.get(key) ?? 0),
    ...[...parameters.keys()].filter((key) => key.startsWith('fe.') && !KNOWN.test(key)),
  ].map((key) => shown(key, parameters));
  const problems: Problem[] = [];
  const spec = readFrontendSpec(settings(parameters, input), ENTRY, problems);
  if (unknown.length === 0 && input?.type === 'float32')
    return { unknown: `its metadata (MLTK) does not say as which numbers features become its float32 input` };
  if (spec?.kind === 'micro' && unknown.length === 0) return { spec };
  const wrong = problems.map(({ where, what }) => `${(where ?? '').replace(`${ENTRY}, `, '')} ${what}`);
  return {
    unknown: `its metadata (MLTK) describes a micro front end that kws-gen does not compute: ${[...unknown, ...wrong].join('; ')}`,
  };
}

/** The parameters as a description of our own, not yet checked. */
function settings(
  parameters: MltkParameters,
  input: { readonly type: string; readonly scale: number } | undefined,
): unknown {
  const number = (key: string) => shortest(Number(parameters.get(`fe.${key}`)));
  const on = (key: string) => Boolean(parameters.get(`fe.${key}_enable`) ?? false);
  const declared =
    input === undefined || input.type !== 'int8' || Math.abs(input.scale / (26 / 255) - 1) < 0.01;
  return {
    kind: 'micro',
    version: 1,
    sampleRate: number('sample_rate_hz'),
    windowMs: number('window_size_ms'),
    stepMs: number('window_step_ms'),
    channels: number('filterbank_n_channels'),
    lowerBandLimit: number('filterbank_lower_band_limit'),
    upperBandLimit: number('filterbank_upper_band_limit'),
    tables: 'mltk',
    ...(declared || on('quantize_dynamic_scale') ? {} : { quantization: 'micro-speech' }),
    noiseReduction: on('noise_reduction')
      ? {
          smoothingBits: number('noise_reduction_smoothing_bits'),
          evenSmoothing: number('noise_reduction_even_smoothing'),
          oddSmoothing: number('noise_reduction_odd_smoothing'),
          minSignalRemaining: number('noise_reduction_min_signal_remaining'),
        }
      : null,
    pcan: on('pcan')
      ? {
          strength: number('pcan_strength'),
          offset: number('pcan_offset'),
          gainBits: number('pcan_gain_bits'),
        }
      : null,
    logBits: on('log_scale') ? number('log_scale_shift') : null,
    ...(on('dc_notch_filter') && { dcNotch: number('dc_notch_filter_coefficient') }),
    ...(on('quantize_dynamic_scale') && { dynamicRangeDb: number('quantize_dynamic_scale_range_db') }),
  };
}

/** The shortest decimal number that is the same in single precision, in which the file has it. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === Math.fround(value)) return text;
  }
  return value;
}

function shown(key: string, parameters: MltkParameters): string {
  const value = parameters.get(key);
  return `${key.replace(/^fe\./, '')} ${typeof value === 'number' ? Number(value.toPrecision(4)) : (value ?? 'missing')}`;
}

/** @throws RangeError where an offset leads outside */
function* entries(view: DataView): Generator<[string, Value]> {
  const list = follow(view, fieldAt(view, follow(view, 0), 1));
  const count = view.getUint32(list, true);
  if (count > MOST_ENTRIES) throw new RangeError(`${count} entries`);
  for (let i = 0; i < count; i++) {
    const entry = follow(view, list + 4 + 4 * i);
    const type = fieldAt(view, entry, 1);
    const union = fieldAt(view, entry, 2);
    const key = text(view, fieldAt(view, entry, 0));
    const value =
      union === 0 ? undefined : unionValue(view, type === 0 ? 0 : view.getUint8(type), follow(view, union));
    if (value !== undefined) yield [key, value];
  }
}

/** Types of the union from 1 on; those that are not listed are passed over. */
const SCALARS: readonly ((view: DataView, at: number) => number | boolean)[] = [
  (view, at) => view.getUint8(at) !== 0,
  (view, at) => view.getInt8(at),
  (view, at) => view.getUint8(at),
  (view, at) => view.getInt16(at, true),
  (view, at) => view.getUint16(at, true),
  (view, at) => view.getInt32(at, true),
  (view, at) => view.getUint32(at, true),
  (view, at) => Number(view.getBigInt64(at, true)),
  (view, at) => Number(view.getBigUint64(at, true)),
  (view, at) => view.getFloat32(at, true),
  (view, at) => view.getFloat64(at, true),
];
const TEXT = 12;
const TEXTS = 13;
const MOST_LABELS = 4096;

function unionValue(view: DataView, type: number, table: number): Value | undefined {
  const at = fieldAt(view, table, 0);
  const scalar = SCALARS[type - 1];
  if (scalar !== undefined) return at === 0 ? (type === 1 ? false : 0) : scalar(view, at);
  if (type === TEXT) return at === 0 ? '' : text(view, at);
  if (type !== TEXTS || at === 0) return undefined;
  const list = follow(view, at);
  const count = view.getUint32(list, true);
  if (count > MOST_LABELS) throw new RangeError(`${count} texts`);
  return Array.from({ length: count }, (_, i) => text(view, list + 4 + 4 * i));
}

const follow = (view: DataView, at: number): number => at + view.getUint32(at, true);

/** Where a field of a table stands; 0 where it has its default. */
function fieldAt(view: DataView, table: number, index: number): number {
  const vtable = table - view.getInt32(table, true);
  const slot = 4 + 2 * index;
  if (slot >= view.getUint16(vtable, true)) return 0;
  const offset = view.getUint16(vtable + slot, true);
  return offset === 0 ? 0 : table + offset;
}

function text(view: DataView, at: number): string {
  const start = follow(view, at);
  const length = view.getUint32(start, true);
  if (length > 200) throw new RangeError(`a text of ${length} bytes`);
  // Outside of the entry, though not of the file, is outside, too.
  if (start + 4 + length > view.byteLength) throw new RangeError('a text beyond the end');
  return Buffer.from(view.buffer, view.byteOffset + start + 4, length).toString('utf8');
}
