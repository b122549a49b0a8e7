/**
 * The constants of a single-precision front end as C++ data: the fields of `kws::SpectralTables`
 * (kws_frontend/float32_frontend.h) in its order, so that whoever writes C++ needs no knowledge of them.
 */

import type { SpectralTables } from '../../frontend/spectral/float32/tables.js';
import { arrayField, scalarField } from '../c-fields.js';
import type { CField } from '../types.js';

/** `kws::SpectralNormalization`. */
const NORMALIZATIONS = ['none', 'peak', 'top-db', 'cmvn', 'z-score'] as const;

/** Fields of `kws::SpectralTables`, in order. */
export function spectralTablesForC(t: SpectralTables): readonly CField[] {
  const flag = (name: string, value: boolean) => scalarField(name, value ? 1 : 0, 'bool');
  const float = (name: string, value: number) => scalarField(name, value, 'float');
  return [
    scalarField('window_size', t.windowSize),
    scalarField('step_size', t.stepSize),
    scalarField('used_size', t.usedSize),
    scalarField('fft_size', t.fftSize),
    scalarField('first_radix', t.fft.firstRadix),
    scalarField('first_bin', t.firstBin),
    scalarField('last_bin', t.lastBin),
    scalarField('filters', t.filters),
    scalarField('channels', t.channels),
    scalarField('kept_values', t.keptValues),
    scalarField('cmvn_half', t.cmvnHalf),
    scalarField('normalization', NORMALIZATIONS.indexOf(t.normalization), 'uint8_t'),
    flag('magnitude', t.magnitude),
    flag('filtered', t.filtered),
    flag('logarithmic', t.logarithmic),
    flag('floor_added', t.floorAdded),
    flag('rescaled', t.rescaled),
    flag('cosine', t.cosine),
    flag('energy', t.energy),
    flag('relative', t.relative),
    flag('variance', t.variance),
    float('pre_emphasis', t.preEmphasis),
    float('sample_unit', t.sampleUnit),
    float('bin_scale', t.binScale),
    float('energy_scale', t.energyScale),
    float('floor', t.floor),
    float('log_scale', t.logScale),
    float('rescale_offset', t.rescaleOffset),
    float('rescale_scale', t.rescaleScale),
    float('clip_least', t.clipLeast),
    float('clip_greatest', t.clipGreatest),
    float('levels', t.levels),
    float('level', t.level),
    float('top_db', t.topDb),
    float('cmvn_share', t.cmvnShare),
    arrayField('window', 'float', t.window),
    arrayField('order', 'uint16_t', t.fft.order),
    arrayField('radices', 'uint8_t', [...t.fft.radices, 0]),
    arrayField('twiddles', 'float', t.fft.twiddles),
    arrayField('split_twiddles', 'float', t.splitTwiddles),
    arrayField('filter_first', 'uint16_t', t.filterbank.first),
    arrayField('filter_width', 'uint16_t', t.filterbank.width),
    arrayField('filter_weights', 'float', t.filtered ? t.filterbank.weights : []),
    arrayField('log_table', 'float', t.logTable),
    arrayField('cosines', 'float', t.cosines),
  ];
}
