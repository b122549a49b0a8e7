/**
 * All constants of one micro-frontend: computed on the host once, used by the TypeScript front end and
 * baked into the firmware.
 *
 * Owns: the set of tables. Leaves to others: each table (`tables/`), running (`frontend.ts`), C (`c-tables.ts`).
 */
import type { MicroFrontendSpec } from '../spec.js';
import { type MicroGeometry, microGeometry } from './geometry.js';
import { MICRO_DEFAULTS, microDynamicRange, microSettings, NOISE_BITS, PCAN_SNR_BITS } from './parameters.js';
import { type FftTables, fftTables } from './tables/fft.js';
import { type FilterbankTables, filterbankTables } from './tables/filterbank.js';
import { logTable } from './tables/log.js';
import { gainTable } from './tables/pcan.js';
import { windowTable } from './tables/window.js';

export interface MicroFrontendTables extends MicroGeometry {
  readonly channels: number;
  /** [windowSize], Q12 */
  readonly window: Int16Array;
  readonly fft: FftTables;
  readonly filterbank: FilterbankTables;
  /** Which of the stages that can be off run. */
  readonly reducesNoise: boolean;
  readonly normalizesGain: boolean;
  readonly takesLogarithms: boolean;
  /** Fraction bits of the noise estimate. */
  readonly smoothingBits: number;
  /** Features are ln x * 2^logScaleBits. */
  readonly logScaleBits: number;
  /** Q15 coefficient of the filter against constant offsets; 0: none. */
  readonly dcNotch: number;
  /** In units of features, below the greatest of a window; 0: features become integers one by one. */
  readonly dynamicRange: number;
  /** Q14, channels 0, 2, … */
  readonly evenSmoothing: number;
  /** Q14, channels 1, 3, … */
  readonly oddSmoothing: number;
  /** Q14 */
  readonly minSignalRemaining: number;
  /** Right shift of signal times gain. */
  readonly snrShift: number;
  /** [125] */
  readonly gain: Int16Array;
  /** [130], Q16 */
  readonly log: Uint16Array;
}

/**
 * The tables of a front end, in the rounding its `tables` names.
 * @throws KwsError where the description cannot be computed.
 */
export function microTables(spec: MicroFrontendSpec): MicroFrontendTables {
  const geometry = microGeometry(spec);
  const { noiseReduction, pcan, logBits } = microSettings(spec);
  const noise = noiseReduction ?? MICRO_DEFAULTS.noiseReduction;
  const gain = pcan ?? MICRO_DEFAULTS.pcan;
  const fraction = (x: number, bits: number) => Math.trunc(Math.fround(x) * (1 << bits));
  const q14 = (x: number) => fraction(x, NOISE_BITS);
  return {
    ...geometry,
    channels: spec.channels,
    window: windowTable(geometry.windowSize, spec.tables),
    fft: fftTables(geometry.fftSize),
    filterbank: filterbankTables(spec, geometry.fftSize),
    reducesNoise: noiseReduction !== null,
    normalizesGain: pcan !== null,
    takesLogarithms: logBits !== null,
    smoothingBits: noise.smoothingBits,
    logScaleBits: logBits ?? MICRO_DEFAULTS.logBits,
    dcNotch: fraction(spec.dcNotch ?? 0, 15),
    dynamicRange: spec.dynamicRangeDb === undefined ? 0 : microDynamicRange(spec),
    evenSmoothing: q14(noise.evenSmoothing),
    oddSmoothing: q14(noise.oddSmoothing),
    minSignalRemaining: q14(noise.minSignalRemaining),
    snrShift: gain.gainBits - geometry.correctionBits - PCAN_SNR_BITS,
    gain: gainTable(noise.smoothingBits - geometry.correctionBits, gain),
    log: logTable(),
  };
}
