/**
 * A spectral front end in single precision: what boards with a floating-point unit compute, bit for bit.
 *
 * Every operation is one IEEE 754 single-precision +, -, *, / or square root (`Math.fround` after the same
 * operation in double precision rounds as the hardware does), in the order of the C++ twin,
 * templates/lib/kws_frontend/src/float32.
 *
 * Owns: the pipeline and its history. Leaves to others: stages (one file each), constants (`tables.ts`), windows
 * of frames (`window-values.ts`).
 */
import type { SpectralFrontendSpec } from '../../spec.js';
import { checkFloat32 } from './check.js';
import { transform } from './fft.js';
import { filterValues } from './filterbank.js';
import { finish } from './finish.js';
import { logarithms } from './logarithms.js';
import { spectrum } from './spectrum.js';
import { type SpectralTables, spectralTables } from './tables.js';
import { transformWindow } from './window.js';

export interface Float32Frontend {
  /** Samples between frames. */
  readonly stepSamples: number;
  /** Samples before the first frame. */
  readonly windowSamples: number;
  /** Forgets audio; the first sample's predecessor is 0. */
  reset(): void;
  /**
   * Takes mono samples at the description's rate, in pieces of any size; returns the frames they complete, as they
   * are kept, [keptValues] each. The first comes after windowSamples, then one per stepSamples.
   */
  push(samples: Int16Array): Float32Array[];
}

/** @throws KwsError where the description cannot be computed in single precision */
export function createFloat32Frontend(spec: SpectralFrontendSpec): Float32Frontend {
  checkFloat32(spec);
  const tables = spectralTables(spec);
  const { windowSize, stepSize } = tables;
  const computeFrame = pipeline(tables);
  const history = new Int16Array(windowSize + 2);
  const full = windowSize + 1;
  /** The sample before the first is there already. */
  let filled = 1;
  /** Samples to come that belong to no window. */
  let skipped = 0;
  return {
    stepSamples: stepSize,
    windowSamples: windowSize,
    reset() {
      history.fill(0);
      filled = 1;
      skipped = 0;
    },
    push(samples) {
      const frames: Float32Array[] = [];
      for (let taken = 0; taken < samples.length; ) {
        const passed = Math.min(skipped, samples.length - taken);
        skipped -= passed;
        taken += passed;
        const piece = samples.subarray(taken, taken + full - filled);
        history.set(piece, filled);
        filled += piece.length;
        taken += piece.length;
        if (filled < full) break;
        frames.push(computeFrame(history));
        filled = Math.max(0, full - stepSize);
        skipped = Math.max(0, stepSize - full);
        history.copyWithin(0, full - filled, full);
      }
      return frames;
    },
  };
}

function pipeline(tables: SpectralTables): (history: Int16Array) => Float32Array {
  const work = new Float32Array(tables.fftSize + 2);
  return (history) => {
    transformWindow(tables, history, work);
    transform(tables.fft, tables.fftSize / 2, work);
    spectrum(tables, work);
    const values = filterValues(tables, work);
    if (tables.normalization === 'peak') {
      const peak = history.subarray(1, 1 + tables.windowSize).reduce((most, x) => Math.max(most, x), -32_768);
      return Float32Array.of(...values, peak * tables.sampleUnit);
    }
    logarithms(tables, values);
    return tables.normalization === 'top-db' ? values : finish(tables, values);
  };
}
