/** Rules for one tensor: shape, constant data, affine quantization. */
import { tensorBytes } from '../../model/elements.js';
import type { ElementType, Quantization, Tensor } from '../../model/types.js';

/** Zero points each quantized type can hold; the wide types are symmetric (quantization_spec.md). */
const ZERO_POINTS: Readonly<Partial<Record<ElementType, readonly [number, number]>>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [0, 0],
  int32: [0, 0],
};

/** What is wrong with the tensor, if anything. */
export function tensorMistake(tensor: Tensor): string | undefined {
  const { shape, data, quantization } = tensor;
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 0)) return `has the shape ${shape.join('x')}`;
  if (data !== undefined && data.length !== tensorBytes(tensor))
    return `holds ${data.length} bytes, and its shape takes ${tensorBytes(tensor)}`;
  return quantization === undefined ? undefined : quantizationMistake(tensor, quantization);
}

function quantizationMistake(tensor: Tensor, quantization: Quantization): string | undefined {
  const { scales, zeroPoints, axis } = quantization;
  if (scales.length === 0 || zeroPoints.length !== scales.length)
    return `has ${scales.length} scales and ${zeroPoints.length} zero points`;
  if (scales.length > 1 && tensor.shape[axis] !== scales.length)
    return `has ${scales.length} scales along dimension ${axis}, whose size is ${tensor.shape[axis] ?? 'undefined'}`;
  const scale = scales.find((value) => !(Number.isFinite(value) && value > 0));
  if (scale !== undefined) return `has the scale ${scale}; scales are positive`;
  const range = ZERO_POINTS[tensor.type];
  if (range === undefined) return undefined;
  const outside = zeroPoints.find(
    (value) => !Number.isInteger(value) || value < range[0] || value > range[1],
  );
  return outside === undefined
    ? undefined
    : `has the zero point ${outside}; ${tensor.type} allows ${range[0] === range[1] ? range[0] : `${range[0]} to ${range[1]}`}`;
}
