/** A single-precision spectral front end as C++: its class, tables and buffers. */

import { normalizesWindow, type SpectralFrontendSpec } from '../../frontend/spec.js';
import { checkFloat32 } from '../../frontend/spectral/float32/check.js';
import { spectralTables } from '../../frontend/spectral/float32/tables.js';
import { spectralTablesForC } from './float32-tables.js';
import type { FrontendForC } from './types.js';

/** @throws KwsError where the description cannot be computed in single precision */
export function float32FrontendForC(spec: SpectralFrontendSpec): FrontendForC {
  checkFloat32(spec);
  const tables = spectralTables(spec);
  return {
    header: 'kws_frontend/float32_frontend.h',
    className: 'Float32Frontend',
    tablesType: 'SpectralTables',
    tables: spectralTablesForC(tables),
    needsWindow: normalizesWindow(spec),
    buffers: [
      { name: 'history', ctype: 'int16_t', length: tables.windowSize + 2 },
      { name: 'work', ctype: 'float', length: tables.workSize },
      { name: 'frame', ctype: 'float', length: tables.keptValues },
    ],
  };
}
