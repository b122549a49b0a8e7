/** `kws-gen features --compare`: the verdict, in words. */
import { resolve } from 'node:path';
import { inputError } from '../../diagnostics/errors.js';
import { readNpy } from '../../files/npy.js';
import { readBounded } from '../../files/read-bounded.js';
import { type Comparison, compareFeatures } from '../../frontend/compare/compare.js';
import { closestDifference } from '../../frontend/compare/difference.js';
import { readMatrix } from '../../frontend/compare/matrix.js';
import { type AudioFrontendSpec, frameChannels, frontendHash } from '../../frontend/spec.js';
import type { Tensor } from '../../model/types.js';
import type { CommandContext, Verdict } from './command.js';
import { quantizedRows } from './feature-files.js';
import type { OptionValues } from './options.js';

export interface Compared {
  readonly spec: AudioFrontendSpec;
  readonly preset: string | undefined;
  readonly pcm: Int16Array;
  readonly clip: string;
  readonly input: Tensor | undefined;
  /** Hz, where the clip was at another rate than the front end. */
  readonly resampledFrom: number | undefined;
}

/** An hour of features at 10 ms, 40 of them in double precision. */
const LARGEST_ARRAY = 128 * 1024 * 1024;

export async function compare(
  compared: Compared,
  options: OptionValues,
  { out, directory }: CommandContext,
): Promise<Verdict> {
  const name = options.compare!;
  const bytes = await readBounded(resolve(directory, name), LARGEST_ARRAY, name);
  const array = readNpy(bytes, name);
  if (options.quantized === true) return compareQuantized(compared, array, options, out);
  const { spec, pcm, clip, preset, resampledFrom } = compared;
  out.status(`comparing ${clip} with ${name}`);
  const result = compareFeatures(spec, pcm, array, name, options.tolerance);
  const { diagnosis, ...rest } = result;
  out.result(
    {
      t: 'compare',
      clip,
      file: name,
      frontend: frontendHash(spec),
      ...rest,
      ...(diagnosis === undefined
        ? {}
        : {
            causes: diagnosis.causes,
            fix: diagnosis.fix,
            mended: diagnosis.difference,
            complete: diagnosis.complete,
          }),
    },
    [...describe(result, clip, name, preset), ...resamplingNote(result, spec, resampledFrom)],
  );
  return result.matches ? 0 : 1;
}

function describe(result: Comparison, clip: string, name: string, preset: string | undefined): string[] {
  const { ours, theirs, difference, ms, tolerance, matches, stream } = result;
  const form = ours.form === 'stream' ? 'as a device computes them' : 'of the whole clip';
  const { shift } = difference;
  const shifted = shift === 0 ? '' : `; its frame ${Math.max(0, -shift)} is frame ${Math.max(0, shift)} here`;
  const lines = [
    `${clip}: ${ours.frames} frames x ${ours.coefficients} coefficients, ${form}`,
    `${name}: ${theirs.frames} frames x ${theirs.coefficients} coefficients${theirs.transposed ? ' (saved as coefficients x frames)' : ''}`,
    `compared: ${difference.frames} frames x ${difference.coefficients} coefficients${shifted}`,
    `largest difference ${number(difference.largest)} in frame ${difference.frame} (${number(ms)} ms), coefficient ${difference.coefficient}: ${number(difference.ours)} here, ${number(difference.theirs)} there`,
    `root mean square ${number(difference.rms)}, tolerance ${number(tolerance)}`,
    '',
    matches ? 'They are the same.' : 'They are not the same.',
  ];
  if (matches && ours.form === 'whole-clip' && stream !== undefined && stream.largest > tolerance)
    lines.push(
      `On a device, which sees a stream and pads nothing, up to ${number(stream.largest)} differ (root mean square ${number(stream.rms)}).`,
    );
  return [...lines, ...(matches ? [] : explain(result, preset))];
}

/** Two resamplers leave different traces, above all where the clip has nothing. */
function resamplingNote(
  { matches }: Comparison,
  { sampleRate }: AudioFrontendSpec,
  from: number | undefined,
): string[] {
  if (matches || from === undefined) return [];
  return [
    `The clip was resampled here from ${from} to ${sampleRate} Hz, and there by another program: compare with a clip that has ${sampleRate} Hz.`,
  ];
}

/** The most frequent reason of all. */
const SAME_CLIP =
  'Is it the same clip, at the same rate? librosa.load resamples to 22050 Hz unless it is told sr=None.';

function explain({ diagnosis, ours, theirs }: Comparison, preset: string | undefined): string[] {
  if (diagnosis === undefined) return ['No known difference of pipelines explains it.', SAME_CLIP];
  const { causes, fix, difference, complete } = diagnosis;
  const named = preset ?? (typeof fix.preset === 'string' ? fix.preset : undefined);
  const settings = JSON.stringify({ ...(named === undefined ? {} : { preset: named }), ...fix });
  const after = complete
    ? `then they are the same (largest difference ${number(difference.largest)})`
    : `then the largest difference is ${number(difference.largest)}, root mean square ${number(difference.rms)}`;
  return [
    `${complete ? 'Cause' : 'Closest'}: ${causes.join('; ')}`,
    ...(Object.keys(fix).length === 0
      ? [`  no setting of the front end does that; ${after}`]
      : [
          `  in kws.json: "frontend": ${named === undefined ? `{ …, ${settings.slice(1)}` : settings}`,
          `  ${after}`,
        ]),
    ...(complete || ours.frames === theirs.frames ? [] : [SAME_CLIP]),
  ];
}

/** Integers are compared as integers: at most one step apart, in at most 1 % of the values. */
function compareQuantized(
  { spec, pcm, clip, input }: Compared,
  array: ReturnType<typeof readNpy>,
  { compare: name, tolerance = 1 }: OptionValues,
  out: CommandContext['out'],
): Verdict {
  if (input === undefined)
    throw inputError({ what: 'there is no model', where: '--quantized', next: '--model FILE names one' });
  const ours = quantizedRows(spec, pcm, input);
  const found = readMatrix(array, frameChannels(spec), ours.length, name!)
    .map(({ matrix }) => ({ matrix, difference: closestDifference(ours, matrix) }))
    .find(({ difference }) => difference !== undefined);
  if (found?.difference === undefined)
    throw inputError({
      what: 'nothing can be compared',
      where: name!,
      next: 'save the features of this clip, frames x coefficients',
    });
  const { matrix, difference } = found;
  let apart = 0;
  for (const [frame, row] of matrix.entries())
    for (const [k, value] of row.entries())
      if (Math.abs(value - (ours[frame + difference.shift]?.[k] ?? value)) >= 1) apart += 1;
  const values = difference.frames * difference.coefficients;
  const same = difference.coefficients === frameChannels(spec) && matrix[0]!.length === frameChannels(spec);
  const matches = same && difference.largest <= tolerance && apart <= 0.01 * values;
  out.result(
    { t: 'compare', clip, file: name!, frontend: frontendHash(spec), difference, apart, values, matches },
    [
      `${clip}: ${ours.length} frames x ${frameChannels(spec)} coefficients, as the model sees them`,
      `${name}: ${matrix.length} frames x ${matrix[0]!.length} coefficients`,
      `${apart} of ${values} values differ, at most by ${number(difference.largest)} (frame ${difference.frame}, coefficient ${difference.coefficient})`,
      matches ? 'They are the same, to one step in 1 % of the values.' : 'They are not the same.',
    ],
  );
  return matches ? 0 : 1;
}

const number = (value: number) => String(Number(value.toPrecision(4)));
