/**
 * All constants of one single-precision front end: computed on the host once, used by the TypeScript front end
 * and baked into the firmware.
 *
 * Owns: the set of tables and how constant factors are spread over them. Leaves to others: each formula
 * (`../tables/`, `tables/`), what can be computed at all (`check.ts`), C (`c-tables.ts`).
 */
import type { Normalization, SpectralFrontendSpec } from '../../spec.js';
import { keptValues } from '../../spec.js';
import { sampleUnit } from '../definition/samples.js';
import { dctTable } from '../tables/dct.js';
import { windowTable } from '../tables/window.js';
import { type FftTables, fftTables, splitTwiddles } from './tables/fft.js';
import { type FilterTables, filterTables } from './tables/filterbank.js';
import { logTable } from './tables/log.js';

/** Fields as in `kws::SpectralTables` (kws_frontend/float32_frontend.h), where they are described. */
export interface SpectralTables {
  readonly windowSize: number;
  readonly stepSize: number;
  readonly usedSize: number;
  readonly fftSize: number;
  readonly firstBin: number;
  readonly lastBin: number;
  readonly filters: number;
  readonly channels: number;
  readonly keptValues: number;
  readonly cmvnHalf: number;
  readonly normalization: Normalization['kind'];
  readonly magnitude: boolean;
  readonly filtered: boolean;
  readonly logarithmic: boolean;
  readonly floorAdded: boolean;
  readonly rescaled: boolean;
  readonly cosine: boolean;
  readonly energy: boolean;
  readonly relative: boolean;
  readonly variance: boolean;
  /** Numbers from here on are single precision. */
  readonly preEmphasis: number;
  readonly sampleUnit: number;
  readonly binScale: number;
  readonly energyScale: number;
  readonly floor: number;
  readonly logScale: number;
  readonly rescaleOffset: number;
  readonly rescaleScale: number;
  readonly clipLeast: number;
  readonly clipGreatest: number;
  readonly levels: number;
  readonly level: number;
  readonly topDb: number;
  readonly cmvnShare: number;
  readonly window: Float32Array;
  readonly fft: FftTables;
  readonly splitTwiddles: Float32Array;
  readonly filterbank: FilterTables;
  readonly logTable: Float32Array;
  /** [channels][ceil(filters / 2)] */
  readonly cosines: Float32Array;
  /** Floats of the work buffer. */
  readonly workSize: number;
}

const f = Math.fround;

/** Smallest positive number with all 24 bits. */
const LEAST_NORMAL = 2 ** -126;
const MOST = f(3.4028234663852886e38);
const LOG_SCALE = { none: 1, ln: 1, log10: 1 / Math.LN10, db: 10 / Math.LN10 } as const;

const known = new WeakMap<SpectralFrontendSpec, SpectralTables>();

/** `spec` has passed `checkFloat32`. Tables are kept for as long as their description is. */
export function spectralTables(spec: SpectralFrontendSpec): SpectralTables {
  const tables = known.get(spec) ?? computeTables(spec);
  known.set(spec, tables);
  return tables;
}

function computeTables(spec: SpectralFrontendSpec): SpectralTables {
  const { fftSize, filterbank, dct, rescale, normalization, log } = spec;
  const filters = filterbank.kind === 'bins' ? filterbank.count : filterbank.channels;
  const channels = dct?.coefficients ?? filters;
  const energy = dct?.energy === true;
  const unit = sampleUnit(spec);
  // The spectrum comes out twice as large as it is.
  const factor = spec.spectrum.scale * (spec.spectrum.form === 'magnitude' ? 1 / 2 : 1 / 4);
  const bank = filterTables(spec, factor);
  const firstBin = energy ? 0 : bank.firstBin;
  const lastBin = energy ? fftSize / 2 : bank.lastBin;
  const cmvnHalf = normalization.kind === 'cmvn' ? (normalization.window - 1) / 2 : 0;
  const usedSamples = Math.min(spec.windowSamples, fftSize);
  const window = new Float32Array(usedSamples + (usedSamples % 2));
  window.set(
    windowTable(spec)
      .subarray(0, usedSamples)
      .map((weight) => weight * unit),
  );
  return {
    windowSize: spec.windowSamples,
    stepSize: spec.stepSamples,
    usedSize: window.length,
    fftSize,
    firstBin,
    lastBin,
    filters,
    channels,
    keptValues: keptValues(spec),
    cmvnHalf,
    normalization: normalization.kind,
    magnitude: spec.spectrum.form === 'magnitude',
    filtered: filterbank.kind !== 'bins',
    logarithmic: log.form !== 'none',
    floorAdded: log.floorForm === 'add',
    rescaled: rescale !== null,
    cosine: dct !== null,
    energy,
    relative: normalization.kind === 'top-db' && normalization.reference === 'max',
    variance: normalization.kind === 'cmvn' && normalization.variance,
    preEmphasis: f(spec.preEmphasis.coefficient),
    sampleUnit: unit,
    binScale: f(factor),
    energyScale: f(factor),
    floor: Math.max(f(log.floor), LEAST_NORMAL),
    logScale: f(LOG_SCALE[log.form]),
    rescaleOffset: f(rescale?.offset ?? 0),
    rescaleScale: f(rescale?.scale ?? 1),
    clipLeast: f(rescale?.clip?.[0] ?? -MOST),
    clipGreatest: f(rescale?.clip?.[1] ?? MOST),
    levels: rescale?.levels ?? 0,
    level: f(1 / (rescale?.levels ?? 1)),
    topDb: f(normalization.kind === 'top-db' ? normalization.db : 0),
    cmvnShare: f(1 / (2 * cmvnHalf + 1)),
    window,
    fft: fftTables(fftSize / 2),
    splitTwiddles: splitTwiddles(fftSize, Math.min(lastBin, Math.floor(fftSize / 4))),
    filterbank: bank,
    logTable: logTable(),
    cosines: halfCosines(spec, filters),
    workSize: Math.max(fftSize + 2, 2 * (filters + 1) + channels),
  };
}

/** Rows of the cosine transform up to their middle: from there on they repeat, for odd rows with the other sign. */
function halfCosines({ dct }: SpectralFrontendSpec, filters: number): Float32Array {
  if (dct === null) return new Float32Array();
  const table = dctTable(dct, filters);
  return Float32Array.from(
    Array.from({ length: dct.coefficients }, (_, k) => {
      // In the middle of an odd number of values odd rows are 0.
      const half = k % 2 === 0 ? Math.ceil(filters / 2) : Math.floor(filters / 2);
      return Array.from(table.subarray(k * filters, k * filters + half));
    }).flat(),
  );
}
