/**
 * The integer micro-frontend: 16-bit audio in, one frame of logarithmic channel energies per step out.
 *
 * notch → window → FFT → filter bank → square root → noise reduction → gain normalisation → logarithm, in the C
 * microfrontend's arithmetic, and where settings differ in that of MLTK, bit for bit; the C++ twin is templates/lib/kws_frontend.
 *
 * Owns: the pipeline and its state. Leaves to others: tables (`tables.ts`), int8 (`../quantize.ts`).
 */
import type { MicroFrontendSpec } from '../spec.js';
import { realFft } from './fft.js';
import { channelAmplitudes } from './filterbank.js';
import { plainValues, scaledLogarithms } from './log.js';
import { reduceNoise } from './noise-reduction.js';
import { DcNotch } from './notch.js';
import { normalizeGain } from './pcan.js';
import { type MicroFrontendTables, microTables } from './tables.js';
import { applyWindow } from './window.js';

export interface MicroFrontend {
  /** Samples between frames. */
  readonly stepSamples: number;
  /** Samples before the first frame. */
  readonly windowSamples: number;
  /** Forgets audio and noise estimate. */
  reset(): void;
  /**
   * Takes mono samples at the description's rate, in pieces of any size; returns the frames they complete,
   * [channels] uint16 each (about 0…670). The first comes after windowSamples, then one per stepSamples.
   */
  push(samples: Int16Array): Uint16Array[];
}

/** @throws KwsError where the description cannot be computed. */
export function createMicroFrontend(
  spec: MicroFrontendSpec,
  tables: MicroFrontendTables = microTables(spec),
): MicroFrontend {
  const { windowSize, stepSize } = tables;
  const history = new Int16Array(windowSize);
  const noise = new Uint32Array(tables.channels);
  const notch = new DcNotch(tables.dcNotch);
  const computeFrame = pipeline(tables);
  let filled = 0;
  return {
    stepSamples: stepSize,
    windowSamples: windowSize,
    reset() {
      filled = 0;
      noise.fill(0);
      notch.reset();
    },
    push(samples) {
      const frames: Uint16Array[] = [];
      for (let taken = 0; taken < samples.length; ) {
        const piece = samples.subarray(taken, taken + windowSize - filled);
        notch.apply(piece, history.subarray(filled));
        filled += piece.length;
        taken += piece.length;
        if (filled < windowSize) break;
        frames.push(computeFrame(history, noise));
        history.copyWithin(0, stepSize);
        filled -= stepSize;
      }
      return frames;
    },
  };
}

function pipeline(tables: MicroFrontendTables): (window: Int16Array, noise: Uint32Array) => Uint16Array {
  const windowed = new Int16Array(tables.fftSize);
  const complex = () => ({
    re: new Int16Array(tables.fftSize / 2),
    im: new Int16Array(tables.fftSize / 2),
  });
  const work = complex();
  const spectrum = complex();
  const signal = new Uint32Array(tables.channels);
  return (window, noise) => {
    const shift = applyWindow(window, tables.window, windowed);
    realFft(tables.fft, windowed, shift, work, spectrum);
    channelAmplitudes(tables.filterbank, spectrum, shift, signal);
    if (tables.reducesNoise) reduceNoise(tables, signal, noise);
    if (tables.normalizesGain) normalizeGain(tables, signal, noise);
    const frame = new Uint16Array(tables.channels);
    if (tables.takesLogarithms) scaledLogarithms(tables, signal, frame);
    else plainValues(signal, frame);
    return frame;
  };
}
