/** What is folded of int8 models changes no bit, and nothing else is folded. */
import { describe, expect, test } from 'vitest';
import { ModelBuilder } from '../../../src/model/builder.js';
import type { Model } from '../../../src/model/types.js';
import { firmwareModel } from '../../../src/passes/firmware-model.js';
import { simplifyModel } from '../../../src/passes/simplify.js';
import { openModel } from '../../../src/readers/read-model.js';
import { createEngine } from '../../../src/reference/engine.js';
import { writeModel } from '../../../src/tflite/build.js';
import { Int8Graph, kinds, run, SCALE, someInput } from './int8-graphs.js';

describe('shapes', () => {
  test('a shape that is computed becomes a constant, and what computed it goes', () => {
    const g = new Int8Graph();
    const x = g.input([1, 4, 3, 2]);
    const y = g.conv(x, [5, 2, 2, 2], [1, 3, 2, 5]);
    const shape = g.foreign('SHAPE', [y], { shape: [4], type: 'int32' });
    const ends = [g.ints([0]), g.ints([1]), g.ints([1])];
    const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 1 };
    const batch = g.push(() =>
      g.b.add('STRIDED_SLICE', [shape, ...ends], { shape: [], type: 'int32' }, masks),
    );
    const packed = g.foreign('PACK', [batch, g.ints([30])], { shape: [2], type: 'int32' });
    const flat = g.push(() => g.b.add('RESHAPE', [y, packed], { shape: [1, 30], ...SCALE }, {}));
    const model = firmwareModel(g.model(flat));
    expect(kinds(model)).toEqual(['CONV_2D', 'RESHAPE']);
    // The interpreter gets the same: its file is written anew, and the hash stays that of the file given.
    expect(kinds(openModel(model.source.bytes, 'm.tflite'))).toEqual(['CONV_2D', 'RESHAPE']);
    const plain = new Int8Graph();
    const direct = plain.model(plain.conv(plain.input([1, 4, 3, 2]), [5, 2, 2, 2], [1, 3, 2, 5]));
    expect(run(model, someInput(24))).toEqual(run(direct, someInput(24)));
  });

  test.each([
    ['EXPAND_DIMS', [1, 4, 2], [1, 1, 4, 2]],
    ['SQUEEZE', [1, 1, 4, 2], [1, 4, 2]],
    ['SQUEEZE', [1, 1, 1, 8], [8]],
  ])('%s of %o is a RESHAPE', (name, from, to) => {
    const g = new Int8Graph();
    const x = g.input(from);
    const moved = g.foreign(name, [x], { shape: to });
    const y = g.push(() => g.b.add('TANH', [moved], { shape: to, scale: 1 / 128 }, {}));
    const model = simplifyModel(g.model(y));
    expect(kinds(model).sort()).toEqual(['RESHAPE', 'TANH']);
    expect(model.tensors[model.outputs[0]!]!.shape).toEqual(to);
  });

  test('a RESHAPE that changes nothing goes, one that reads its numbers by another scale stays', () => {
    const made = (scale: number) => {
      const g = new Int8Graph();
      const x = g.conv(g.input([1, 2, 2, 1]), [1, 1, 1, 1], [1, 2, 2, 1]);
      const shape = g.ints([1, 2, 2, 1]);
      const y = g.push(() => g.b.add('RESHAPE', [x, shape], { shape: [1, 2, 2, 1], ...SCALE, scale }, {}));
      return kinds(simplifyModel(g.model(y)));
    };
    expect(made(SCALE.scale)).toEqual(['CONV_2D']);
    expect(made(0.07)).toEqual(['CONV_2D', 'RESHAPE']);
  });
});

describe('the greatest of all positions', () => {
  test.each([
    ['of a sequence', [1, 5, 3], [1], [1, 3]],
    ['of an image', [1, 2, 3, 3], [1, 2], [1, 3]],
    ['with the dimensions kept', [1, 2, 3, 3], [-3, -2], [1, 1, 1, 3]],
  ])('%s is a pool', (_, shape, axes, wanted) => {
    const g = new Int8Graph();
    const y = g.foreign('REDUCE_MAX', [g.input(shape), g.ints(axes)], { shape: wanted });
    const model = simplifyModel(g.model(y));
    expect(kinds(model).filter((kind) => kind !== 'RESHAPE')).toEqual(['MAX_POOL_2D']);
    const x = someInput(shape.reduce((a, b) => a * b, 1));
    const channel = (at: number) => Math.max(...x.filter((__, i) => i % 3 === at));
    expect(run(model, x)).toEqual([0, 1, 2].map(channel));
  });

  test('along other dimensions it stays', () => {
    const g = new Int8Graph();
    const y = g.foreign('REDUCE_MAX', [g.input([1, 2, 3, 3]), g.ints([3])], { shape: [1, 2, 3] });
    expect(kinds(simplifyModel(g.model(y)))).toEqual(['REDUCE_MAX']);
  });
});

describe('repetitions', () => {
  test.each([
    ['of a dimension of 1: each value several times', [1, 3, 1], [1, 1, 2], [0, 0, 1, 1, 2, 2]],
    ['of a longer one: all of it again', [1, 3], [1, 2], [0, 1, 2, 0, 1, 2]],
    ['of several', [1, 2, 1, 2], [1, 2, 2, 1], [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3]],
    ['of none', [1, 2], [1, 1], [0, 1]],
    ['41 times', [1, 2, 1], [1, 1, 41], [...Array<number>(41).fill(0), ...Array<number>(41).fill(1)]],
  ])('%s', (_, shape, times, wanted) => {
    const g = new Int8Graph();
    const to = shape.map((length, axis) => length * times[axis]!);
    const y = g.foreign('TILE', [g.input(shape), g.ints(times)], { shape: to });
    const model = simplifyModel(g.model(y));
    expect(kinds(model)).not.toContain('TILE');
    expect(model.tensors[model.outputs[0]!]!.shape).toEqual(to);
    const x = someInput(shape.reduce((a, b) => a * b, 1));
    expect(run(model, x)).toEqual(wanted.map((at) => x[at]!));
  });

  test('multiples that do not give its shape, or that are computed, are left', () => {
    for (const times of [[1, 3], [1]]) {
      const g = new Int8Graph();
      const y = g.foreign('TILE', [g.input([1, 2]), g.ints(times)], { shape: [1, 4] });
      expect(kinds(simplifyModel(g.model(y)))).toEqual(['TILE']);
    }
  });
});

describe('conversions', () => {
  type Middle = {
    readonly type: 'float32' | 'uint8' | 'int8';
    readonly scale?: number;
    readonly zeroPoint?: number;
  };
  const made = (middle: Middle, back = SCALE): Model => {
    const g = new Int8Graph();
    const x = g.conv(g.input([1, 2, 2, 1]), [1, 1, 1, 1], [1, 2, 2, 1]);
    const kind = middle.type === 'float32' ? 'DEQUANTIZE' : 'QUANTIZE';
    const y = g.push(() => g.b.add(kind, [x], { shape: [1, 2, 2, 1], ...middle }, {}));
    return g.model(g.push(() => g.b.add('QUANTIZE', [y], { shape: [1, 2, 2, 1], ...back }, {})));
  };

  test.each<[string, Middle]>([
    ['to float and back', { type: 'float32' }],
    ['to uint8 and back', { type: 'uint8', scale: SCALE.scale, zeroPoint: SCALE.zeroPoint + 128 }],
    ['to the same', { type: 'int8', ...SCALE }],
  ])('%s is nothing', (_, middle) => {
    const model = made(middle);
    expect(kinds(simplifyModel(model))).toEqual(['CONV_2D']);
    expect(run(simplifyModel(model), someInput(4))).toEqual(run(model, someInput(4)));
  });

  test.each<[string, Middle, typeof SCALE | { scale: number; zeroPoint: number }]>([
    ['to float and back by another scale', { type: 'float32' }, { scale: 0.06, zeroPoint: 3 }],
    ['by a coarser scale', { type: 'int8', scale: 0.4, zeroPoint: 3 }, SCALE],
    ['to uint8 by another zero point', { type: 'uint8', scale: SCALE.scale, zeroPoint: 120 }, SCALE],
  ])('%s stays', (_, middle, back) => {
    expect(kinds(simplifyModel(made(middle, back as typeof SCALE)))).toHaveLength(3);
  });
});

describe('dilation', () => {
  interface Row {
    readonly x: readonly number[];
    readonly block: readonly number[];
    readonly pads: readonly number[];
    readonly crops: readonly number[];
    /** Shape in the blocks after the widening RESHAPE; the convolution's output there. */
    readonly wide: readonly number[];
    readonly inner: readonly number[];
    readonly filter: readonly number[];
    readonly y: readonly number[];
    readonly depthwise?: boolean;
    readonly options?: Readonly<Record<string, unknown>>;
  }
  const batched = ({ x, block, pads }: Row): number[] => [
    block.reduce((a, b) => a * b, 1),
    ...block.map((size, i) => (x[i + 1]! + pads[2 * i]! + pads[2 * i + 1]!) / size),
    ...x.slice(1 + block.length),
  ];
  const made = (row: Row): Model => {
    const g = new Int8Graph();
    const { x, block, pads, crops, wide, inner, filter, y } = row;
    const pairs = [block.length, 2];
    const shape = batched(row);
    let at = g.foreign('SPACE_TO_BATCH_ND', [g.input(x), g.ints(block), g.ints(pads, pairs)], { shape });
    const narrow = x.length === 3;
    if (narrow) at = g.foreign('EXPAND_DIMS', [at, g.ints([1])], { shape: wide });
    at = g.conv(at, filter, inner, { ...(row.depthwise ? { depthMultiplier: 1 } : {}), ...row.options });
    if (narrow) at = g.foreign('SQUEEZE', [at], { shape: inner.toSpliced(wide[1] === 1 ? 1 : 2, 1) });
    return g.model(g.foreign('BATCH_TO_SPACE_ND', [at, g.ints(block), g.ints(crops, pairs)], { shape: y }));
  };
  /** As the specification of both operators says, by indices (tensorflow/core/ops/array_ops.cc). */
  const byBlocks = (row: Row, data: Int8Array): number[] => {
    const [h, w, c] =
      row.x.length === 3 ? [1, row.x[1]!, row.x[2]!] : (row.x.slice(1) as [number, number, number]);
    const full = (list: readonly number[], fill: readonly number[]) =>
      // A sequence is one row: its blocks lie along the columns.
      row.x.length === 3 ? [...fill.slice(list.length), ...list] : [...list, ...fill.slice(list.length)];
    const [bh, bw] = full(row.block, [1, 1]) as [number, number];
    const [p0, , p1] = full(row.pads, [0, 0, 0, 0]) as [number, number, number];
    const [c0, , c1] = full(row.crops, [0, 0, 0, 0]) as [number, number, number];
    const [ih, iw] = [row.wide[1]!, row.wide[2]!];
    const g = new Int8Graph();
    const one = g.model(
      g.conv(
        g.input([1, ih, iw, c]),
        row.filter,
        [1, ...row.inner.slice(1)],
        row.depthwise ? { depthMultiplier: 1 } : {},
      ),
    );
    const [oh, ow, oc] = row.inner.slice(1) as [number, number, number];
    const rows = row.y.length === 3 ? 1 : row.y[1]!;
    const columns = row.y.at(-2)!;
    const y = new Array<number>(rows * columns * oc).fill(Number.NaN);
    for (let i = 0; i < bh; i += 1)
      for (let j = 0; j < bw; j += 1) {
        const phase = new Int8Array(ih * iw * c).fill(SCALE.zeroPoint);
        for (let a = 0; a < ih; a += 1)
          for (let b = 0; b < iw; b += 1) {
            const [r, s] = [a * bh + i - p0, b * bw + j - p1];
            if (r >= 0 && r < h && s >= 0 && s < w)
              phase.set(data.subarray((r * w + s) * c, (r * w + s + 1) * c), (a * iw + b) * c);
          }
        const out = run(one, phase);
        for (let a = 0; a < oh; a += 1)
          for (let b = 0; b < ow; b += 1) {
            const [r, s] = [a * bh + i - c0, b * bw + j - c1];
            if (r < 0 || s < 0 || r >= rows || s >= columns) continue;
            for (let k = 0; k < oc; k += 1) y[(r * columns + s) * oc + k] = out[(a * ow + b) * oc + k]!;
          }
      }
    return y;
  };

  const causal: Row = {
    x: [1, 9, 2],
    block: [2],
    pads: [4, 1],
    crops: [0, 1],
    wide: [2, 1, 7, 2],
    filter: [3, 1, 3, 2],
    inner: [2, 1, 5, 3],
    y: [1, 9, 3],
  };
  const same2d: Row = {
    x: [1, 5, 4, 2],
    block: [2, 2],
    pads: [2, 3, 2, 2],
    crops: [0, 1, 0, 0],
    wide: [4, 5, 4, 2],
    filter: [3, 3, 3, 2],
    inner: [4, 3, 2, 3],
    y: [1, 5, 4, 3],
  };
  const depthwise: Row = {
    ...same2d,
    filter: [1, 3, 3, 2],
    inner: [4, 3, 2, 2],
    y: [1, 5, 4, 2],
    depthwise: true,
  };
  const valid: Row = {
    x: [1, 6, 1, 2],
    block: [3],
    pads: [0, 0],
    crops: [0, 0],
    wide: [3, 2, 1, 2],
    filter: [2, 2, 1, 2],
    inner: [3, 1, 1, 2],
    y: [1, 3, 1, 2],
  };

  test.each<[string, Row]>([
    ['of a causal Conv1D', causal],
    ['of a Conv2D', same2d],
    ['of a DepthwiseConv2D', depthwise],
    ['along one of two dimensions, without padding', valid],
  ])('written as blocks, %s', (_, row) => {
    const model = simplifyModel(made(row));
    expect(kinds(model).filter((kind) => !/^(PAD|RESHAPE)$/.test(kind))).toHaveLength(1);
    const data = someInput(row.x.reduce((a, b) => a * b, 1));
    expect(run(model, data)).toEqual(byBlocks(row, data));
  });

  test.each<[string, Row]>([
    ['a stride', { ...causal, options: { strideW: 2 }, inner: [2, 1, 3, 3], y: [1, 5, 3] }],
    [
      'padding inside of the blocks',
      { ...causal, options: { padding: 'SAME' }, inner: [2, 1, 7, 3], y: [1, 13, 3] },
    ],
    ['more cropped than padded', { ...causal, crops: [5, 1], y: [1, 4, 3] }],
  ])('%s keeps the blocks', (_, row) => {
    expect(kinds(simplifyModel(made(row)))).toContain('BATCH_TO_SPACE_ND');
  });
});

test('a model without anything to fold stays the same object and keeps its file', () => {
  const b = new ModelBuilder('plain');
  const x = b.input('x', [1, 4], SCALE);
  const bytes = writeModel(b.build([b.add('TANH', [x], { shape: [1, 4], scale: 1 / 128 }, {})]));
  const model = openModel(bytes, 'plain.tflite');
  expect(firmwareModel(model)).toBe(model);
});

test('a file with an operator that cannot be written is given to the interpreter as it is', () => {
  const g = new Int8Graph();
  const x = g.foreign('EXPAND_DIMS', [g.input([1, 4]), g.ints([1])], { shape: [1, 1, 4] });
  const model = g.model(g.foreign('HARD_SWISH', [x], { shape: [1, 1, 4] }));
  expect(firmwareModel(model)).toBe(model);
});

test('PAD and VALID become SAME with the zero point for zero', () => {
  const g = new Int8Graph();
  const padded = g.push(() =>
    g.b.add(
      'PAD',
      [g.input([1, 4, 4, 1]), g.ints([0, 0, 1, 1, 1, 1, 0, 0], [4, 2])],
      { shape: [1, 6, 6, 1], ...SCALE },
      {},
    ),
  );
  const model = g.model(g.conv(padded, [2, 3, 3, 1], [1, 4, 4, 2]));
  const simple = simplifyModel(model);
  expect(kinds(simple)).toEqual(['CONV_2D']);
  const x = someInput(16);
  expect(createEngine(simple).invoke([x])).toEqual(createEngine(model).invoke([x]));
});
