/**
 * The band front end's tables as C++ data: the fields of `kws::BandsFrontendTables` (kws_frontend/bands_frontend.h) in
 * its order; and its memory.
 */
import { REACH } from '../../frontend/bands/frontend.js';
import { bandsTables, SAMPLE_BITS } from '../../frontend/bands/tables.js';
import { type BandsFrontendSpec, frameChannels } from '../../frontend/spec.js';
import { arrayField, scalarField } from '../c-fields.js';
import type { FrontendForC } from './types.js';

/** Samples: `kBandsMaxBlock`. */
const MAX_BLOCK = 64;

/** The longest block of which a step is a multiple, and which every octave can halve. */
function blockSize(stepSize: number, octaves: number): number {
  const unit = 2 ** (octaves - 1);
  for (let size = MAX_BLOCK - (MAX_BLOCK % unit); ; size -= unit) if (stepSize % size === 0) return size;
}

export function bandsFrontendForC(spec: BandsFrontendSpec): FrontendForC {
  const { stepSize, octaves, resonators, floorRise } = bandsTables(spec);
  const bands = frameChannels(spec);
  return {
    header: 'kws_frontend/bands_frontend.h',
    className: 'BandsFrontend',
    tablesType: 'BandsFrontendTables',
    tables: [
      scalarField('step_size', stepSize),
      scalarField('block_size', blockSize(stepSize, octaves)),
      scalarField('octaves', octaves),
      scalarField('bands_per_octave', resonators.length),
      scalarField('floor_rise', floorRise),
      arrayField(
        'resonators',
        'int16_t',
        resonators.flatMap(({ gain, near, far }) => [gain << SAMPLE_BITS, near, far]),
      ),
    ],
    needsWindow: false,
    buffers: [
      { name: 'bands', ctype: 'BandState', length: bands },
      { name: 'past', ctype: 'int16_t', length: Math.max(1, (octaves - 1) * REACH) },
      { name: 'frame', ctype: 'uint16_t', length: bands },
    ],
  };
}
