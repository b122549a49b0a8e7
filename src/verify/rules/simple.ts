/** Rules of element-wise operators, reshapes, means, padding, conversions and variables. */
import { constantInts, elementCount, shapeText } from '../../model/elements.js';
import { fixedOutput, OPERATORS } from '../../model/operators.js';
import type { OperatorKind, Tensor } from '../../model/types.js';
import type { OperatorSite } from './site.js';
import {
  expectCount,
  expectFixedOutput,
  expectQuantized,
  expectSameScale,
  expectSameType,
  expectShape,
} from './site.js';

type AnySite = OperatorSite<OperatorKind>;

export function unaryRule(site: AnySite): void {
  const [x, y] = [site.input(0)!, site.output(0)];
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, y]);
  expectShape(site, 'its output', y.shape, x.shape);
}

/** Kernels of TensorFlow Lite Micro clamp to 0…6 and do not rescale (activations_common.cc). */
export function sameScaleUnaryRule(site: AnySite): void {
  unaryRule(site);
  if (site.output(0).type === 'int8') expectSameScale(site, site.input(0)!, site.output(0));
}

export function fixedRule(site: AnySite): void {
  unaryRule(site);
  const fixed = fixedOutput(site.operator.kind);
  if (fixed !== undefined) expectFixedOutput(site, site.output(0), fixed);
}

/** Alpha is a constant that broadcasts to x. */
export function preluRule(site: AnySite): void {
  const [x, alpha, y] = [site.input(0)!, site.input(1)!, site.output(0)];
  binaryRule(site);
  expectShape(site, 'its output', y.shape, x.shape);
  if (!site.isConstant(1)) site.say(`its alpha ${alpha.name} is computed`);
}

export function reshapeRule(site: AnySite): void {
  const [x, y] = [site.input(0)!, site.output(0)];
  expectSameType(site, [x, y]);
  expectCount(site, x, y);
  expectSameScale(site, x, y);
}

/** Dimensions are aligned at the right; a 1 repeats. */
export function binaryRule(site: AnySite): void {
  const [a, b, y] = [site.input(0)!, site.input(1)!, site.output(0)];
  expectSameType(site, [a, b, y]);
  expectQuantized(site, [a, b, y]);
  const rank = Math.max(a.shape.length, b.shape.length);
  const dims: number[] = [];
  for (let axis = 1; axis <= rank; axis++) {
    const [p, q] = [a.shape.at(-axis) ?? 1, b.shape.at(-axis) ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      site.say(`takes ${shapeText(a.shape)} and ${shapeText(b.shape)}, which do not broadcast`);
      return;
    }
    dims.unshift(p === 1 ? q : p);
  }
  expectShape(site, 'its output', y.shape, dims);
}

/** MEAN and REDUCE_MAX: over any dimensions; the maximum is one of the values and has their scale. */
export function reduceRule(site: OperatorSite<'MEAN' | 'REDUCE_MAX'>): void {
  const [x, axes, y] = [site.input(0)!, constantInts(site.input(1)), site.output(0)];
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, y]);
  if (OPERATORS[site.operator.kind].scale === 'operand') expectSameScale(site, x, y);
  const rank = x.shape.length;
  if (axes === undefined) site.say('its axes are not constant');
  else if (axes.some((axis) => axis < -rank || axis >= rank))
    site.say(`its axes ${axes.slice(0, 8).join(', ')} are not all in ${shapeText(x.shape)}`);
  else {
    const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
    const kept = x.shape.map((dim, axis) => (reduced.has(axis) ? 1 : dim));
    const { keepDims } = site.operator.options;
    expectShape(site, 'its output', y.shape, keepDims ? kept : kept.filter((_, axis) => !reduced.has(axis)));
  }
}

export function padRule(site: AnySite): void {
  const [x, paddings, y] = [site.input(0)!, constantInts(site.input(1)), site.output(0)];
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, y]);
  expectSameScale(site, x, y);
  if (paddings === undefined) site.say('its paddings are not constant');
  else if (paddings.length !== 2 * x.shape.length || paddings.some((value) => value < 0))
    site.say(`its paddings do not fit ${shapeText(x.shape)}`);
  else
    expectShape(
      site,
      'its output',
      y.shape,
      x.shape.map((dim, axis) => dim + paddings[2 * axis]! + paddings[2 * axis + 1]!),
    );
}

/** QUANTIZE and DEQUANTIZE: between floats and quantized values, or from one scale to another. */
export function convertRule(site: OperatorSite<'QUANTIZE' | 'DEQUANTIZE'>): void {
  const [x, y] = [site.input(0)!, site.output(0)];
  expectShape(site, 'its output', y.shape, x.shape);
  const quantized = site.operator.kind === 'QUANTIZE' ? [y, ...(isFloat(x) ? [] : [x])] : [x];
  for (const tensor of quantized)
    if (tensor.quantization === undefined && tensor.type !== 'float16')
      site.say(`tensor ${tensor.name} is ${tensor.type} without a scale`);
  const float = site.operator.kind === 'DEQUANTIZE' ? y : undefined;
  if (float !== undefined && !isFloat(float)) site.say(`gives ${float.type}; it makes floats`);
}

const isFloat = (tensor: Tensor) => tensor.type === 'float32' || tensor.type === 'float16';

export function readRule(site: OperatorSite<'READ_VARIABLE'>): void {
  expectVariable(site, site.output(0));
}

export function assignRule(site: OperatorSite<'ASSIGN_VARIABLE'>): void {
  expectVariable(site, site.input(0)!);
}

function expectVariable(site: OperatorSite<'READ_VARIABLE' | 'ASSIGN_VARIABLE'>, value: Tensor): void {
  const id = site.operator.options.variable;
  const variable = site.variables[id];
  if (variable === undefined) site.say(`there is no variable ${id}`);
  else if (variable.type !== value.type || elementCount(variable.shape) !== elementCount(value.shape))
    site.say(
      `variable ${variable.name} is ${variable.type} ${shapeText(variable.shape)}, the tensor ${value.type} ${shapeText(value.shape)}`,
    );
}
