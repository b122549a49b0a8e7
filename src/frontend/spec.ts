/**
 * What a front end is: one typed, versioned description that drives the TypeScript features, the C++
 * features and the hash in the hello line.
 *
 * Owns: the description and its hash. Leaves to others: the arithmetic (`micro/`).
 */
import { createHash } from 'node:crypto';

/** Which rounding the tables were made with; see docs/front-ends.md. */
export type MicroTables = 'c' | 'tflm';

/** The integer micro-frontend: noise reduction, PCAN and log over 40 mel-like channels. */
export interface MicroFrontendSpec {
  readonly kind: 'micro';
  readonly version: 1;
  /** Hz */
  readonly sampleRate: number;
  readonly windowMs: number;
  readonly stepMs: number;
  readonly channels: number;
  /** Hz */
  readonly lowerBandLimit: number;
  /** Hz */
  readonly upperBandLimit: number;
  readonly tables: MicroTables;
}

/** No audio: the model's inputs are pushed over the protocol (tests, benchmarks). */
export interface NoFrontendSpec {
  readonly kind: 'none';
  readonly version: 1;
}

export type FrontendSpec = MicroFrontendSpec | NoFrontendSpec;

/** Hex SHA-256 over the canonical JSON (sorted keys) of the description. */
export function frontendHash(spec: FrontendSpec): string {
  const canonical = JSON.stringify(
    Object.fromEntries(Object.entries(spec).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return createHash('sha256').update(canonical).digest('hex');
}

const micro = {
  kind: 'micro',
  version: 1,
  sampleRate: 16_000,
  windowMs: 30,
  channels: 40,
  lowerBandLimit: 125,
  upperBandLimit: 7500,
} as const;

/** Presets, named after what people trained with. */
export const FRONTEND_PRESETS = {
  'micro-wake-word': { ...micro, stepMs: 10, tables: 'c' },
  'micro-wake-word-v1': { ...micro, stepMs: 20, tables: 'tflm' },
  'micro-speech': { ...micro, stepMs: 20, tables: 'tflm' },
  none: { kind: 'none', version: 1 },
} as const satisfies Record<string, FrontendSpec>;

export type FrontendPreset = keyof typeof FRONTEND_PRESETS;
