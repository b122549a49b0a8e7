/** A model's window of kept frames as its input takes it; the twin of `kws::FixedFrontend::convert_window`. */
import { type InputTensor, inputFormat } from '../../input-format.js';
import type { SpectralFrontendSpec } from '../../spec.js';
import { ONE, scaled } from './arithmetic.js';
import { finishFixed } from './finish.js';
import { type FixedTables, fixedTables } from './tables.js';

const known = new WeakMap<SpectralFrontendSpec, FixedTables>();

function tablesOf(spec: SpectralFrontendSpec): FixedTables {
  const tables = known.get(spec) ?? fixedTables(spec);
  known.set(spec, tables);
  return tables;
}

/** [frames x channels] real values, exact but for rounding to float32. */
export function fixedWindowValues(spec: SpectralFrontendSpec, frames: readonly Int32Array[]): Float32Array {
  const finished = finishFixed(tablesOf(spec), frames);
  return Float32Array.from(finished.flatMap((frame) => Array.from(frame, (value) => value / ONE)));
}

/** [frames x channels] int8: q = ((v * multiplier + 2^(shift - 1)) >> shift) + zeroPoint, clamped. */
export function fixedWindowIntegers(
  spec: SpectralFrontendSpec,
  frames: readonly Int32Array[],
  tensor: InputTensor,
): number[] {
  const { multiplier, shift, zeroPoint } = inputFormat(tensor);
  const quantized = (value: number) =>
    Math.max(-128, Math.min(127, scaled(value, multiplier, shift) + zeroPoint));
  return finishFixed(tablesOf(spec), frames).flatMap((frame) => Array.from(frame, quantized));
}
