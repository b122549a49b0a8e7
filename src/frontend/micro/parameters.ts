/**
 * The numbers of the integer micro-frontend that both of its users, micro_speech and microWakeWord, trained
 * with, and its fixed-point formats. (The C library's own defaults differ: 25 ms, 32 channels, no PCAN.)
 */
import type { MicroFrontendSpec, NoiseReduction, Pcan } from '../spec.js';

/** Fraction bits of the window, and of the filter weights. */
export const WINDOW_BITS = 12;
export const WEIGHT_BITS = 12;

/** Fraction bits of noise reduction's coefficients. */
export const NOISE_BITS = 14;

/** Fixed-point formats of the gain. */
export const PCAN_SNR_BITS = 12;
export const PCAN_OUTPUT_BITS = 6;

/** What a description says where it says nothing of its own. */
export const MICRO_DEFAULTS = {
  noiseReduction: { smoothingBits: 10, evenSmoothing: 0.025, oddSmoothing: 0.06, minSignalRemaining: 0.05 },
  pcan: { strength: 0.95, offset: 80, gainBits: 21 },
  /** The output is ln(x) * 2^logBits. */
  logBits: 6,
} as const;

/** Every setting of the stages; null: off. */
export interface MicroSettings {
  readonly noiseReduction: Required<NoiseReduction> | null;
  readonly pcan: Required<Pcan> | null;
  readonly logBits: number | null;
}

/** What a description's stages compute with. */
export function microSettings({ noiseReduction, pcan, logBits }: MicroFrontendSpec): MicroSettings {
  return {
    noiseReduction: noiseReduction === null ? null : { ...MICRO_DEFAULTS.noiseReduction, ...noiseReduction },
    pcan: pcan === null ? null : { ...MICRO_DEFAULTS.pcan, ...pcan },
    logBits: logBits === undefined ? MICRO_DEFAULTS.logBits : logBits,
  };
}

/** Decibels in units of features, as MLTK rounds them (audio_feature_generator_wrapper.cc). */
export function microDynamicRange(spec: MicroFrontendSpec): number {
  const bits = microSettings(spec).logBits ?? MICRO_DEFAULTS.logBits;
  return Math.trunc(Math.fround(Math.fround(spec.dynamicRangeDb ?? 0) * 2 ** bits) * 0.11512925465);
}

/** The same description without settings that are the usual ones: equal front ends have equal hashes. */
export function leanMicroSpec(spec: MicroFrontendSpec): MicroFrontendSpec {
  const { noiseReduction, pcan, logBits, ...rest } = spec;
  const noise = lean(noiseReduction, MICRO_DEFAULTS.noiseReduction);
  const gain = lean(pcan, MICRO_DEFAULTS.pcan);
  return {
    ...rest,
    ...(noise !== undefined && { noiseReduction: noise }),
    ...(gain !== undefined && { pcan: gain }),
    ...(logBits !== undefined && logBits !== MICRO_DEFAULTS.logBits && { logBits }),
  };
}

function lean<T extends object>(given: T | null | undefined, usual: Required<T>): T | null | undefined {
  if (given === null || given === undefined) return given;
  const other = Object.entries(given).filter(
    ([key, value]) => Math.fround(value) !== Math.fround(usual[key as keyof T] as number),
  );
  return other.length === 0 ? undefined : (Object.fromEntries(other) as T);
}

/** Fraction bits of the logarithm, and log2 of the segments of its table. */
export const LOG_BITS = 16;
export const LOG_SEGMENT_BITS = 7;
/** ln 2 in LOG_BITS fraction bits. */
export const LN2 = 45426;

/** What the device's buffers are made for (`kws_frontend/micro_frontend.h`). */
export const MAX_FFT_SIZE = 512;
export const MAX_CHANNELS = 128;
