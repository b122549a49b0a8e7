/**
 * What a rule sees of one operator, and the checks many rules share. A rule says everything that is wrong
 * and never throws.
 */
import type { Affine } from '../../model/arithmetic.js';
import { ELEMENT_BYTES, elementCount, shapeText } from '../../model/elements.js';
import type { OperatorKind, OperatorOf, Tensor, Variable } from '../../model/types.js';

export interface OperatorSite<K extends OperatorKind = OperatorKind> {
  readonly operator: OperatorOf<K>;
  /** Undefined for an optional operand that is absent; the required ones are there. */
  readonly input: (position: number) => Tensor | undefined;
  readonly output: (position: number) => Tensor;
  /** Whether an input is a constant, stored as such or in fewer bits behind a DEQUANTIZE (float16 files). */
  readonly isConstant: (position: number) => boolean;
  readonly variables: readonly Variable[];
  /** @param next what to do, where the model does not contradict itself */
  readonly say: (what: string, next?: string) => void;
  /** Is told the shape that follows for the only output, where somebody wants to know it. */
  readonly follows?: (shape: readonly number[]) => void;
}

type Rule = Pick<OperatorSite, 'say' | 'follows'>;

export function expectShape(
  site: Rule,
  what: string,
  found: readonly number[],
  wanted: readonly number[],
): void {
  if (what === 'its output') site.follows?.(wanted);
  if (found.length !== wanted.length || found.some((dim, axis) => dim !== wanted[axis]))
    site.say(`${what} has the shape ${shapeText(found)}; ${shapeText(wanted)} follows from its operands`);
}

export function expectCount(site: Rule, x: Tensor, y: Tensor): void {
  if (elementCount(x.shape) !== elementCount(y.shape))
    site.say(
      `takes ${shapeText(x.shape)} and gives ${shapeText(y.shape)}, which is another number of elements`,
    );
}

export function expectRank(site: Rule, what: string, tensor: Tensor, rank: number): boolean {
  if (tensor.shape.length === rank) return true;
  site.say(`${what} has the shape ${shapeText(tensor.shape)}; ${rank} dimensions are needed`);
  return false;
}

export function expectPositive(site: Rule, values: Readonly<Record<string, number>>): boolean {
  const wrong = Object.entries(values).filter(([, value]) => !Number.isInteger(value) || value < 1);
  for (const [name, value] of wrong) site.say(`has ${name} ${value}; it must be at least 1`);
  return wrong.length === 0;
}

export function expectSameType(site: Rule, tensors: readonly Tensor[]): void {
  const types = new Set(tensors.map((tensor) => tensor.type));
  if (types.size > 1) site.say(`mixes ${[...types].join(' and ')}`);
}

/** 8-bit tensors that take part in arithmetic need a scale. */
export function expectQuantized(site: Rule, tensors: readonly (Tensor | undefined)[]): boolean {
  const bare = tensors.filter(
    (tensor) => tensor !== undefined && ELEMENT_BYTES[tensor.type] === 1 && tensor.quantization === undefined,
  );
  for (const tensor of bare) site.say(`tensor ${tensor!.name} is ${tensor!.type} without a scale`);
  return bare.length === 0;
}

/** Operators that only move values must not change what a value means. */
export function expectSameScale(site: Rule, x: Tensor, y: Tensor): void {
  const [a, b] = [x.quantization, y.quantization];
  if (a === undefined || b === undefined) return;
  const close = (s: number, t: number) => Math.abs(s - t) <= 1e-6 * Math.max(s, t);
  if (a.scales.length !== 1 || b.scales.length !== 1)
    site.say('has an activation with one scale per channel');
  else if (!close(a.scales[0]!, b.scales[0]!) || a.zeroPoints[0] !== b.zeroPoints[0])
    site.say(
      `takes scale ${a.scales[0]}, zero point ${a.zeroPoints[0]} and gives ${b.scales[0]}, ${b.zeroPoints[0]}; they must be the same`,
    );
}

/** Operators whose output range is fixed by TensorFlow's rules (operator_property.cc). */
export function expectFixedOutput(site: Rule, y: Tensor, { scale, zeroPoint }: Affine): void {
  if (y.type !== 'int8' || y.quantization === undefined) return;
  const found = y.quantization.scales[0]!;
  if (Math.abs(found - scale) > 1e-3 * scale || y.quantization.zeroPoints[0] !== zeroPoint)
    site.say(
      `gives scale ${found}, zero point ${y.quantization.zeroPoints[0]}; its kernel computes 1/${1 / scale}, ${zeroPoint}`,
    );
}
