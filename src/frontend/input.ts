/**
 * Frames as a model takes them: normalised over the model's window where the description says so, then as
 * real numbers or in the integers of the model's input.
 *
 * The C++ twin is `Frontend::convert` (templates/lib/kws_frontend): the same integers, bit for bit.
 */
import type { Frame } from './frontend.js';
import { type InputTensor, inputFormat } from './input-format.js';
import { microDynamicRange } from './micro/parameters.js';
import { floatFeature, floatOfQuantized, quantizeFeature, quantizeWindow } from './quantize.js';
import {
  type Arithmetic,
  type AudioFrontendSpec,
  hasIntegerFrames,
  type SpectralFrontendSpec,
} from './spec.js';
import { definitionInput } from './spectral/definition/input.js';
import { fixedWindowIntegers, fixedWindowValues } from './spectral/fixed/input.js';
import { quantizeFloat32 } from './spectral/float32/quantize.js';
import { float32WindowValues } from './spectral/float32/window-values.js';

/**
 * The window of frames of one inference as real numbers, [frames x channels], normalised: what the model was
 * trained on, and what calibration feeds it. uint16 features are v / 25.6 (about 0…26).
 */
export function inputValues(
  spec: AudioFrontendSpec,
  frames: readonly Frame[],
  arithmetic: Arithmetic = 'float32',
): Float32Array {
  if (spec.kind === 'spectral') return Float32Array.from(spectralValues(spec, frames, arithmetic));
  const scaled = windowIntegers(spec, frames);
  if (scaled !== undefined) return Float32Array.from(scaled, floatOfQuantized);
  return Float32Array.from(frames.flatMap((frame) => Array.from(frame, floatFeature)));
}

/** The same in the type and scale of a model's input tensor: int8, uint8 or float32. */
export function modelInput(
  spec: AudioFrontendSpec,
  frames: readonly Frame[],
  tensor: InputTensor,
  arithmetic: Arithmetic = 'float32',
): Int8Array | Uint8Array | Float32Array {
  if (tensor.type === 'float32') return inputValues(spec, frames, arithmetic);
  const integers = inputIntegers(spec, frames, tensor, arithmetic);
  return tensor.type === 'uint8' ? Uint8Array.from(integers, (q) => q + 128) : Int8Array.from(integers);
}

/** The same as int8 values, whatever the tensor's type. */
function inputIntegers(
  spec: AudioFrontendSpec,
  frames: readonly Frame[],
  tensor: InputTensor,
  arithmetic: Arithmetic,
): ArrayLike<number> {
  const { divisor, zeroPoint, inverseScale } = inputFormat(tensor, spec);
  if (hasIntegerFrames(spec))
    return (
      windowIntegers(spec, frames) ??
      frames.flatMap((frame) => Array.from(frame, (v) => quantizeFeature(v, divisor, zeroPoint)))
    );
  if (arithmetic === 'fixed') return fixedWindowIntegers(spec, frames as readonly Int32Array[], tensor);
  const values = spectralValues(spec, frames, arithmetic);
  return arithmetic === 'float32'
    ? Array.from(values, (v) => quantizeFloat32({ inverseScale, zeroPoint }, v))
    : values.map((v) => quantizeReal(v, inverseScale, zeroPoint));
}

/** Of micro-frontends whose windows are scaled as a whole; undefined for the others. */
function windowIntegers(spec: AudioFrontendSpec, frames: readonly Frame[]): Int8Array | undefined {
  if (spec.kind !== 'micro' || spec.dynamicRangeDb === undefined) return undefined;
  return quantizeWindow(frames, microDynamicRange(spec));
}

/** [frames x channels] real values of kept frames, normalised over them. */
function spectralValues(
  spec: SpectralFrontendSpec,
  frames: readonly Frame[],
  arithmetic: Arithmetic,
): Float64Array | Float32Array {
  if (arithmetic === 'float64') return definitionInput(spec, frames);
  if (arithmetic === 'float32') return float32WindowValues(spec, frames as readonly Float32Array[]);
  return fixedWindowValues(spec, frames as readonly Int32Array[]);
}

/** int8 of a real value, halves away from zero. */
function quantizeReal(value: number, inverseScale: number, zeroPoint: number): number {
  const steps = Math.sign(value) * Math.round(Math.abs(value) * inverseScale);
  return Math.max(-128, Math.min(127, steps + zeroPoint));
}
