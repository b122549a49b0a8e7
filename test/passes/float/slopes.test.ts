/** relu(x) - alpha * relu(-x), as graphs write PReLU, is one operator; what only looks like it stays. */
import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/model/types.js';
import { joinSlopes } from '../../../src/passes/float/slopes.js';
import { simplifyModel } from '../../../src/passes/simplify.js';
import { createEngine } from '../../../src/reference/engine.js';
import { FloatBuilder } from '../../quantize/float-zoo.js';

const kinds = ({ operators }: Model) => operators.map(({ kind }) => kind).join(' ');

interface Shape {
  readonly slopes?: readonly number[];
  readonly shape?: readonly number[];
  readonly sign?: number;
  /** The negative half of another tensor. */
  readonly other?: boolean;
  readonly swapped?: boolean;
  readonly fused?: boolean;
}

function written({ slopes = [0.25], shape, sign = -1, other, swapped, fused }: Shape = {}): Model {
  const f = new FloatBuilder('slopes', 3);
  const given = f.input(1, 2, 3);
  const x = f.unary('TANH', given);
  const minus = f.constant([1], Float32Array.of(sign));
  const negative = fused
    ? f.binary('MUL', other ? given : x, minus, 'RELU')
    : f.unary('RELU', f.binary('MUL', other ? given : x, minus));
  const factors = f.constant(
    shape ?? [slopes.length],
    Float32Array.from(slopes, (value) => -value),
  );
  const below = f.binary('MUL', negative, factors);
  const above = f.unary('RELU', x);
  return f.model(swapped ? f.binary('ADD', below, above) : f.binary('ADD', above, below));
}

const INPUT = Float32Array.of(-2, -1, -0.5, 0, 1, 3);
const run = (model: Model) => [...(createEngine(model).invoke([INPUT])[0] as Float32Array)];

describe('one operator', () => {
  test.each<[string, Shape, string]>([
    ['one slope', {}, 'LEAKY_RELU'],
    ['one slope of three dimensions', { shape: [1, 1, 1] }, 'LEAKY_RELU'],
    ['a slope per channel', { slopes: [0.5, 0.25, -1] }, 'PRELU'],
    ['a slope per element', { slopes: [1, 2, 3, 4, 5, 6], shape: [2, 3] }, 'PRELU'],
    ['the parts swapped', { swapped: true }, 'LEAKY_RELU'],
    ['an activation that was fused', { fused: true, slopes: [0.5, 0.25, -1] }, 'PRELU'],
  ])('%s', (_, shape, kind) => {
    const model = written(shape);
    expect(kinds(simplifyModel(model))).toBe(`TANH ${kind}`);
    expect(run(simplifyModel(model))).toEqual(run(model));
  });
});

describe('left as it is', () => {
  test.each<[string, Shape]>([
    ['the half of another tensor', { other: true }],
    ['a factor that is not -1', { sign: -2 }],
    ['both halves above', { sign: 1 }],
  ])('%s', (_, shape) => {
    const model = written(shape);
    expect(joinSlopes(model)).toBe(model);
  });
});
