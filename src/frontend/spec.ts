/**
 * What a front end is: one typed, versioned description that drives the TypeScript features, the C++
 * features and the hash in the hello line.
 *
 * Owns: the description and its hash. Leaves to others: the arithmetic (`micro/`).
 */
import { createHash } from 'node:crypto';

/** Which rounding the tables were made with; see docs/front-ends.md. */
export type MicroTables = 'c' | 'tflm' | 'mltk';

/** The integer micro-frontend: noise reduction, PCAN and log over 40 mel-like channels; MLTK's settings of them. */
export interface MicroFrontendSpec {
  readonly kind: 'micro';
  readonly version: 1;
  /** Hz */
  readonly sampleRate: number;
  readonly windowMs: number;
  readonly stepMs: number;
  readonly channels: number;
  /** Hz */
  readonly lowerBandLimit: number;
  /** Hz */
  readonly upperBandLimit: number;
  readonly tables: MicroTables;
  /**
   * How features become the int8 (or uint8) of a model's input: by the scale that it declares (absent), or as
   * micro_speech computes them, whatever it declares, as MLTK does.
   */
  readonly quantization?: 'micro-speech';
  /** Absent: as micro_speech and microWakeWord have it; null: the stage is off; else what differs from that. */
  readonly noiseReduction?: NoiseReduction | null;
  /** The same. Without noise reduction there is nothing that it could follow: it is off, too. */
  readonly pcan?: Pcan | null;
  /** Absent: features are 64 ln x; else 2^logBits ln x; null: x itself, at most 65535. */
  readonly logBits?: number | null;
  /** Coefficient of a filter that takes constant offsets out of the samples, 0…1; absent: none. */
  readonly dcNotch?: number;
  /**
   * Absent: features become integers one by one. Else the window's greatest value becomes 127, and what lies so many
   * dB below it, and all under that, -128.
   */
  readonly dynamicRangeDb?: number;
}

/** Settings of the micro-frontend's noise reduction; absent ones are those of micro_speech. */
export interface NoiseReduction {
  /** Fraction bits of the estimate: 10. */
  readonly smoothingBits?: number;
  /** Share of the newest value in the estimate, in channels 0, 2, …: 0.025. */
  readonly evenSmoothing?: number;
  /** The same in channels 1, 3, …: 0.06. */
  readonly oddSmoothing?: number;
  /** Share of a value that is always left: 0.05. */
  readonly minSignalRemaining?: number;
}

/** Settings of the gain, 2^gainBits (estimate + offset)^-strength; absent ones are those of micro_speech. */
export interface Pcan {
  /** 0.95 */
  readonly strength?: number;
  /** 80 */
  readonly offset?: number;
  /** 21 */
  readonly gainBits?: number;
}

/** Filters over the spectrum of a frame, bins 0 … fftSize / 2. Weights: `spectral/tables/filterbank.ts`. */
export type Filterbank =
  /** Triangles over mel, their corners evenly spaced between the limits. */
  | {
      readonly kind: 'mel';
      readonly channels: number;
      /** Hz */
      readonly lowerBandLimit: number;
      /** Hz */
      readonly upperBandLimit: number;
      /** htk: 1127 ln(1 + f / 700); slaney: linear up to 1 kHz, logarithmic above. */
      readonly scale: 'htk' | 'slaney';
      /** Whether the sides of a triangle are straight over mel or over Hz. */
      readonly slopes: 'mel' | 'hertz';
      /** slaney: every triangle has the same area, 2 / (its width in Hz) high. */
      readonly norm: 'none' | 'slaney';
      /**
       * The lowest bin that counts: the one at 0 Hz (dc); the next one (above-dc); or bin trunc(1.5 +
       * lowerBandLimit / Hz per bin), where TensorFlow's `mfcc` op begins, though one below it may lie within
       * the first triangle (rounded).
       */
      readonly firstBin: 'dc' | 'above-dc' | 'rounded';
    }
  /** Triangles over bins, their corners the mel (htk) corners rounded down to bins, floor((fftSize + 1) f / sampleRate). */
  | {
      readonly kind: 'mel-bins';
      readonly channels: number;
      /** Hz */
      readonly lowerBandLimit: number;
      /** Hz */
      readonly upperBandLimit: number;
    }
  /** The spectrum's own bins. */
  | { readonly kind: 'bins'; readonly first: number; readonly count: number };

/**
 * What depends on all frames of a clip together. Training libraries compute it over a whole clip; in a stream
 * it is computed over the frames of the model's window, for every inference anew, and exactly so: frames are
 * kept as they are *before* that stage (`keptValues`), and it and the stages after it run when a window
 * of frames becomes a model's input.
 *
 * - none: frames are kept complete.
 * - peak: frames are kept as the filter bank leaves them, of samples not yet divided, and behind these values
 *   the largest sample of the frame (not of its magnitude), before pre-emphasis, in the units of `scaling`.
 *   p = the largest of these over the window (its magnitude where it is negative; 1 where it is 0). Filter-bank
 *   values x become x / p (spectrum.form magnitude) or x / p^2 (power); then log, rescale, dct. A frame's
 *   own samples are its windowSamples, also those that a shorter fftSize leaves out.
 * - top-db: frames are kept as the logarithm leaves them. m = the largest value of the window; v becomes
 *   max(v, m - db), minus m where reference is max; then rescale, dct.
 * - cmvn: frames are kept complete. Per coefficient, over the sequence v[0…n-1] of the window's frames continued
 *   by reflection at both ends (… v[1] v[0] | v[0] v[1] … v[n-1] | v[n-1] …, again and again where it is short):
 *   u[i] = v[i] - mean(v[i-h] … v[i+h]), h = (window - 1) / 2; with variance u[i] / (deviation + 1e-10), the
 *   deviation that of u[i-h] … u[i+h] from their own mean, u continued in the same way.
 * - z-score: frames are kept complete. All values of the window minus their mean, over (deviation + 1e-7).
 */
export type Normalization =
  | { readonly kind: 'none' }
  | { readonly kind: 'peak' }
  /** `window` in frames, odd. */
  | { readonly kind: 'cmvn'; readonly window: number; readonly variance: boolean }
  | { readonly kind: 'z-score' }
  | {
      readonly kind: 'top-db';
      readonly db: number;
      /** max: the largest value becomes 0. */
      readonly reference: 'none' | 'max';
    };

/**
 * A front end in floating point: framed spectrum, filter bank, logarithm, cosine transform. Stages run in
 * the order of the fields (a normalization where its own comment says); docs/front-ends.md says what each
 * one computes, `spectral/definition/` computes it.
 */
export interface SpectralFrontendSpec {
  readonly kind: 'spectral';
  readonly version: 1;
  /** Hz */
  readonly sampleRate: number;
  /** What a 16-bit sample of 32768 is: 1 (unit) or 32768 (int16). */
  readonly scaling: 'unit' | 'int16';
  /**
   * y[n] = x[n] - coefficient x[n-1] over the whole stream, not per frame; 0: none. Before a clip's first
   * sample stands a 0, or its last sample (wrap); before a stream's first sample always a 0.
   */
  readonly preEmphasis: { readonly coefficient: number; readonly start: 'zero' | 'wrap' };
  /** Clips as training pipelines frame them: windows centred on multiples of the step, the clip padded. Streams are never padded. */
  readonly centre: 'none' | 'zero' | 'reflect';
  /** Samples between a frame's first and the end of its last; a stream's first frame is due after so many. */
  readonly windowSamples: number;
  readonly stepSamples: number;
  readonly window: {
    readonly shape: 'rectangular' | 'hann' | 'hamming' | 'blackman';
    /** w[i] over 2 pi i / N (periodic) or over 2 pi i / (N - 1) (symmetric), N = windowSamples. */
    readonly form: 'periodic' | 'symmetric';
  };
  /**
   * Even, factors 2, 3 and 5. Longer than the window: zeros fill it up. Shorter: only the first fftSize
   * samples of a window count, as in numpy.fft.rfft(frame, n).
   */
  readonly fftSize: number;
  /** |X|^2 or |X|, times `scale`. */
  readonly spectrum: { readonly form: 'power' | 'magnitude'; readonly scale: number };
  readonly filterbank: Filterbank;
  /** ln, log10, or 10 log10 (db), of max(x, floor) or of x + floor; none: x itself. */
  readonly log: {
    readonly form: 'none' | 'ln' | 'log10' | 'db';
    readonly floor: number;
    readonly floorForm: 'max' | 'add';
  };
  /** (v + offset) scale, clipped, rounded to multiples of 1/levels (halves to even); null: as it is. */
  readonly rescale: {
    readonly offset: number;
    readonly scale: number;
    readonly clip: readonly [least: number, greatest: number] | null;
    readonly levels: number | null;
  } | null;
  /**
   * DCT-II over the filter bank's N channels: c[k] = f(k) sum v[n] cos(pi k (n + 1/2) / N), f = sqrt(2 / N)
   * (tensorflow), the same with f(0) = sqrt(1 / N) (ortho), or 2 (none). null: no transform.
   */
  readonly dct: {
    readonly coefficients: number;
    readonly norm: 'ortho' | 'tensorflow' | 'none';
    /** c[k] times 1 + length / 2 sin(pi (k + first) / length); null: none. */
    readonly lifter: { readonly length: number; readonly first: 0 | 1 } | null;
    /** Whether coefficient 0 is the logarithm (as in `log`) of the sum over all bins of the spectrum instead. */
    readonly energy: boolean;
  } | null;
  readonly normalization: Normalization;
}

/** Levels of bands, a part of an octave wide each, above their noise floors; for chips that have no room for a spectrum. */
export interface BandsFrontendSpec {
  readonly kind: 'bands';
  readonly version: 1;
  /** Hz */
  readonly sampleRate: number;
  /** A whole number of samples, also of the lowest octave's: divisible by 2^(octaves - 1). */
  readonly stepMs: number;
  /** The highest one reaches from 0.1875 to 0.375 of the rate. */
  readonly octaves: number;
  readonly bandsPerOctave: number;
}

/** No audio: the model's inputs are pushed over the protocol (tests, benchmarks). */
export interface NoFrontendSpec {
  readonly kind: 'none';
  readonly version: 1;
}

/** Front ends whose frames are uint16, 25.6 to a unit, whatever the arithmetic. */
export type IntegerFrontendSpec = MicroFrontendSpec | BandsFrontendSpec;

/** A front end that computes something. */
export type AudioFrontendSpec = IntegerFrontendSpec | SpectralFrontendSpec;

export type FrontendSpec = AudioFrontendSpec | NoFrontendSpec;

/**
 * How a spectral front end is computed. float64: its definition; float32: what boards with a floating-point
 * unit compute, bit for bit; fixed: what boards without one compute, bit for bit. The other kinds are
 * integer arithmetic everywhere.
 */
export type Arithmetic = 'float64' | 'float32' | 'fixed';

export function hasIntegerFrames(spec: AudioFrontendSpec): spec is IntegerFrontendSpec {
  return spec.kind !== 'spectral';
}

/** Values of one frame as a model takes them. */
export function frameChannels(spec: AudioFrontendSpec): number {
  if (spec.kind === 'micro') return spec.channels;
  if (spec.kind === 'bands') return spec.octaves * spec.bandsPerOctave;
  if (spec.dct !== null) return spec.dct.coefficients;
  return spec.filterbank.kind === 'bins' ? spec.filterbank.count : spec.filterbank.channels;
}

/**
 * Values of one frame as `Frontend.push` leaves it and a ring keeps it: what a normalization over several
 * frames still needs (see `Normalization`), otherwise the same as frameChannels.
 */
export function keptValues(spec: AudioFrontendSpec): number {
  if (hasIntegerFrames(spec)) return frameChannels(spec);
  const channels = spec.filterbank.kind === 'bins' ? spec.filterbank.count : spec.filterbank.channels;
  // Behind the values of the filter bank stand what becomes coefficient 0 where that is the frame's energy (as
  // far as its stages have run: the sum, or its logarithm), and the largest sample.
  const energy = spec.dct?.energy === true ? 1 : 0;
  if (spec.normalization.kind === 'peak') return channels + energy + 1;
  return spec.normalization.kind === 'top-db' && spec.dct !== null ? channels + energy : frameChannels(spec);
}

/** Whether a frame can only become a model's input together with the other frames of its window. */
export function normalizesWindow(spec: AudioFrontendSpec): boolean {
  if (spec.kind === 'spectral') return spec.normalization.kind !== 'none';
  return spec.kind === 'micro' && spec.dynamicRangeDb !== undefined;
}

/** Samples of one window and from one window to the next. */
export function frameSamples(spec: AudioFrontendSpec): { readonly window: number; readonly step: number } {
  if (spec.kind === 'spectral') return { window: spec.windowSamples, step: spec.stepSamples };
  const samples = (ms: number) => Math.trunc((ms * spec.sampleRate) / 1000);
  const step = samples(spec.stepMs);
  return { window: spec.kind === 'micro' ? samples(spec.windowMs) : step, step };
}

/** Time from one frame to the next in ms; not always whole. */
export function stepMs(spec: AudioFrontendSpec): number {
  return spec.kind === 'spectral' ? (spec.stepSamples * 1000) / spec.sampleRate : spec.stepMs;
}

/** Hex SHA-256 over the canonical JSON (sorted keys) of the description. */
export function frontendHash(spec: FrontendSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex');
}

/** JSON with sorted keys, at every depth. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
