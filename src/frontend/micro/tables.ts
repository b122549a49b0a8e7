/**
 * All constants of one micro-frontend: computed on the host once, used by the TypeScript front end and
 * baked into the firmware.
 *
 * Owns: the set of tables. Leaves to others: each table (`tables/`), running (`frontend.ts`), C (`c-tables.ts`).
 */
import type { MicroFrontendSpec } from '../spec.js';
import { type MicroGeometry, microGeometry } from './geometry.js';
import {
  EVEN_SMOOTHING,
  MIN_SIGNAL_REMAINING,
  NOISE_BITS,
  ODD_SMOOTHING,
  PCAN_GAIN_BITS,
  PCAN_SNR_BITS,
  SMOOTHING_BITS,
} from './parameters.js';
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
  const q14 = (x: number) => Math.trunc(Math.fround(x) * (1 << NOISE_BITS));
  return {
    ...geometry,
    channels: spec.channels,
    window: windowTable(geometry.windowSize, spec.tables),
    fft: fftTables(geometry.fftSize),
    filterbank: filterbankTables(spec, geometry.fftSize),
    evenSmoothing: q14(EVEN_SMOOTHING),
    oddSmoothing: q14(ODD_SMOOTHING),
    minSignalRemaining: q14(MIN_SIGNAL_REMAINING),
    snrShift: PCAN_GAIN_BITS - geometry.correctionBits - PCAN_SNR_BITS,
    gain: gainTable(SMOOTHING_BITS - geometry.correctionBits),
    log: logTable(),
  };
}
