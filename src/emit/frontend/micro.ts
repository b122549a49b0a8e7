/**
 * The micro-frontend's tables as C++ data: the fields of `kws::MicroFrontendTables`
 * (kws_frontend/micro_frontend.h) in its order, so that whoever writes C++ needs no knowledge of them.
 */

import type { FilterbankTables } from '../../frontend/micro/tables/filterbank.js';
import { type MicroFrontendTables, microTables } from '../../frontend/micro/tables.js';
import type { MicroFrontendSpec } from '../../frontend/spec.js';
import { arrayField, scalarField } from '../c-fields.js';
import type { CField } from '../types.js';

/** Fields of `kws::MicroFrontendTables`, in order. */
export function microTablesForC(
  spec: MicroFrontendSpec,
  tables: MicroFrontendTables = microTables(spec),
): readonly CField[] {
  return [
    scalarField('window_size', tables.windowSize),
    scalarField('step_size', tables.stepSize),
    scalarField('fft_size', tables.fftSize),
    scalarField('channels', tables.channels),
    scalarField('first_bin', tables.filterbank.firstBin),
    scalarField('first_split', firstSplit(tables)),
    scalarField('smoothing_bits', tables.smoothingBits),
    scalarField('even_smoothing', tables.evenSmoothing),
    scalarField('odd_smoothing', tables.oddSmoothing),
    scalarField('min_signal_remaining', tables.minSignalRemaining),
    scalarField('snr_shift', tables.snrShift),
    scalarField('correction_bits', tables.correctionBits, 'int16_t'),
    scalarField('log_scale_bits', tables.logScaleBits),
    scalarField('stages', stages(tables)),
    scalarField('dc_notch', tables.dcNotch),
    scalarField('dynamic_range', tables.dynamicRange),
    arrayField('window', 'uint32_t', pairs(tables.window)),
    arrayField('order', 'uint8_t', tables.fft.order),
    arrayField('twiddles', 'uint32_t', pairs(tables.fft.twiddles)),
    arrayField('split_twiddles', 'uint32_t', pairs(tables.fft.splitTwiddles)),
    arrayField('channel_widths', 'uint16_t', tables.filterbank.channelWidths),
    arrayField('shares', 'uint16_t', shares(tables.filterbank)),
    arrayField('gain_lut', 'int16_t', tables.gain),
    arrayField('log_lut', 'uint16_t', tables.log),
  ];
}

/** 32-bit words that the front end works in: energies and estimates per channel, and a frame (`micro_memory_words`). */
export const microMemoryWords = (channels: number): number => 2 * channels + Math.ceil(channels / 2);

/** Bits of the stages that run: `kMicroNoiseReduction` and so on. */
function stages({ reducesNoise, normalizesGain, takesLogarithms }: MicroFrontendTables): number {
  return (reducesNoise ? 1 : 0) | (normalizesGain ? 2 : 0) | (takesLogarithms ? 4 : 0);
}

/** Bins k and N/2 - k of the spectrum are computed together; below this k no band has either. */
function firstSplit({ fftSize, filterbank }: MicroFrontendTables): number {
  return Math.min(filterbank.firstBin, fftSize / 2 - (filterbank.firstBin + filterbank.weights.length - 1));
}

/** Two 16-bit numbers a word, the first one low, so that a core takes both at once; 0 after an odd end. */
function pairs(values: Int16Array): readonly number[] {
  return Array.from(
    { length: Math.ceil(values.length / 2) },
    (_, i) => ((values[2 * i]! & 0xffff) | ((values[2 * i + 1] ?? 0) << 16)) >>> 0,
  );
}

/** Both shares of a bin beside each other. */
function shares({ weights, unweights }: FilterbankTables): readonly number[] {
  return Array.from(weights, (weight, bin) => [weight, unweights[bin]!]).flat();
}
