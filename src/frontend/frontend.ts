/**
 * A front end as the rest of the program uses it, whichever kind it is: PCM in, frames out, and frames
 * as a model takes them.
 *
 * Owns: the choice of the implementation. Leaves to others: the arithmetic (`micro/`, `spectral/`, `bands/`).
 */
import { createBandsFrontend } from './bands/frontend.js';
import { createMicroFrontend } from './micro/frontend.js';
import { type Arithmetic, type AudioFrontendSpec, frameChannels, type SpectralFrontendSpec } from './spec.js';
import { createSpectralDefinition } from './spectral/definition/stream.js';
import { createFixedFrontend } from './spectral/fixed/frontend.js';
import { createFloat32Frontend } from './spectral/float32/frontend.js';

/**
 * One frame as the front end leaves it: uint16 (micro, bands), or real values (spectral: Float64Array for
 * float64, Float32Array for float32, Int32Array with FIXED_FRACTION_BITS fraction bits for fixed).
 */
export type Frame = Uint16Array | Float64Array | Float32Array | Int32Array;

export interface Frontend {
  readonly spec: AudioFrontendSpec;
  readonly arithmetic: Arithmetic;
  /** Values of a frame. */
  readonly channels: number;
  /** Samples between frames. */
  readonly stepSamples: number;
  /** Samples before the first frame. */
  readonly windowSamples: number;
  reset(): void;
  /** Takes mono samples at the description's rate, in pieces of any size; returns the frames they complete. */
  push(samples: Int16Array): Frame[];
}

/** @throws KwsError where the description cannot be computed */
export function createFrontend(spec: AudioFrontendSpec, arithmetic: Arithmetic = 'float32'): Frontend {
  if (spec.kind === 'spectral') return createSpectral(spec, arithmetic);
  const created = spec.kind === 'micro' ? createMicroFrontend(spec) : createBandsFrontend(spec);
  return { ...created, spec, arithmetic, channels: frameChannels(spec) };
}

function createSpectral(spec: SpectralFrontendSpec, arithmetic: Arithmetic): Frontend {
  const { windowSamples, stepSamples } = spec;
  const common = { spec, arithmetic, channels: frameChannels(spec), windowSamples, stepSamples };
  if (arithmetic === 'float64') return { ...createSpectralDefinition(spec), ...common };
  if (arithmetic === 'float32') return { ...createFloat32Frontend(spec), ...common };
  return { ...createFixedFrontend(spec), ...common };
}
