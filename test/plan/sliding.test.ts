import { describe, expect, test } from 'vitest';
import { coreTarget } from '../../src/boards/cores.js';
import { lowerModel } from '../../src/lowering/lower.js';
import type { Model } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import { analyseSliding } from '../../src/plan/sliding.js';
import { ModelBuilder } from './models.js';

interface Layer {
  readonly kind: 'conv' | 'depthwise' | 'pool' | 'relu' | 'sum';
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: 'SAME' | 'VALID';
}

const CHANNELS = 4;

/**
 * Layers along `frames` rows of one column, one after the other; `sum` adds the output of the layer before the last.
 *
 * @param wide whether time is the width of the image, as converters write layers of one dimension
 */
function chain(layers: readonly Layer[], frames: number, wide = false): Model {
  const b = new ModelBuilder();
  const sized = (outer: number, length: number, inner: number) =>
    wide ? [outer, 1, length, inner] : [outer, length, 1, inner];
  const input = b.tensor(sized(1, frames, CHANNELS));
  const outputs = [input];
  let rows = frames;
  for (const { kind, kernel = 1, stride = 1, padding = 'SAME' } of layers) {
    const x = outputs.at(-1)!;
    if (kind === 'relu' || kind === 'sum') {
      outputs.push(kind === 'relu' ? b.relu(x) : b.add(x, outputs.at(-3)!));
      continue;
    }
    rows = padding === 'SAME' ? Math.ceil(rows / stride) : Math.floor((rows - kernel) / stride) + 1;
    const y = b.tensor(sized(1, rows, CHANNELS));
    const [strideH, strideW] = wide ? [1, stride] : [stride, 1];
    const window = { padding, strideH, strideW, activation: 'NONE' } as const;
    const weights = () => {
      const shape = sized(kind === 'conv' ? CHANNELS : 1, kernel, CHANNELS);
      return b.bytes(shape, new Array(shape.reduce((product, size) => product * size)).fill(1));
    };
    const undilated = { ...window, dilationH: 1, dilationW: 1 };
    if (kind === 'conv') b.op('CONV_2D', [x, weights(), -1], [y], undilated);
    else if (kind === 'depthwise')
      b.op('DEPTHWISE_CONV_2D', [x, weights(), -1], [y], { ...undilated, depthMultiplier: 1 });
    else {
      const [filterH, filterW] = wide ? [1, kernel] : [kernel, 1];
      b.op('AVERAGE_POOL_2D', [x], [y], { ...window, filterH, filterW });
    }
    outputs.push(y);
  }
  const shape = [1, rows * CHANNELS];
  const flat = b.op('RESHAPE', [outputs.at(-1)!], [b.tensor(shape)], {});
  const weights = b.bytes([2, rows * CHANNELS], new Array(2 * rows * CHANNELS).fill(1));
  const last = b.op('FULLY_CONNECTED', [flat, weights, -1], [b.tensor([1, 2])], {
    activation: 'NONE',
    keepNumDims: false,
  });
  return b.model([input], [last]);
}

/** Per layer the rows computed at a hop, `0-2 20-24`; `all` where nothing is kept. */
function computed(model: Model, frames: number, hop: number): readonly string[] {
  const sliding = analyseSliding(model, lowerModel(model), { frames, hop });
  return model.operators.slice(0, -2).map((_, at) => {
    const own = sliding.calls[at];
    return own === undefined ? 'all' : own.ranges.map(({ first, end }) => `${first}-${end - 1}`).join(' ');
  });
}

const conv = (kernel: number, rest: Partial<Layer> = {}): Layer => ({ kind: 'conv', kernel, ...rest });
const depthwise = (kernel: number, rest: Partial<Layer> = {}): Layer => ({
  kind: 'depthwise',
  kernel,
  ...rest,
});
const VALID = { padding: 'VALID' } as const;

interface Row {
  readonly what: string;
  readonly layers: readonly Layer[];
  readonly frames: number;
  readonly hop: number;
  readonly rows: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: 'MLPerf Tiny: edges grow by a row a layer',
    layers: [conv(10, { stride: 2 }), depthwise(3), conv(1), depthwise(3), conv(1)],
    frames: 49,
    hop: 2,
    rows: ['0-1 21-24', '0-2 20-24', '0-2 20-24', '0-3 19-24', '0-3 19-24'],
  },
  {
    what: 'no padding, no edges: the new rows alone',
    layers: [depthwise(3, VALID), conv(1), depthwise(5, VALID)],
    frames: 30,
    hop: 1,
    rows: ['27-27', '27-27', '23-23'],
  },
  {
    what: 'strides divide the shift',
    layers: [conv(3, { stride: 2, ...VALID }), conv(3, { stride: 2, ...VALID })],
    frames: 41,
    hop: 8,
    rows: ['16-19', '7-8'],
  },
  {
    what: 'half a row a hop: the rows of two hops before',
    layers: [conv(3, { stride: 2, ...VALID }), depthwise(3, { stride: 2, ...VALID }), conv(1)],
    frames: 41,
    hop: 2,
    rows: ['19-19', '8-8', '8-8'],
  },
  {
    what: 'strides that two hops do not suffice for: whole from there on',
    layers: [conv(3, { stride: 2, ...VALID }), depthwise(3, { stride: 2, ...VALID }), conv(1)],
    frames: 41,
    hop: 1,
    rows: ['19-19', 'all', 'all'],
  },
  {
    what: 'a hop that is odd before a stride of two',
    layers: [conv(3, { stride: 2 })],
    frames: 20,
    hop: 3,
    rows: ['6-9'],
  },
  {
    what: 'pools, values and sums: as far as both sides are clean',
    layers: [conv(3), { kind: 'relu' }, { kind: 'sum' }, { kind: 'pool', kernel: 2, stride: 2 }],
    frames: 16,
    hop: 4,
    rows: ['0-0 11-15', '0-0 11-15', '0-0 11-15', '0-0 5-7'],
  },
  {
    what: 'a window that reaches over most rows: nothing is clean for a whole hop',
    layers: [conv(15)],
    frames: 16,
    hop: 4,
    rows: ['all'],
  },
];

test.each(ROWS)('$what', ({ layers, frames, hop, rows }) => {
  expect(computed(chain(layers, frames), frames, hop)).toEqual(rows);
  expect(computed(chain(layers, frames, true), frames, hop), 'as the width').toEqual(rows);
});

describe('the analysis', () => {
  const kws = chain([conv(10, { stride: 2 }), depthwise(3), conv(1)], 49);

  test('keeps what is read again: inputs of windows and of the end, not what one row needs', () => {
    const sliding = analyseSliding(kws, lowerModel(kws), { frames: 49, hop: 2 });
    const kept = [...sliding.tensors.values()].map((tensor) => tensor.kept);
    expect(kept).toEqual([true, false, true, false]);
  });

  test('counts multiplications', () => {
    const { macs } = analyseSliding(kws, lowerModel(kws), { frames: 49, hop: 2 });
    const row = CHANNELS * [10 * CHANNELS, 3, CHANNELS][0]!;
    const [dw, pw, end] = [3 * CHANNELS, CHANNELS * CHANNELS, 2 * 25 * CHANNELS];
    expect(macs).toEqual({ whole: 25 * (row + dw + pw) + end, hop: 6 * row + 8 * (dw + pw) + end });
  });

  test('says what it cannot follow', () => {
    const model = chain([conv(3, { stride: 2, ...VALID }), depthwise(3, { stride: 2, ...VALID })], 41);
    expect(analyseSliding(model, lowerModel(model), { frames: 41, hop: 1 }).limits).toEqual([
      'whole from operator 1 (DEPTHWISE_CONV_2D) on: neither a hop nor two are a multiple of 4 frames',
    ]);
  });

  test.each([
    { what: 'a window that has passed as a whole', frames: 49, hop: 49 },
    { what: 'frames that are no rows of the input', frames: 48, hop: 2 },
  ])('has nothing for $what', ({ frames, hop }) => {
    const { calls, tensors } = analyseSliding(kws, lowerModel(kws), { frames, hop });
    expect(calls.every((call) => call === undefined)).toBe(true);
    expect(tensors.size).toBe(0);
    expect(planModel(kws, coreTarget('host'), { frames, hop }).sliding).toBeUndefined();
  });
});

describe('the plan', () => {
  const model = chain([conv(10, { stride: 2 }), depthwise(3), conv(1)], 49);
  const plan = planModel(model, coreTarget('cortex-m4f'), { frames: 49, hop: 2 });

  test('has a whole inference and one at a hop over the same memory', () => {
    const whole = plan.steps.map(({ calls }) => calls.length);
    const hop = plan.sliding!.steps.map(({ calls }) => calls.length);
    expect(whole).toEqual([1, 1, 1, 0, 1]);
    expect(hop).toEqual([2, 2, 2, 0, 1]);
    expect(plan.state.rings.map(({ edge, shift }) => ({ edge, shift }))).toEqual([
      { edge: 2 * CHANNELS, shift: CHANNELS },
      { edge: 3 * CHANNELS, shift: CHANNELS },
    ]);
  });

  test('has its constants once', () => {
    expect(plan.cost.constantBytes).toBe(planModel(model, coreTarget('cortex-m4f')).cost.constantBytes);
  });

  test('is the usual one without a window', () => {
    expect(planModel(model, coreTarget('cortex-m4f')).sliding).toBeUndefined();
    expect(planModel(model, coreTarget('cortex-m4f')).state.bytes).toBe(0);
  });
});
