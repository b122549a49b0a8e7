/** Shapes that converters leave open follow from the operators; what cannot follow stays as the file has it. */
import { describe, expect, test } from 'vitest';
import type { Model } from '../../src/model/types.js';
import { settleShapes } from '../../src/verify/open-shapes.js';
import { modelProblems } from '../../src/verify/verify.js';
import { Int8Graph, SCALE } from '../passes/exact/int8-graphs.js';

const MASKS = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };

const lastShape = (model: Model) => model.tensors[model.outputs[0]!]!.shape;

/** TILE, then a RESHAPE to [steps * times, channels] as converters compute it; what the file says is 1. */
function repeated(times: number, product: (g: Int8Graph, steps: number, factor: number) => number) {
  const g = new Int8Graph();
  const x = g.input([1, 4, 1, 2]);
  const tiled = g.foreign('TILE', [x, g.ints([1, 1, times, 1])], { shape: [1, 4, 1, 2] });
  const shape = g.foreign('SHAPE', [x], { shape: [4], type: 'int32' });
  const [from, to, step] = [g.ints([1], [1]), g.ints([2]), g.ints([1], [1])];
  const sliced = { shape: [1], type: 'int32' } as const;
  const steps = g.push(() => g.b.add('STRIDED_SLICE', [shape, from, to, step], sliced, MASKS));
  const many = product(g, steps, g.ints([times]));
  const packed = g.foreign('PACK', [g.ints([1]), many, g.ints([2])], { shape: [3], type: 'int32' });
  const y = g.push(() => g.b.add('RESHAPE', [tiled, packed], { shape: [1, 1, 2], ...SCALE }, {}));
  const end = g.conv(
    g.foreign('EXPAND_DIMS', [y, g.ints([1])], { shape: [1, 1, 1, 2] }),
    [3, 1, 1, 2],
    [1, 1, 1, 3],
  );
  const model = g.model(end);
  // The operator as the file's reader gives it: known, so that its rule is asked.
  const operators = model.operators.map((operator) =>
    operator.kind === 'FOREIGN' && operator.options.name === 'EXPAND_DIMS'
      ? { ...operator, kind: 'EXPAND_DIMS' as const, options: {} }
      : operator,
  );
  return { model: { ...model, operators }, open: new Set(openOf(model)) };
}

const multiplied = (g: Int8Graph, steps: number, factor: number) =>
  g.push(() => g.b.add('MUL', [steps, factor], { shape: [1], type: 'int32' }, { activation: 'NONE' }));

/** Every activation but the input. */
const openOf = ({ tensors, inputs }: Model) =>
  tensors.flatMap((tensor, id) =>
    tensor.type === 'int8' && tensor.data === undefined && !inputs.includes(id) ? [id] : [],
  );

describe('shapes that a file leaves open', () => {
  test.each([1, 3, 7])('follow through a RESHAPE whose shape is computed, %i times', (times) => {
    const { model, open } = repeated(times, multiplied);
    expect(lastShape(settleShapes(model, open))).toEqual([1, 1, 4 * times, 3]);
  });

  test('follow through what only moves the integers', () => {
    const { model, open } = repeated(1, (g, steps) =>
      g.push(() => g.b.add('RESHAPE', [steps, g.ints([1])], { shape: [1], type: 'int32' }, {})),
    );
    expect(lastShape(settleShapes(model, open))).toEqual([1, 1, 4, 3]);
  });

  test('follow through a product of chosen dimensions', () => {
    const product = (g: Int8Graph, _: number, factor: number) => {
      const shape = g.foreign('SHAPE', [0], { shape: [4], type: 'int32' });
      const chosen = g.foreign('GATHER', [shape, g.ints([1, 2])], { shape: [2], type: 'int32' });
      const all = g.foreign('REDUCE_PROD', [chosen, g.ints([0])], { shape: [1], type: 'int32' });
      return multiplied(g, all, factor);
    };
    const { model, open } = repeated(5, product);
    expect(lastShape(settleShapes(model, open))).toEqual([1, 1, 20, 3]);
  });

  test('stay where nobody knows what is computed: a mistake of the model is still said', () => {
    const { model, open } = repeated(3, (g, steps) =>
      g.foreign('FLOOR_MOD', [steps, g.ints([9])], { shape: [1], type: 'int32' }),
    );
    const settled = settleShapes(model, open);
    expect(lastShape(settled)).toEqual([1, 1, 1, 3]);
    expect(
      modelProblems(settled)
        .map(({ what }) => what)
        .join(),
    ).toContain('another number of elements');
  });

  test('stay where they would take more memory than any model, or are none', () => {
    for (const times of [1 << 28, -1, 0]) {
      const { model, open } = repeated(times, multiplied);
      expect(lastShape(settleShapes(model, open))).toEqual([1, 1, 1, 3]);
    }
  });

  test('nothing open, or an operand that is not there: the same object', () => {
    const { model, open } = repeated(2, (_, steps) => steps);
    expect(settleShapes(model, new Set())).toBe(model);
    const operators = model.operators.map((operator, i) =>
      i === 0 ? { ...operator, inputs: [999] } : operator,
    );
    const broken = { ...model, operators };
    expect(settleShapes(broken, open)).toBe(broken);
  });
});
