/** A sample rate conversion as C++: the class of `kws_frontend`, its tables, and the memory it works in. */

import type { Ratio } from '../../frontend/resample/ratio.js';
import { type ResamplerTables, resamplerTables } from '../../frontend/resample/tables.js';
import type { CField } from '../types.js';

export interface ResamplerForC {
  /** Header of the class, as the firmware includes it. */
  readonly header: string;
  /** Its constructor takes the tables, then each buffer. */
  readonly className: string;
  /** The struct of its constants, and their values in its order. */
  readonly tablesType: string;
  readonly tables: readonly CField[];
  /** Memory that it works in, beside the object itself. */
  readonly buffers: readonly {
    readonly name: string;
    readonly ctype: 'int16_t';
    /** Elements. */
    readonly length: number;
  }[];
  /** Output samples per input samples, as they are converted. */
  readonly ratio: Ratio;
  /** How much later than the input its counterpart comes out, in ms. */
  readonly delayMs: number;
}

/**
 * @param from Hz, of the microphone
 * @param to Hz, of the front end
 * @throws KwsError where a device cannot convert them
 */
export function resamplerForC(from: number, to: number): ResamplerForC {
  const tables = resamplerTables(from, to);
  return {
    header: 'kws_frontend/resampler.h',
    className: 'Resampler',
    tablesType: 'ResamplerTables',
    tables: tablesForC(tables),
    buffers: [{ name: 'history', ctype: 'int16_t', length: 2 * tables.taps }],
    ratio: tables.ratio,
    delayMs: (1000 * tables.taps) / 2 / from,
  };
}

/** Fields of `kws::ResamplerTables`, in order. */
function tablesForC(tables: ResamplerTables): readonly CField[] {
  const scalar = (name: string, value: number, ctype: 'uint16_t' | 'uint32_t' = 'uint16_t'): CField => ({
    kind: 'scalar',
    name,
    ctype,
    value,
  });
  const { kernel } = tables;
  // Two a word, the first one low, so that a core takes both at once.
  const pairs = Array.from(
    { length: kernel.length / 2 },
    (_, i) => ((kernel[2 * i]! & 0xffff) | (kernel[2 * i + 1]! << 16)) >>> 0,
  );
  return [
    scalar('taps', tables.taps),
    scalar('rows', tables.rows),
    scalar('step_rest', tables.stepRest),
    scalar('parts', tables.parts),
    scalar('step_rows', tables.stepRows, 'uint32_t'),
    scalar('fraction_scale', tables.fractionScale, 'uint32_t'),
    scalar('tap_bits', tables.tapBits),
    { kind: 'array', name: 'kernel', ctype: 'uint32_t', values: pairs },
  ];
}
