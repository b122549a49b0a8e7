/**
 * Features of a clip against those of a training pipeline: the same or not, how far apart, where, and why.
 *
 * Both forms count as the same: that of a whole clip (padding, normalisation over the clip), which says that the
 * description is right, and that of a stream, which is what the device computes.
 */
import { inputError } from '../../diagnostics/errors.js';
import { clipFeatures } from '../clip.js';
import { createFrontend } from '../frontend.js';
import { inputValues } from '../input.js';
import {
  type AudioFrontendSpec,
  frameChannels,
  frameSamples,
  frontendHash,
  hasIntegerFrames,
  type SpectralFrontendSpec,
  stepMs,
} from '../spec.js';
import { diagnose, diagnosePreset, diagnoseUnits } from './diagnose.js';
import { closestDifference, type Difference, spread } from './difference.js';
import { type Matrix, readMatrix } from './matrix.js';

/** Of the range of their values: a quarter of the step that int8 has. */
export const DEFAULT_TOLERANCE = 1e-3;

export interface Comparison {
  /** Their array as frames x coefficients. */
  readonly theirs: { readonly frames: number; readonly coefficients: number; readonly transposed: boolean };
  /** Ours, in the form that comes closer. */
  readonly ours: {
    readonly form: 'whole-clip' | 'stream';
    readonly frames: number;
    readonly coefficients: number;
  };
  readonly difference: Difference;
  /** Start of the frame with the largest difference in the clip, in ms; negative in the padding. */
  readonly ms: number;
  /** Largest absolute difference that counts as the same. */
  readonly tolerance: number;
  readonly matches: boolean;
  /** What a device computes against theirs. */
  readonly stream: Difference | undefined;
  /** Where they do not match: what would. */
  readonly diagnosis: CompareDiagnosis | undefined;
}

export interface CompareDiagnosis {
  readonly causes: readonly string[];
  /** Fields of "frontend" in kws.json; empty where no setting can do it. */
  readonly fix: Readonly<Record<string, unknown>>;
  /** What differs with these settings. */
  readonly difference: Difference;
  /** Whether with them everything is the same. */
  readonly complete: boolean;
}

interface Numbers {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/**
 * @param pcm the clip, 16-bit samples at the description's rate
 * @param array what the pipeline made of the same clip, in any arrangement of frames and coefficients
 * @param where how messages call it
 * @param tolerance largest absolute difference that counts as the same (default: DEFAULT_TOLERANCE of their range)
 * @throws KwsError (exit code 2) where the array is none of the features of one clip, or the clip has no frame
 */
export function compareFeatures(
  spec: AudioFrontendSpec,
  pcm: Int16Array,
  array: Numbers,
  where: string,
  tolerance?: number,
): Comparison {
  const whole = clipFeatures(spec, pcm);
  const streamed = streamFeatures(spec, pcm);
  const candidates = readMatrix(array, frameChannels(spec), whole.length, where).flatMap(
    ({ matrix, transposed }) =>
      (
        [
          ['whole-clip', whole],
          ['stream', streamed],
        ] as const
      ).flatMap(([form, ours]) => {
        const difference = closestDifference(ours, matrix);
        return difference === undefined ? [] : [{ matrix, transposed, form, ours, difference }];
      }),
  );
  if (candidates.length === 0)
    throw inputError({
      what: 'the clip is shorter than one frame',
      where,
      next: `compare with a clip of at least ${frameSamples(spec).window} samples at ${spec.sampleRate} Hz`,
    });
  // The array is read in the way in which it has the right number of coefficients, then in which it fits.
  const rank = ({ matrix, difference }: (typeof candidates)[number]) =>
    (matrix[0]!.length === frameChannels(spec) ? 0 : 1e30) + difference.rms;
  const allowedOf = (matrix: Matrix) => tolerance ?? DEFAULT_TOLERANCE * spread(matrix);
  const matching = ({ matrix, difference }: (typeof candidates)[number]) =>
    matrix[0]!.length === frameChannels(spec) && difference.largest <= allowedOf(matrix);
  // The whole clip's form comes first: where both are the same, that is the one that was meant.
  const best = candidates.find(matching) ?? candidates.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  const { matrix, transposed, form, ours, difference } = best;
  const allowed = allowedOf(matrix);
  const matches = matching(best);
  return {
    theirs: { frames: matrix.length, coefficients: matrix[0]!.length, transposed },
    ours: { form, frames: ours.length, coefficients: frameChannels(spec) },
    difference,
    ms: difference.frame * stepMs(spec),
    tolerance: allowed,
    matches,
    stream: closestDifference(streamed, matrix),
    diagnosis: matches
      ? undefined
      : spec.kind === 'spectral'
        ? explained(diagnoseSpectral(spec, pcm, matrix, [ours, whole, streamed], allowed), matrix)
        : diagnoseIntegers(spec, pcm, matrix),
  };
}

/** What a device computes of the clip, in double precision, normalised over the clip. */
export function streamFeatures(spec: AudioFrontendSpec, pcm: Int16Array): Float64Array[] {
  const frames = createFrontend(spec, 'float64').push(pcm);
  if (hasIntegerFrames(spec)) return frames.map((frame) => Float64Array.from(frame));
  const values = inputValues(spec, frames, 'float64');
  const channels = frameChannels(spec);
  return frames.map((_, i) => Float64Array.from(values.subarray(i * channels, (i + 1) * channels)));
}

/** What is left, of the deviation of their values: of more than this a diagnosis explains nothing. */
const MOST_LEFT = 0.5;

/** A diagnosis that leaves about as much as it found is no news. */
function explained(found: CompareDiagnosis | undefined, theirs: Matrix): CompareDiagnosis | undefined {
  if (found === undefined || found.complete) return found;
  const values = theirs.flatMap((row) => [...row]);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const power = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return found.difference.rms > MOST_LEFT * Math.sqrt(power) ? undefined : found;
}

/** Why, from the likely to the far: one setting after the other, then what no setting or several at once do. */
function diagnoseSpectral(
  spec: SpectralFrontendSpec,
  pcm: Int16Array,
  theirs: Matrix,
  forms: readonly Matrix[],
  tolerance: number,
): CompareDiagnosis | undefined {
  const own = diagnose(spec, pcm, theirs, tolerance);
  if (own?.complete === true) return own;
  for (const ours of forms) {
    const linear = scaled(spec, ours, theirs, tolerance);
    if (linear !== undefined) return linear;
  }
  const whole = rounded(forms, theirs);
  if (whole !== undefined) return whole;
  const units = diagnoseUnits(spec, pcm, theirs, tolerance);
  if (units?.complete === true) return units;
  const other = diagnosePreset(spec, pcm, theirs, tolerance);
  if (other?.complete === true) return other;
  // Who climbs from elsewhere may end where the description is.
  const found = [own, units, other].filter((one) => one !== undefined);
  return found
    .filter((one) => frontendHash(one.spec) !== frontendHash(spec))
    .sort((a, b) => a.distance - b.distance)[0];
}

/** Theirs as ours in whole numbers: cut, rounded, or the floor. */
function rounded(forms: readonly Matrix[], theirs: Matrix): CompareDiagnosis | undefined {
  const width = theirs[0]!.length;
  if (!theirs.every((row) => row.every(Number.isInteger))) return undefined;
  const [difference] = forms
    .filter((ours) => ours[0]!.length === width && ours.length === theirs.length)
    .map((ours) => closestDifference(ours, theirs))
    .filter((found) => found !== undefined && found.largest <= 1);
  if (difference === undefined) return undefined;
  return {
    causes: ['its values are whole numbers: was it saved as integers?'],
    fix: {},
    difference,
    complete: false,
  };
}

/** Theirs as ours times a factor plus an offset: per value where all coefficients have the same, or per coefficient. */
function scaled(
  spec: SpectralFrontendSpec,
  ours: Matrix,
  theirs: Matrix,
  tolerance: number,
): CompareDiagnosis | undefined {
  const width = theirs[0]!.length;
  if (ours[0]!.length !== width || ours.length !== theirs.length || ours.length < 4) return undefined;
  const { factor, offset } = line(
    ours.flatMap((row) => [...row]),
    theirs.flatMap((row) => [...row]),
  );
  const all = closestDifference(
    ours.map((row) => row.map((v) => v * factor + offset)),
    theirs,
  );
  if (all !== undefined && all.largest <= tolerance) {
    // A cosine transform passes a factor on, an offset it does not.
    const multiple = closestDifference(
      ours.map((row) => row.map((v) => v * factor)),
      theirs,
    );
    const isMultiple = multiple !== undefined && multiple.largest <= tolerance;
    const settable = spec.rescale === null && (spec.dct === null || (isMultiple && !spec.dct.energy));
    return {
      causes: [
        isMultiple
          ? `its values are ours times ${short(factor)}`
          : `its values are ours times ${short(factor)}, plus ${short(offset)}`,
      ],
      fix: settable ? { rescale: { offset: isMultiple ? 0 : offset / factor, scale: factor } } : {},
      difference: isMultiple ? multiple : all,
      complete: settable && (spec.normalization.kind === 'none' || spec.normalization.kind === 'top-db'),
    };
  }
  const lines = Array.from({ length: width }, (_, k) =>
    line(
      ours.map((row) => row[k]!),
      theirs.map((row) => row[k]!),
    ),
  );
  const fitted = ours.map((row) => row.map((v, k) => v * lines[k]!.factor + lines[k]!.offset));
  const difference = closestDifference(fitted, theirs);
  if (difference === undefined || difference.largest > tolerance) return undefined;
  return {
    causes: ['it scales every coefficient with a mean and a deviation of its own (of the training set?)'],
    fix: {},
    difference,
    complete: false,
  };
}

/** Least squares: y = factor x + offset. */
function line(
  x: readonly number[],
  y: readonly number[],
): { readonly factor: number; readonly offset: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const variance = x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  const factor = variance === 0 ? 1 : x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0) / variance;
  return { factor, offset: my - factor * mx };
}

const short = (value: number) => Number(value.toPrecision(6));

/** What integer front ends' features are in other units and of other settings. */
function diagnoseIntegers(
  spec: Exclude<AudioFrontendSpec, SpectralFrontendSpec>,
  pcm: Int16Array,
  theirs: Matrix,
): CompareDiagnosis | undefined {
  const units = [
    { cause: undefined, of: (v: number) => v, tolerance: 0 },
    // Half a step of the integers, and float32.
    { cause: 'its values are the real ones, v / 25.6', of: (v: number) => v * 25.6, tolerance: 0.51 },
    {
      cause: 'its values are the int8 ones of a model',
      of: (v: number) => ((v + 128) * 666) / 256,
      tolerance: 2.7,
    },
  ];
  const settings = [
    [undefined, {}],
    ['its tables are the C library’s', { tables: 'c' }],
    ['its tables are TensorFlow Lite Micro’s', { tables: 'tflm' }],
    ['its step is 10 ms', { stepMs: 10 }],
    ['its step is 20 ms', { stepMs: 20 }],
  ] as const;
  let best: (CompareDiagnosis & { readonly score: number }) | undefined;
  for (const unit of units)
    for (const [cause, fix] of settings) {
      const variant = { ...spec, ...fix };
      const ours = clipFeatures(variant, pcm);
      const difference = closestDifference(
        ours,
        theirs.map((row) => row.map(unit.of)),
      );
      if (difference === undefined) continue;
      const frames = Math.abs(ours.length - theirs.length);
      const score = difference.rms + frames + (cause === undefined ? 0 : 1e-9);
      if (best !== undefined && score >= best.score) continue;
      best = {
        causes: [unit.cause, cause].filter((text) => text !== undefined),
        fix: cause === undefined ? {} : fix,
        difference,
        complete: difference.largest <= unit.tolerance,
        score,
      };
    }
  return best === undefined || best.causes.length === 0 ? undefined : best;
}
