/** Features as a command shows and saves them: a table of their ranges, .npy, .json, .png. */
import { extname } from 'node:path';
import { encode } from 'fast-png';
import { inputError } from '../../diagnostics/errors.js';
import { type NpyValues, writeNpy } from '../../files/npy.js';
import { writeTogether } from '../../files/write-together.js';
import { createFrontend } from '../../frontend/frontend.js';
import { modelInput } from '../../frontend/input.js';
import { MOST_PIXELS, pictureOf } from '../../frontend/picture.js';
import { type AudioFrontendSpec, frameChannels, frontendHash, stepMs } from '../../frontend/spec.js';
import { framesOf } from '../../model/fit.js';
import type { Tensor } from '../../model/types.js';
import type { Output } from '../../terminal/output.js';
import { table } from '../../text/table.js';
import type { OptionValues } from './options.js';
import { refuseExisting } from './paths.js';

export interface FeatureRows {
  readonly spec: AudioFrontendSpec;
  readonly form: 'stream' | 'whole-clip' | 'quantized';
  /** Elements of a .npy file. */
  readonly type: 'uint16' | 'float32' | 'int8' | 'uint8';
  /** [frames][channels], at least one frame. */
  readonly rows: readonly Float64Array[];
  readonly channels: number;
}

const WRITERS: Readonly<Record<string, (features: FeatureRows, target: string) => Uint8Array | string>> = {
  '.npy': ({ rows, type, channels }) => writeNpy(typed(rows, type), [rows.length, channels]),
  '.json': (features) => `${JSON.stringify(jsonOf(features))}\n`,
  '.png': ({ rows, spec, channels }, target) => {
    if (rows.length * channels > MOST_PIXELS / 16)
      throw inputError({
        what: `a picture of ${rows.length} frames is too wide`,
        where: `-o ${target}`,
        next: 'cut the clip into pieces, or save it as .npy',
      });
    const cepstra = spec.kind === 'spectral' && spec.dct !== null;
    const { width, height, data } = pictureOf(rows, cepstra);
    return encode({ width, height, data, channels: 3, depth: 8 });
  },
};

/** What is in the way of writing is found before the work begins. */
export function checkTarget(target: string, { out, force }: OptionValues, directory: string): void {
  const ending = extname(target).toLowerCase();
  if (WRITERS[ending] === undefined)
    throw inputError({
      what: ending === '' ? 'it has no ending' : `"${ending}" is no kind of file that features are saved as`,
      where: `-o ${out}`,
      next: 'end it in .npy (NumPy), .json or .png (a picture)',
    });
  refuseExisting([target], { directory, force, option: '-o' });
}

export async function writeFeatures(target: string, features: FeatureRows): Promise<void> {
  const content = WRITERS[extname(target).toLowerCase()]!(features, target);
  await writeTogether(new Map([[target, content]]));
}

/**
 * What the model's input holds, frame by frame, as boards with a floating-point unit compute it. Where the
 * description normalises over a window of frames, those of the first window; otherwise all frames of the clip.
 */
export function quantizedRows(spec: AudioFrontendSpec, pcm: Int16Array, input: Tensor): Float64Array[] {
  if (input.type === 'float32')
    throw inputError({
      what: 'the model takes real numbers, not int8',
      where: '--quantized',
      next: 'quantize it (kws-gen quantize), or leave --quantized out',
    });
  const channels = frameChannels(spec);
  let frames = createFrontend(spec, 'float32').push(pcm);
  if (spec.kind === 'spectral' && spec.normalization.kind !== 'none') {
    const window = framesOf(input, channels) ?? frames.length;
    if (frames.length < window)
      throw inputError({
        what: `the clip has ${frames.length} frames, the model sees ${window} of them`,
        where: '--quantized',
        why: 'values are normalised over the model’s window',
        next: 'give a longer clip',
      });
    frames = frames.slice(0, window);
  }
  const values = Float64Array.from(modelInput(spec, frames, input, 'float32'));
  return frames.map((_, frame) => values.slice(frame * channels, (frame + 1) * channels));
}

function typed(rows: readonly Float64Array[], type: FeatureRows['type']): NpyValues {
  const all = rows.flatMap((row) => [...row]);
  switch (type) {
    case 'uint16':
      return Uint16Array.from(all);
    case 'int8':
      return Int8Array.from(all);
    case 'uint8':
      return Uint8Array.from(all);
    case 'float32':
      return Float32Array.from(all);
  }
}

function jsonOf({ spec, form, type, rows, channels }: FeatureRows) {
  return {
    frontend: spec,
    form,
    type,
    stepMs: stepMs(spec),
    shape: [rows.length, channels],
    features: rows.map((row) => [...row]),
  };
}

interface Summary {
  readonly least: number;
  readonly mean: number;
  readonly greatest: number;
  readonly deviation: number;
}

function summaryOf(values: readonly number[]): Summary {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {
    least: values.reduce((a, b) => Math.min(a, b)),
    mean,
    greatest: values.reduce((a, b) => Math.max(a, b)),
    deviation: Math.sqrt(squares / values.length),
  };
}

const FORMS = {
  stream: 'as a device computes them from a stream',
  'whole-clip': 'of the whole clip, as training libraries compute them',
  quantized: 'as the model sees them',
} as const;

/** Coefficients that are listed one by one. */
const LISTED = 40;

export function showFeatures(
  features: FeatureRows,
  clip: string,
  written: string | undefined,
  out: Output,
): void {
  const { spec, form, type, rows, channels } = features;
  const columns = Array.from({ length: channels }, (_, k) => summaryOf(rows.map((row) => row[k]!)));
  const all = summaryOf(rows.flatMap((row) => [...row]));
  const number = (value: number) => String(Number(value.toPrecision(5)));
  const row = (name: string, { least, mean, greatest, deviation }: Summary) => [
    name,
    number(least),
    number(mean),
    number(greatest),
    number(deviation),
  ];
  out.result(
    {
      t: 'features',
      clip,
      frontend: frontendHash(spec),
      form,
      type,
      shape: [rows.length, channels],
      stepMs: stepMs(spec),
      ...all,
      coefficients: columns,
      ...(written === undefined ? {} : { written }),
    },
    [
      `${clip}: ${rows.length} frames x ${channels} coefficients, one frame every ${number(stepMs(spec))} ms, ${FORMS[form]}`,
      '',
      ...table(
        ['COEFFICIENT', 'LEAST', 'MEAN', 'GREATEST', 'DEVIATION'],
        [row('all', all), ...columns.slice(0, LISTED).map((column, k) => row(String(k), column))],
      ),
      ...(channels > LISTED ? [`and ${channels - LISTED} more (--json lists them)`] : []),
      ...(written === undefined ? [] : ['', `Written: ${written}`]),
    ],
  );
}
