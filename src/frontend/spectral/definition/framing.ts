/**
 * Where a clip's frames are, and how it is padded, as training libraries do it.
 *
 * Not centred: frame k begins at k * step, and only whole windows count (tf.signal.stft, speechpy). Centred:
 * librosa, torchaudio and Keras pad fftSize / 2 samples at both ends and put the window into the middle of the
 * transform, so that frame k's window is centred on k * step.
 */
import type { SpectralFrontendSpec } from '../../spec.js';

type Framing = Pick<SpectralFrontendSpec, 'centre' | 'windowSamples' | 'stepSamples' | 'fftSize'>;

/** Frames of a clip of so many samples. */
export function frameCount(spec: Framing, samples: number): number {
  if (spec.centre === 'none')
    return Math.max(0, Math.floor((samples - spec.windowSamples) / spec.stepSamples) + 1);
  const padded = samples + 2 * Math.floor(spec.fftSize / 2);
  // There is nothing to reflect in an empty clip.
  return samples === 0 ? 0 : Math.floor((padded - spec.fftSize) / spec.stepSamples) + 1;
}

/** Position of frame k's first sample in the clip; before 0 and from the clip's length on is padding. */
function frameStart(spec: Framing, frame: number): number {
  const start = frame * spec.stepSamples;
  if (spec.centre === 'none') return start;
  return (
    start - Math.floor(spec.fftSize / 2) + Math.floor(Math.max(0, spec.fftSize - spec.windowSamples) / 2)
  );
}

/** [windowSamples] samples of frame k. */
export function frameSamplesAt(spec: Framing, clip: Float64Array, frame: number): Float64Array {
  const start = frameStart(spec, frame);
  const samples = new Float64Array(spec.windowSamples);
  for (let i = 0; i < samples.length; i++) samples[i] = sampleAt(spec, clip, start + i);
  return samples;
}

function sampleAt({ centre }: Framing, clip: Float64Array, index: number): number {
  if (index >= 0 && index < clip.length) return clip[index]!;
  if (centre !== 'reflect') return 0;
  // As numpy.pad's "reflect": the ends are not repeated, a short clip is reflected again and again.
  const period = Math.max(1, 2 * (clip.length - 1));
  const turned = ((index % period) + period) % period;
  return clip[Math.min(turned, period - turned)]!;
}
