import { describe, expect, test } from 'vitest';
import { coreTarget } from '../../src/boards/cores.js';
import { chooseKernel } from '../../src/lowering/choose.js';
import { lowerModel } from '../../src/lowering/lower.js';
import type { Model } from '../../src/model/types.js';
import { bytesAbove, bytesBelow, inPieces } from '../../src/plan/overlap.js';
import { planModel } from '../../src/plan/plan.js';
import type { PlannedCall } from '../../src/plan/types.js';
import { expectSound } from './check-plan.js';
import { ModelBuilder } from './models.js';

const HOST = coreTarget('host');

interface Layer {
  readonly depthwise?: boolean;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: 'SAME' | 'VALID';
  readonly channels: number;
}

/** Convolutions of 12 rows of 5 columns, one after the other. */
function chain(layers: readonly Layer[], rows = 12): Model {
  const b = new ModelBuilder();
  let [height, channels] = [rows, 16];
  const input = b.tensor([1, height, 5, channels]);
  let x = input;
  for (const { depthwise = false, kernel, stride = 1, padding = 'SAME', channels: to } of layers) {
    height = padding === 'SAME' ? Math.ceil(height / stride) : Math.floor((height - kernel) / stride) + 1;
    const shape = depthwise ? [1, kernel, 1, to] : [to, kernel, 1, channels];
    const ones = new Array(shape.reduce((product, size) => product * size)).fill(1);
    const weights = b.bytes(shape, ones, { quantization: { scales: [2 ** -8], zeroPoints: [0], axis: 0 } });
    const common = {
      padding,
      strideH: stride,
      strideW: 1,
      dilationH: 1,
      dilationW: 1,
      activation: 'NONE',
    } as const;
    const y = b.tensor([1, height, 5, to]);
    if (depthwise)
      x = b.op('DEPTHWISE_CONV_2D', [x, weights, -1], [y], { ...common, depthMultiplier: to / channels });
    else x = b.op('CONV_2D', [x, weights, -1], [y], common);
    channels = to;
  }
  return b.model([input], [x]);
}

const row = 5 * 16;
const CASES: readonly (readonly [string, Layer, number])[] = [
  ['a row and its window', { depthwise: true, kernel: 3, channels: 16 }, 2 * row],
  ['a window without padding', { depthwise: true, kernel: 3, padding: 'VALID', channels: 16 }, row],
  ['a stride that lets the input run ahead', { kernel: 3, stride: 2, channels: 16 }, row],
  ['twice the channels: the output catches up', { kernel: 1, channels: 32 }, 12 * 2 * row - 11 * row],
  ['half the channels', { kernel: 1, channels: 8 }, row / 2],
];

describe('an output under its input', () => {
  test.each(CASES)('%s', (_, layer, bytes) => {
    const model = chain([layer]);
    expect(bytesBelow(lowerModel(model)[0]!)).toBe(bytes);
    expectSound(model, planModel(model, HOST));
  });

  test.each(CASES)('no closer: %s', (_, layer, bytes) => {
    const model = chain([layer]);
    const plan = planModel(model, HOST);
    const [x, y] = [1024, 1024 - bytes];
    const { kernel, params } = lowerModel(model)[0]!;
    const at = (from: number, to: number) => ({
      ...plan,
      arena: { ...plan.arena, bytes: 8192 },
      input: { ...plan.input, ref: { region: 'arena', offset: from } as const },
      output: { ...plan.output, ref: { region: 'arena', offset: to } as const },
      steps: [
        {
          ...plan.steps[0]!,
          calls: [
            {
              kernel,
              params,
              inputs: [{ region: 'arena', offset: from }],
              outputs: [{ region: 'arena', offset: to }],
            } as PlannedCall,
          ],
        },
      ],
    });
    expectSound(model, at(2048 + x, 2048 + y));
    expect(() => expectSound(model, at(2048 + x, 2048 + y + 1))).toThrow(/written/);
  });
});

describe('a 1x1 convolution in pieces', () => {
  test('begins one piece above its input, computed from the last piece to the first', () => {
    const [call] = lowerModel(chain([{ kernel: 1, channels: 16 }]));
    expect(bytesAbove(call!)).toBe(4 * 16);
    expect(inPieces(call!, 4 * 16)).toMatchObject({ count: 15, inputStep: 64, outputStep: 64 });
    expect(inPieces(call!, 10 * 16)).toMatchObject({ count: 6, inputStep: 160, outputStep: 160 });
  });

  test('of other layers there are no pieces', () => {
    expect(bytesAbove(lowerModel(chain([{ kernel: 3, channels: 16 }]))[0]!)).toBeUndefined();
    expect(bytesAbove(lowerModel(chain([{ kernel: 1, stride: 2, channels: 16 }]))[0]!)).toBeUndefined();
  });

  test('a deep chain stays in place: one tensor and the distance of one layer', () => {
    const block: Layer[] = [
      { depthwise: true, kernel: 3, channels: 16 },
      { kernel: 1, channels: 16 },
    ];
    const model = chain([...block, ...block, ...block, ...block]);
    const plan = planModel(model, HOST);
    expect(plan.arena.bytes).toBe(12 * row + 2 * row);
    expectSound(model, plan);
  });

  test('more or fewer channels', () => {
    for (const channels of [8, 32]) {
      const model = chain([
        { depthwise: true, kernel: 5, channels: 16 },
        { kernel: 1, channels },
        { depthwise: true, kernel: 3, channels },
        { kernel: 1, channels: 16 },
      ]);
      expectSound(model, planModel(model, HOST));
    }
  });
});

describe('kernels for the DSP extension', () => {
  const DSP = coreTarget('cortex-m4f');
  const block: Layer[] = [
    { depthwise: true, kernel: 3, channels: 16 },
    { kernel: 1, channels: 16 },
  ];

  test('a chain stays in place: 1x1 layers move up again, from the last pixel to the first', () => {
    const model = chain([...block, ...block, ...block]);
    const plan = planModel(model, DSP);
    const calls = plan.steps.flatMap((step) => step.calls);
    expect(calls.map(({ kernel }) => kernel)).toContain('conv_1x1_s8_dsp');
    // One tensor, the distance of one layer, three pixels of 16-bit numbers.
    expect(plan.arena.bytes).toBe(12 * row + 2 * row + 6 * 16);
    expectSound(model, plan);
  });

  test.each([
    ['more channels', 24],
    ['fewer channels', 8],
  ])('%s', (_, channels) => {
    const model = chain([{ kernel: 1, channels }, { kernel: 1, channels: 16 }, ...block]);
    expectSound(model, planModel(model, DSP));
  });

  test.each([
    ['as many', 16, 0, 0],
    ['more: what the last group has grown by', 32, 57 * 16, 0],
    ['fewer', 8, 0, 57 * 8],
  ])('distances of 60 pixels of 16 channels, %s', (_, channels, below, above) => {
    const call = chooseKernel(lowerModel(chain([{ kernel: 1, channels }]))[0]!, DSP);
    expect(call.kernel).toBe('conv_1x1_s8_dsp');
    expect([bytesBelow(call), bytesAbove(call)]).toEqual([below, above]);
  });
});

describe('rows of a fully connected layer as pixels', () => {
  /** So many rows of `from` inputs, computed before, to `to` outputs. */
  function dense(rows: number, from: number, to: number): Model {
    const b = new ModelBuilder();
    const input = b.tensor([rows, from]);
    const weights = (out: number, inputs: number) =>
      b.bytes([out, inputs], new Array(out * inputs).fill(1), {
        quantization: { scales: [2 ** -8], zeroPoints: [0], axis: 0 },
      });
    const options = { activation: 'NONE', keepNumDims: false } as const;
    const x = b.op('FULLY_CONNECTED', [input, weights(from, from), -1], [b.tensor([rows, from])], options);
    const y = b.op('FULLY_CONNECTED', [x, weights(to, from), -1], [b.tensor([rows, to])], options);
    return b.model([input], [y]);
  }

  test('stand over their inputs only where they are computed in an order that allows it', () => {
    for (const rows of [2, 4, 5])
      for (const from of [1, 4, 16])
        for (const to of [4, 8, 16]) {
          const model = dense(rows, from, to);
          const plan = planModel(model, coreTarget('cortex-m55'));
          expect(plan.steps[1]!.calls[0]!.kernel).toBe('conv_1x1_s8_helium');
          expectSound(model, plan);
        }
  });
});
