import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { coreTarget } from '../../src/boards/cores.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import type { Model } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import { openModel } from '../../src/readers/read-model.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { expectSound } from './check-plan.js';
import { ModelBuilder } from './models.js';

const HOST = coreTarget('host');

const plannedKernels = (model: Model) =>
  planModel(model, HOST).steps.flatMap(({ calls }) => calls.map(({ kernel }) => kernel));

/** A causal convolution's buffer: state and news side by side, computed on, the newest part kept. */
function streaming(news = 2, kept = 6): Model {
  const b = new ModelBuilder();
  const x = b.tensor([1, news, 1, 4]);
  const v = b.variable([1, kept, 1, 4], new Array(4 * kept).fill(-128));
  const old = b.read(v);
  const all = b.concat(1, [old, b.pool(x)]);
  b.assign(v, b.slice(all, [0, news, 0, 0], [1, news + kept, 1, 4]));
  return b.model([x], [b.pool(all)]);
}

describe('memory', () => {
  test('a chain of operators in place needs one block', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 100]);
    const model = b.model([x], [b.relu(b.relu(b.relu(x)))]);
    const plan = planModel(model, HOST);
    expect(plan.arena.bytes).toBe(112);
    expectSound(model, plan);
  });

  test('an input that is needed again is not overwritten', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 64]);
    const y = b.relu(x);
    const model = b.model([x], [b.add(y, x)]);
    const plan = planModel(model, HOST);
    expect(plan.arena.bytes).toBe(128);
    expectSound(model, plan);
  });

  test('an operand that is a view of the other one is not overwritten', () => {
    const b = new ModelBuilder();
    const x = b.pool(b.tensor([1, 2, 2, 8]));
    const part = b.slice(x, [0, 0, 0, 0], [1, 1, 1, 8]);
    const sum = b.op('ADD', [x, part], [b.tensor([1, 2, 2, 8])], { activation: 'NONE' });
    const model = b.model([0], [sum]);
    const plan = planModel(model, HOST);
    const [call] = plan.steps.at(-1)!.calls;
    expect(call!.outputs[0]).not.toEqual(call!.inputs[0]);
    expectSound(model, plan);
  });

  test('reshapes, contiguous slices and splits move nothing', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 4, 8]);
    const flat = b.op('RESHAPE', [x], [b.tensor([1, 32])], {});
    const parts = [b.tensor([1, 8]), b.tensor([1, 24])];
    b.op('SPLIT_V', [flat, b.ints(8, 24), b.ints(1)], parts, {});
    const tail = b.slice(parts[1]!, [0, 16], [1, 24]);
    const model = b.model([x], [b.add(parts[0]!, tail)]);
    expect(plannedKernels(model)).toEqual(['add_s8']);
    expectSound(model, planModel(model, HOST));
  });

  test('parts of a concatenation are computed in their place', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 1, 1, 16]);
    const model = b.model([x], [b.concat(3, [b.pool(x), b.pool(x)])]);
    expect(plannedKernels(model)).toEqual(['average_pool_2d_s8', 'average_pool_2d_s8']);
    expectSound(model, planModel(model, HOST));
  });

  test('a concatenation of rows is a kernel, in whatever order its parts come', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 3, 1, 4]);
    const p = b.pool(x);
    const model = b.model([x], [b.concat(3, [p, x, p])]);
    expect(plannedKernels(model)).toEqual(['average_pool_2d_s8', 'concat']);
    expectSound(model, planModel(model, HOST));
  });

  test('the lower bound is reported and reached where blocks only nest', () => {
    const b = new ModelBuilder();
    let x = b.tensor([1, 10, 10, 3]);
    const input = x;
    for (let i = 0; i < 6; i++) x = b.pool(x);
    const { arena } = planModel(b.model([input], [x]), HOST);
    expect(arena.lowerBound).toBe(336);
    // Each pool begins a row under the one before: no pool can be called in pieces.
    expect(arena.bytes).toBeLessThanOrEqual(336 + 5 * 32);
  });
});

describe('the check of these tests', () => {
  test('notices a block that overlaps another', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 64]);
    const model = b.model([x], [b.add(b.relu(x), x)]);
    const plan = planModel(model, HOST);
    const moved = JSON.parse(JSON.stringify(plan.steps).replaceAll('"offset":64', '"offset":48'));
    expect(moved).not.toEqual(JSON.parse(JSON.stringify(plan.steps)));
    expect(() => expectSound(model, { ...plan, steps: moved })).toThrow();
  });
});

describe('streaming state', () => {
  test('of a causal layer is a ring: nothing is copied', () => {
    const model = streaming();
    const plan = planModel(model, HOST);
    expect(plan.state.rings).toEqual([
      { variable: 0, offset: 0, edge: 0, capacity: 32, turns: 1, kept: 24, shift: 8 },
    ]);
    expect(plan.state.resets).toEqual([{ kind: 'fill', offset: 0, bytes: 24, value: 128 }]);
    expect(plannedKernels(model)).toEqual(['average_pool_2d_s8', 'average_pool_2d_s8']);
    expectSound(model, plan);
  });

  test('a long ring has room for some steps more, and wraps', () => {
    const model = streaming(1, 40);
    const plan = planModel(model, HOST);
    expect(plan.state.rings).toMatchObject([{ capacity: 160 + 11 * 4, kept: 160, shift: 4 }]);
    expectSound(model, plan);
  });

  test("a ring takes the model's input at its place", () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 2, 4]);
    const rows = b.op('RESHAPE', [x], [b.tensor([1, 2, 1, 4])], {});
    const v = b.variable([1, 3, 1, 4], new Array(12).fill(0));
    const all = b.concat(1, [b.read(v), rows]);
    b.assign(v, b.slice(all, [0, 2, 0, 0], [1, 5, 1, 4]));
    const model = b.model([x], [b.pool(all)]);
    const plan = planModel(model, HOST);
    expect(plan.input.ref).toEqual({ region: 'ring', ring: 0, offset: 12 });
    expect(plannedKernels(model)).toEqual(['average_pool_2d_s8']);
    expectSound(model, plan);
  });

  test('what is the output, read twice or kept in another order is no ring', () => {
    const shapes = [
      // The whole is the model's output.
      (b: ModelBuilder, x: number, v: number) => {
        const all = b.concat(1, [b.read(v), b.pool(x)]);
        b.assign(v, b.slice(all, [0, 1, 0, 0], [1, 4, 1, 4]));
        return all;
      },
      // The news come first.
      (b: ModelBuilder, x: number, v: number) => {
        const all = b.concat(1, [b.pool(x), b.read(v)]);
        b.assign(v, b.slice(all, [0, 0, 0, 0], [1, 3, 1, 4]));
        return b.pool(all);
      },
      // Not the newest rows are kept.
      (b: ModelBuilder, x: number, v: number) => {
        const all = b.concat(1, [b.read(v), b.pool(x)]);
        b.assign(v, b.slice(all, [0, 0, 0, 0], [1, 3, 1, 4]));
        return b.pool(all);
      },
      // Read once more, after it was assigned.
      (b: ModelBuilder, x: number, v: number) => {
        const all = b.concat(1, [b.read(v), b.pool(x)]);
        b.assign(v, b.slice(all, [0, 1, 0, 0], [1, 4, 1, 4]));
        return b.concat(1, [b.pool(all), b.pool(b.read(v))]);
      },
    ];
    for (const shape of shapes) {
      const b = new ModelBuilder();
      const x = b.tensor([1, 1, 1, 4]);
      const v = b.variable([1, 3, 1, 4], new Array(12).fill(7));
      const model = b.model([x], [shape(b, x, v)]);
      const plan = planModel(model, HOST);
      expect(plan.state.rings).toEqual([]);
      expectSound(model, plan);
    }
  });

  test('a value read before and used after the assignment is copied', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 1, 1, 8]);
    const v = b.variable([1, 1, 1, 8], new Array(8).fill(0));
    const old = b.read(v);
    b.assign(v, b.pool(x));
    const model = b.model([x], [b.add(old, x)]);
    expectSound(model, planModel(model, HOST));
    expect(plannedKernels(model)).toContain('copy');
  });

  test('a variable that is assigned what it holds, or swapped with another, stays right', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 1, 1, 8]);
    const [v, w] = [
      b.variable([1, 1, 1, 8], new Array(8).fill(1)),
      b.variable([1, 1, 1, 8], new Array(8).fill(2)),
    ];
    const [a, c] = [b.read(v), b.read(w)];
    b.assign(w, a);
    b.assign(v, c);
    const again = b.read(v);
    b.assign(v, again);
    const model = b.model([x], [b.add(x, b.add(a, c))]);
    expectSound(model, planModel(model, HOST));
  });

  test('initial values that differ from byte to byte come from constant data', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 4]);
    const v = b.variable([1, 4], [1, 2, 3, 4]);
    const old = b.read(v);
    b.assign(v, b.relu(x));
    const plan = planModel(b.model([x], [b.add(old, x)]), HOST);
    expect(plan.state.resets).toMatchObject([{ kind: 'copy', offset: 0, bytes: 4 }]);
    expect([...plan.constants.at(-1)!.values]).toEqual([1, 2, 3, 4]);
  });
});

describe('what is refused', () => {
  const problemsOf = (model: Model) => {
    try {
      planModel(model, HOST);
    } catch (error) {
      if (error instanceof KwsError) return error;
      throw error;
    }
    throw new Error('nothing was refused');
  };

  test('operators without a kernel, all of them, by name', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 4]);
    const foreign = (name: string, from: number) =>
      b.op('FOREIGN', [from], [b.tensor([1, 4])], { builtinCode: 99, name });
    const error = problemsOf(b.model([x], [foreign('SVDF', foreign('GATHER', x))]));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('operator 0 (GATHER)');
    expect(error.message).toContain('operator 1 (SVDF)');
  });

  test('several inputs, values nobody writes, values written twice', () => {
    const b = new ModelBuilder();
    const [x, y] = [b.tensor([1, 4]), b.tensor([1, 4])];
    const z = b.add(x, y);
    expect(problemsOf(b.model([x, y], [z])).message).toContain('the model has 2 inputs, not one');
    expect(problemsOf(b.model([x], [z])).message).toContain(
      'small, operator 0 (ADD): reads tensor 1, which nothing before it writes',
    );
    b.op('RELU', [x], [z], {});
    expect(problemsOf(b.model([x], [z])).message).toContain('writes tensor 2, which has a value already');
  });
});

/** Bytes of arena and state. */
const SHARED = [
  ['micro_speech', 'micro_speech/micro_speech_quantized.tflite', 4208, 0],
  ['kws_ref', 'mlperf_tiny/kws_ref_model.tflite', 8640, 0],
  ['str_ww', 'mlperf_tiny/str_ww_ref_model.tflite', 3744, 0],
  ['okay_nabu v1', 'esphome/v1/okay_nabu.tflite', 7184, 8416],
  ['okay_nabu v2', 'esphome/v2/okay_nabu.tflite', 64, 4624],
  ['vad v2', 'esphome/v2/vad.tflite', 96, 1600],
  ['ResNet-8', 'mlperf_tiny/pretrainedResnet_quant.tflite', 33_792, 0],
  ['hello_world', 'micro_speech/hello_world_int8.tflite', 32, 0],
] as const;

describeWithSharedData('published models', () => {
  test.each(SHARED)('%s', (_, path, arena, state) => {
    const model = openModel(readFileSync(sharedPath('models', path)), path);
    const plan = planModel(model, HOST);
    expect(plan.arena.bytes).toBeLessThanOrEqual(1.01 * plan.arena.lowerBound);
    // Not worse than when this was written.
    expect(plan.arena.bytes).toBeLessThanOrEqual(arena);
    expect(plan.state.bytes).toBeLessThanOrEqual(state);
    expectSound(model, plan);
    expect(planModel(model, HOST)).toEqual(plan);
    // With the kernels of another instruction set and what they guarantee.
    const dsp = planModel(model, coreTarget('cortex-m4f'));
    expect(dsp.arena.bytes).toBeGreaterThanOrEqual(dsp.arena.lowerBound);
    expectSound(model, dsp);
  });
});
