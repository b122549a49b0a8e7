/**
 * The features of a whole clip as training libraries compute them: padded where they centre frames, normalised
 * over the clip. A device sees a stream instead (`createFrontend`, `inputValues`); the difference is what
 * docs/front-ends.md measures and `kws-gen features` shows.
 */
import { createFrontend } from './frontend.js';
import { type AudioFrontendSpec, hasIntegerFrames, type SpectralFrontendSpec } from './spec.js';
import { frameCount, frameSamplesAt } from './spectral/definition/framing.js';
import { preEmphasise, sampleUnit } from './spectral/definition/samples.js';
import { largest, spectralStages } from './spectral/definition/stages.js';

/**
 * [frames][channels] in double precision; integer front ends' are their uint16 values.
 *
 * @param pcm mono samples at the description's rate in units of 16-bit samples (-32768…32767); fractions are kept
 * by spectral front ends
 * @throws KwsError where the description cannot be computed
 */
export function clipFeatures(spec: AudioFrontendSpec, pcm: Int16Array | Float64Array): Float64Array[] {
  if (hasIntegerFrames(spec))
    return createFrontend(spec)
      .push(pcm instanceof Int16Array ? pcm : new Int16Array(pcm.length).map((_, i) => Math.round(pcm[i]!)))
      .map((frame) => Float64Array.from(frame));
  return featuresOfSpectra(spec, clipSpectra(spec, pcm));
}

/** The spectra of a clip's frames: what variants of the later stages have in common. */
export interface ClipSpectra {
  /** |X|^2, [frames][fftSize / 2 + 1]. */
  readonly power: readonly Float64Array[];
  /** The clip's largest sample. */
  readonly peak: number;
}

/** `clipFeatures` up to the transform. */
export function clipSpectra(spec: SpectralFrontendSpec, pcm: Int16Array | Float64Array): ClipSpectra {
  const unit = sampleUnit(spec);
  const samples = new Float64Array(pcm.length);
  for (const [i, sample] of pcm.entries()) samples[i] = sample * unit;
  const { coefficient, start } = spec.preEmphasis;
  const clip = preEmphasise(samples, coefficient, start === 'wrap' ? (samples.at(-1) ?? 0) : 0);
  const stages = spectralStages(spec);
  const power = Array.from({ length: frameCount(spec, clip.length) }, (_, frame) =>
    stages.power(frameSamplesAt(spec, clip, frame)),
  );
  return { power, peak: largest(samples) };
}

/** `clipFeatures` from there on; the spectra may be those of a description that differs only in later stages. */
export function featuresOfSpectra(spec: SpectralFrontendSpec, { power, peak }: ClipSpectra): Float64Array[] {
  const stages = spectralStages(spec);
  return [
    ...stages.finish(
      power.map((bins) => stages.frame(bins, peak)),
      peak,
    ),
  ];
}
