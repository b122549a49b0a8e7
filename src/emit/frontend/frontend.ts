/**
 * A front end as C++: the class of `kws_frontend`, its tables, and the memory it works in, so that whoever
 * writes the firmware needs no knowledge of any one front end.
 */

import { type Arithmetic, type AudioFrontendSpec, normalizesWindow } from '../../frontend/spec.js';
import { bandsFrontendForC } from './bands.js';
import { fixedFrontendForC } from './fixed.js';
import { float32FrontendForC } from './float32.js';
import { microMemoryWords, microTablesForC } from './micro.js';
import type { FrontendForC } from './types.js';

/** @throws KwsError where the description cannot be computed in that arithmetic on a device */
export function frontendForC(spec: AudioFrontendSpec, arithmetic: Arithmetic = 'float32'): FrontendForC {
  if (spec.kind === 'spectral' && arithmetic === 'float32') return float32FrontendForC(spec);
  if (spec.kind === 'spectral' && arithmetic === 'fixed') return fixedFrontendForC(spec);
  if (spec.kind === 'spectral') throw new Error('double precision is for hosts');
  if (spec.kind === 'bands') return bandsFrontendForC(spec);
  return {
    header: 'kws_frontend/micro_frontend.h',
    className: 'MicroFrontend',
    tablesType: 'MicroFrontendTables',
    tables: microTablesForC(spec),
    needsWindow: normalizesWindow(spec),
    buffers: [{ name: 'memory', ctype: 'uint32_t', length: microMemoryWords(spec.channels) }],
  };
}
