/** `kws-gen features`: what a front end makes of a clip, to look at, to train with, and to compare. */
import { resolve } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import type { FrontendPreset } from '../frontend/presets.js';
import type { AudioFrontendSpec } from '../frontend/spec.js';
import type { Tensor } from '../model/types.js';
import { KWS_FILE } from '../project/files.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { FeatureRows } from './support/feature-files.js';
import type { OptionValues } from './support/options.js';
import { shownPath } from './support/paths.js';
import { projectFolder, projectOf, refuseModelOptions } from './support/project-options.js';

export const featuresCommand: Command = {
  name: 'features',
  argument: { name: 'clip', required: true, description: 'a WAV or FLAC file of any rate' },
  summary: 'show, save or compare what a front end makes of a clip',
  description:
    'Computes the features of a clip, frames x coefficients, as a device does from a stream of audio, in the front end’s own units (--whole-clip: as training libraries do, padded where they pad; --quantized: the int8 values that the project’s model sees). With --compare they are held against what another pipeline made of the same clip: the largest difference, where it is, and the likely cause with the setting of kws.json that mends it; exit code 1 where they differ. -o saves them as .npy, .json or .png (time from left to right, low channels at the bottom; cepstra each in a range of its own).',
  examples: [
    'kws-gen features yes.wav --frontend librosa-mfcc -o yes.npy',
    'kws-gen features yes.wav -o yes.png',
    'kws-gen features yes.wav --frontend mlperf-tiny-kws --compare trained.npy',
    'kws-gen features yes.wav --model okay_nabu.json --quantized --json',
  ],
  options: [
    'frontend',
    'out',
    'wholeClip',
    'quantized',
    'compare',
    'tolerance',
    'model',
    'labels',
    'project',
    'force',
  ],
  async run(options, context, argument) {
    const { out, directory } = context;
    checkOptions(options);
    const { checkTarget, writeFeatures } = await import('./support/feature-files.js');
    const target = options.out === undefined ? undefined : resolve(directory, options.out);
    if (target !== undefined) checkTarget(target, options, directory);
    const { spec, preset, input } = await frontendFor(options, context);
    const { pcm, resampledFrom } = await readPcm(argument!, spec, context);
    if (options.compare !== undefined) {
      const { compare } = await import('./support/features-compare.js');
      return compare({ spec, preset, pcm, clip: argument!, input, resampledFrom }, options, context);
    }
    const rows = await featuresOf(spec, pcm, options, input, argument!);
    if (target !== undefined) await writeFeatures(target, rows);
    const { showFeatures } = await import('./support/feature-files.js');
    showFeatures(rows, argument!, target && shownPath(target, directory), out);
    return 0 satisfies Verdict;
  },
};

function checkOptions({ quantized, wholeClip, compare, out, tolerance }: OptionValues): void {
  const wrong = (what: string, where: string, next: string) => {
    throw inputError({ what, where, next });
  };
  if (quantized === true && wholeClip === true)
    wrong('a model on a device never sees a whole clip', '--quantized', 'leave --whole-clip out');
  if (compare !== undefined && out !== undefined)
    wrong('a comparison writes no features', '--out', 'save them without --compare');
  if (compare !== undefined && wholeClip === true)
    wrong('a comparison tries both forms', '--whole-clip', 'leave it out');
  if (compare === undefined && tolerance !== undefined)
    wrong('means nothing without --compare', '--tolerance', 'leave it out, or give --compare FILE');
}

interface Chosen {
  readonly spec: AudioFrontendSpec;
  /** Its name, where it was given by name. */
  readonly preset: FrontendPreset | undefined;
  /** The input of the project's first model, for --quantized. */
  readonly input: Tensor | undefined;
}

/** --frontend alone names a preset; otherwise it is that of the project or the model. */
async function frontendFor(options: OptionValues, context: CommandContext): Promise<Chosen> {
  const { frontendFromOption } = await import('../project/choose-frontend.js');
  const { frontend: named, quantized, model } = options;
  const spec = named === undefined ? undefined : frontendFromOption(named);
  const preset = named?.includes(',') === true ? undefined : (named as FrontendPreset | undefined);
  if (spec !== undefined && quantized !== true && model === undefined) {
    if (spec.kind === 'none') throw noFrontend('--frontend none');
    return { spec, preset, input: undefined };
  }
  if (spec !== undefined && model === undefined)
    throw inputError({
      what: 'the project has a front end of its own',
      where: '--frontend',
      why: '--quantized shows what the project’s model sees',
      next: 'leave --frontend out, or name a model: --model FILE',
    });
  if (quantized !== true && model === undefined) {
    // The front end alone: a float model is not quantized for it, and a model that does not fit may be why one asks.
    refuseModelOptions(options);
    const { loadFrontend } = await import('../project/load.js');
    const spec = await loadFrontend(projectFolder(options, context.directory));
    if (spec.kind === 'none') throw noFrontend(KWS_FILE);
    return { spec, preset, input: undefined };
  }
  const project = await projectOf(options, context);
  if (project.frontend.kind === 'none') throw noFrontend(project.file);
  const [first] = project.models;
  return { spec: project.frontend, preset, input: first?.model.tensors[first.model.inputs[0]!] };
}

const noFrontend = (where: string) =>
  inputError({
    what: 'there is no front end, and so there are no features',
    where,
    next: 'name one: --frontend PRESET',
  });

/** The clip at the front end's rate; says so where that is not its own. */
async function readPcm(
  clip: string,
  { sampleRate }: AudioFrontendSpec,
  { out, directory }: CommandContext,
): Promise<{ readonly pcm: Int16Array; readonly resampledFrom: number | undefined }> {
  const [{ decodeClip }, { toPcm16 }] = await Promise.all([
    import('../audio/clip.js'),
    import('../audio/pcm16.js'),
  ]);
  const audio = await decodeClip(resolve(directory, clip));
  const pcm = toPcm16(audio, sampleRate);
  if (audio.sampleRate === sampleRate) return { pcm, resampledFrom: undefined };
  out.progress(`${clip}: resampled from ${audio.sampleRate} to ${sampleRate} Hz`);
  return { pcm, resampledFrom: audio.sampleRate };
}

async function featuresOf(
  spec: AudioFrontendSpec,
  pcm: Int16Array,
  { wholeClip, quantized }: OptionValues,
  input: Tensor | undefined,
  clip: string,
): Promise<FeatureRows> {
  const { frameChannels, frameSamples, hasIntegerFrames } = await import('../frontend/spec.js');
  const form = quantized === true ? 'quantized' : wholeClip === true ? 'whole-clip' : 'stream';
  const rows = await rowsOf(spec, pcm, form, input);
  if (rows.length === 0)
    throw inputError({
      what: 'it is shorter than one frame',
      where: clip,
      next: `give a clip of at least ${frameSamples(spec).window} samples at ${spec.sampleRate} Hz`,
    });
  const type =
    form === 'quantized'
      ? input!.type === 'uint8'
        ? 'uint8'
        : 'int8'
      : hasIntegerFrames(spec)
        ? 'uint16'
        : 'float32';
  return { spec, form, type, rows, channels: frameChannels(spec) };
}

async function rowsOf(
  spec: AudioFrontendSpec,
  pcm: Int16Array,
  form: FeatureRows['form'],
  input: Tensor | undefined,
): Promise<readonly Float64Array[]> {
  if (form === 'whole-clip') return (await import('../frontend/clip.js')).clipFeatures(spec, pcm);
  if (form === 'stream') return (await import('../frontend/compare/compare.js')).streamFeatures(spec, pcm);
  return (await import('./support/feature-files.js')).quantizedRows(spec, pcm, input!);
}
