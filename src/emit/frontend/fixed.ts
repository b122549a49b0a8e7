/**
 * The fixed-point front end's tables as C++ data: the fields of `kws::FixedFrontendTables`
 * (kws_frontend/fixed_frontend.h) in its order; and its memory.
 */

import { normalizesWindow, type SpectralFrontendSpec } from '../../frontend/spec.js';
import { type FixedTables, fixedTables } from '../../frontend/spectral/fixed/tables.js';
import type { CField, CType } from '../types.js';
import type { FrontendForC } from './types.js';

/** Fields of `kws::FixedFrontendTables`, in order. */
function fixedTablesForC(tables: FixedTables): readonly CField[] {
  const t = tables;
  const scalar = (name: string, ctype: CType, value: number | boolean): CField => ({
    kind: 'scalar',
    name,
    ctype,
    value: Number(value),
  });
  // No array of C++ is empty.
  const array = (name: string, ctype: CType, values: ArrayLike<number>): CField => ({
    kind: 'array',
    name,
    ctype,
    values: values.length > 0 ? Array.from(values) : [0],
  });
  return [
    scalar('window_size', 'uint16_t', t.windowSize),
    scalar('step_size', 'uint16_t', t.stepSize),
    scalar('fft_size', 'uint16_t', t.fftSize),
    scalar('used_samples', 'uint16_t', t.usedSamples),
    scalar('channels', 'uint16_t', t.channels),
    scalar('values', 'uint16_t', t.values),
    scalar('kept_values', 'uint16_t', t.keptValues),
    scalar('first_bin', 'uint16_t', t.firstBin),
    scalar('bins', 'uint16_t', t.bins),
    scalar('stages', 'uint16_t', t.radices.length),
    scalar('emphasised', 'bool', t.emphasised),
    scalar('pre_emphasis', 'uint16_t', t.preEmphasis),
    scalar('pre_emphasis_rest', 'int16_t', t.preEmphasisRest),
    scalar('magnitude', 'bool', t.magnitude),
    scalar('direct', 'bool', t.direct),
    scalar('energy', 'bool', t.energy),
    scalar('logarithm', 'bool', t.logarithm),
    scalar('floor_added', 'bool', t.floorAdded),
    scalar('reference_max', 'bool', t.referenceMax),
    scalar('normalization', 'uint8_t', t.normalization),
    scalar('sample_exponent', 'int16_t', t.sampleExponent),
    scalar('exponent', 'int16_t', t.exponent),
    scalar('floor_exponent', 'int16_t', t.floor.exponent),
    scalar('floor_mantissa', 'uint32_t', t.floor.mantissa),
    scalar('log_multiplier', 'int32_t', t.logMultiplier),
    scalar('log_shift', 'uint16_t', t.logShift),
    scalar('log_offset', 'int32_t', t.logOffset),
    scalar('scale_mantissa', 'uint32_t', t.scaleMantissa),
    scalar('rescaled', 'bool', t.rescaled),
    scalar('rescale_multiplier', 'int32_t', t.rescaleMultiplier),
    scalar('rescale_shift', 'uint16_t', t.rescaleShift),
    scalar('rescale_offset', 'int32_t', t.rescaleOffset),
    scalar('least', 'int32_t', t.least),
    scalar('greatest', 'int32_t', t.greatest),
    scalar('levels', 'uint16_t', t.levels),
    scalar('level_multiplier', 'int32_t', t.levelMultiplier),
    scalar('level_shift', 'uint16_t', t.levelShift),
    scalar('dct', 'bool', t.dct),
    scalar('dct_pre_shift', 'uint16_t', t.dctPreShift),
    scalar('dct_shift', 'uint16_t', t.dctShift),
    scalar('range', 'int32_t', t.range),
    scalar('variance', 'bool', t.variance),
    scalar('mean_multiplier', 'int32_t', t.meanMultiplier),
    scalar('mean_shift', 'uint16_t', t.meanShift),
    array('window', 'uint16_t', t.window),
    array('order', 'uint16_t', t.order),
    array('radices', 'uint8_t', t.radices),
    array('twiddles', 'int16_t', t.twiddles),
    array('split_twiddles', 'int16_t', t.splitTwiddles),
    array('filter_first', 'uint16_t', t.filterFirst),
    array('filter_length', 'uint16_t', t.filterLength),
    array('filter_exponents', 'int8_t', t.filterExponents),
    array('weights', 'uint16_t', t.weights),
    array('cosines', 'int16_t', t.cosines),
    array('dct_multipliers', 'int32_t', t.dctMultipliers),
    array('square_roots', 'uint16_t', t.squareRoots),
    array('log2_excess', 'uint16_t', t.log2Excess),
  ];
}

/** @throws KwsError where the description cannot be computed in this arithmetic */
export function fixedFrontendForC(spec: SpectralFrontendSpec): FrontendForC {
  const tables = fixedTables(spec);
  return {
    header: 'kws_frontend/fixed_frontend.h',
    className: 'FixedFrontend',
    tablesType: 'FixedFrontendTables',
    tables: fixedTablesForC(tables),
    needsWindow: normalizesWindow(spec),
    buffers: [
      { name: 'history', ctype: 'int16_t', length: tables.windowSize + 1 },
      { name: 'work', ctype: 'int32_t', length: tables.fftSize + 2 },
      { name: 'frame', ctype: 'int32_t', length: tables.keptValues },
      { name: 'scratch', ctype: 'int32_t', length: tables.channels + 1 + tables.values },
    ],
  };
}
