/**
 * The micro-frontend's tables as C++ data: the fields of `kws::MicroFrontendTables`
 * (kws_frontend/micro_frontend.h) in its order, so that whoever writes C++ needs no knowledge of them.
 */
import type { CField, CType } from '../../emit/types.js';
import type { MicroFrontendSpec } from '../spec.js';
import { LOG_SCALE_BITS, SMOOTHING_BITS } from './parameters.js';
import { type MicroFrontendTables, microTables } from './tables.js';

/** Fields of `kws::MicroFrontendTables`, in order. */
export function microTablesForC(
  spec: MicroFrontendSpec,
  tables: MicroFrontendTables = microTables(spec),
): readonly CField[] {
  const scalar = (name: string, value: number, ctype: CType = 'uint16_t'): CField => ({
    kind: 'scalar',
    name,
    ctype,
    value,
  });
  const array = (name: string, ctype: CType, values: Iterable<number>): CField => ({
    kind: 'array',
    name,
    ctype,
    values: [...values],
  });
  return [
    scalar('window_size', tables.windowSize),
    scalar('step_size', tables.stepSize),
    scalar('fft_size', tables.fftSize),
    scalar('channels', tables.channels),
    scalar('first_bin', tables.filterbank.firstBin),
    scalar('smoothing_bits', SMOOTHING_BITS),
    scalar('even_smoothing', tables.evenSmoothing),
    scalar('odd_smoothing', tables.oddSmoothing),
    scalar('min_signal_remaining', tables.minSignalRemaining),
    scalar('snr_shift', tables.snrShift),
    scalar('correction_bits', tables.correctionBits, 'int16_t'),
    scalar('log_scale_bits', LOG_SCALE_BITS),
    array('window', 'int16_t', tables.window),
    array('order', 'uint8_t', tables.fft.order),
    array('twiddles', 'int16_t', tables.fft.twiddles),
    array('split_twiddles', 'int16_t', tables.fft.splitTwiddles),
    array('channel_widths', 'uint16_t', tables.filterbank.channelWidths),
    array('weights', 'int16_t', tables.filterbank.weights),
    array('unweights', 'int16_t', tables.filterbank.unweights),
    array('gain_lut', 'int16_t', tables.gain),
    array('log_lut', 'uint16_t', tables.log),
  ];
}
