/** Rows of LEAKY_RELU, PRELU, SUB and HARD_SWISH. */
import { elementCount } from '../../../src/model/elements.js';
import { oneOperator } from '../../support/small-model.js';
import { type KernelTestRow, repeat, row } from './draw.js';

function leakyRelus(): KernelTestRow[] {
  return [0.2, 0.01, 0.3, -0.5, 2, 0, 1e-4].flatMap((alpha) =>
    [1, 0.3, 0.8, 100].map((gain) =>
      row(`LEAKY_RELU, alpha ${alpha}, gain ${gain}`, (draw) => {
        const [scale, zero] = draw.affine();
        return oneOperator(
          'LEAKY_RELU',
          { alpha: Math.fround(alpha) },
          [{ shape: [500], affine: [scale, zero] }],
          [{ shape: [500], affine: [gain * scale, gain === 1 ? zero : draw.zeroPoint()] }],
        );
      }),
    ),
  );
}

export function hardSwishes(): KernelTestRow[] {
  return [0.001, 0.01, 0.0235, 0.05, 0.3].flatMap((scale) =>
    [1, 0.4, 0.01, 30].map((gain) =>
      row(`HARD_SWISH, scale ${scale}, gain ${gain}`, (draw) =>
        oneOperator(
          'HARD_SWISH',
          {},
          [{ shape: [500], affine: [Math.fround(scale), draw.zeroPoint()] }],
          [{ shape: [500], affine: [Math.fround(gain * scale), draw.zeroPoint()] }],
        ),
      ),
    ),
  );
}

const SLOPES = [
  [[2, 3, 4, 5], [5]],
  [
    [1, 3, 4, 6],
    [1, 1, 6],
  ],
  [
    [2, 3, 5],
    [3, 5],
  ],
  [[2, 4, 16], [1]],
  [
    [1, 2, 2, 32],
    [1, 1, 1],
  ],
] as const;

function prelus(): KernelTestRow[] {
  return SLOPES.flatMap(([shape, alpha]) =>
    repeat(4, (i) => {
      const gain = [1, 0.6, 3, 0.01][i]!;
      return row(`PRELU [${shape}] by [${alpha}], gain ${gain}`, (draw) => {
        const input = draw.affine();
        const slope = [draw.pick([0.002, 0.01, 0.5]), i === 0 ? 0 : draw.between(-100, 100)] as const;
        return oneOperator(
          'PRELU',
          {},
          [
            { shape, affine: input },
            { shape: alpha, affine: slope, values: draw.weights(elementCount(alpha)) },
          ],
          [{ shape, affine: [gain * input[0], draw.zeroPoint()] }],
        );
      });
    }),
  );
}

const BROADCASTS = [
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [[2, 3, 4, 5], [5], [2, 3, 4, 5]],
  [
    [1, 3, 1, 5],
    [2, 1, 4, 1],
    [2, 3, 4, 5],
  ],
  [[], [3, 2], [3, 2]],
] as const;

function differences(): KernelTestRow[] {
  return BROADCASTS.flatMap(([a, b, y]) =>
    [1, 0.7, 2, 0.003, 300].map((gain) =>
      row(`SUB [${a}] and [${b}], gain ${gain}`, (draw) => {
        const [inA, inB] = [draw.affine(), draw.affine()];
        return oneOperator(
          'SUB',
          { activation: draw.activation() },
          [
            { shape: a, affine: inA },
            { shape: b, affine: inB },
          ],
          [{ shape: y, affine: [gain * (inA[0] + inB[0]), draw.zeroPoint()] }],
        );
      }),
    ),
  );
}

export const slopes = (): KernelTestRow[] => [...leakyRelus(), ...prelus(), ...differences()];
