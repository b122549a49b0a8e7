/**
 * Models that end in logits become models of probabilities: the operator that is added is in the model and in its
 * file, and computes what training took of the logits. What can be no probability is refused.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../../src/diagnostics/errors.js';
import { describedModel, ModelBuilder, type NewTensor } from '../../../src/model/builder.js';
import type { Activation, Model } from '../../../src/model/types.js';
import { outputMeaning } from '../../../src/passes/probabilities/meaning.js';
import { withProbabilities } from '../../../src/passes/probabilities/probabilities.js';
import { openModel, readModel } from '../../../src/readers/read-model.js';
import { createEngine } from '../../../src/reference/engine.js';
import { writeModel } from '../../../src/tflite/build.js';
import { random } from '../../support/random.js';
import { describeWithSharedData, sharedPath } from '../../support/shared-data.js';

const INPUT = 12;

/** A dense layer, int8 or float, and what the row does with its output. */
function dense(
  outputs: number,
  then: (b: ModelBuilder, logits: number) => number = (_, logits) => logits,
  {
    float = false,
    activation = 'NONE' as Activation,
    shape = [1, outputs],
    scale = 0.05,
    zeroPoint = -20,
  } = {},
): Model {
  const b = new ModelBuilder('dense');
  const next = random(outputs);
  const [type, affine] = float
    ? (['float32', {}] as const)
    : (['int8', { scale: 0.02, zeroPoint: 3 }] as const);
  const x = b.input('x', [1, INPUT], affine, type);
  const values = Array.from({ length: outputs * INPUT }, () => (next(255) - 127) / (float ? 100 : 1));
  const w = b.constant('w', type, [outputs, INPUT], values, float ? {} : { scale: 0.01 });
  const y: NewTensor = { name: 'y', shape, type, ...(float ? {} : { scale, zeroPoint }) };
  const logits = b.add('FULLY_CONNECTED', [x, w], y, { activation, keepNumDims: false });
  const description = b.build([then(b, logits)]);
  return float ? describedModel(description) : openModel(writeModel(description), 'dense.tflite');
}

const softmaxOf = (logits: readonly number[]) => {
  const powers = logits.map((value) => Math.exp(value - Math.max(...logits)));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
};
const probabilitiesOf = (logits: readonly number[]) =>
  logits.length === 1 ? [1 / (1 + Math.exp(-logits[0]!))] : softmaxOf(logits);

/** The outputs as real numbers, for pseudo-random inputs. */
function run(model: Model, seed: number): number[][] {
  const engine = createEngine(model);
  const [input, output] = [model.tensors[model.inputs[0]!]!, model.tensors[model.outputs[0]!]!];
  const count = input.shape.reduce((product, size) => product * size, 1);
  const next = random(seed);
  return Array.from({ length: 10 }, () => {
    const values = Array.from({ length: count }, () => next(256) - 128);
    const row = input.type === 'float32' ? Float32Array.from(values, (v) => v / 128) : Int8Array.from(values);
    const [y] = engine.invoke([row]);
    const { scales, zeroPoints } = output.quantization ?? { scales: [1], zeroPoints: [0] };
    return Array.from(y as Int8Array, (q) => scales[0]! * (q - zeroPoints[0]!));
  });
}

const ROWS: readonly (readonly [string, () => Model, 'softmax' | 'sigmoid'])[] = [
  ['one logit', () => dense(1), 'sigmoid'],
  ['one logit that calibration never saw below 0', () => dense(1, undefined, { zeroPoint: -128 }), 'sigmoid'],
  [
    'one logit whose range looks like a probability’s',
    () => dense(1, undefined, { scale: 1 / 256, zeroPoint: -128 }),
    'sigmoid',
  ],
  ['three logits', () => dense(3), 'softmax'],
  ['four logits, not in the last dimension', () => dense(4, (b, y) => b.reshape(y, [1, 4, 1])), 'softmax'],
  [
    'three logits as uint8 of an odd scale',
    () =>
      dense(3, (b, y) =>
        b.add('QUANTIZE', [y], { shape: [1, 3], type: 'uint8', scale: 0.061, zeroPoint: 101 }, {}),
      ),
    'softmax',
  ],
  [
    'one logit as float',
    () => dense(1, (b, y) => b.add('DEQUANTIZE', [y], { shape: [1, 1], type: 'float32' }, {})),
    'sigmoid',
  ],
  [
    'two logits of a relu layer',
    () => dense(2, undefined, { activation: 'RELU', zeroPoint: -128 }),
    'softmax',
  ],
  ['three logits of a float model', () => dense(3, undefined, { float: true }), 'softmax'],
  ['one logit of a float model', () => dense(1, undefined, { float: true }), 'sigmoid'],
  [
    'five logits of a float model, not in the last dimension',
    () => dense(5, (b, y) => b.reshape(y, [1, 5, 1]), { float: true }),
    'softmax',
  ],
];

/** The int8 logits behind a conversion. */
function logitsOf(model: Model): Model {
  const last = model.operators.at(-1)!;
  const converts = last.kind === 'QUANTIZE' || last.kind === 'DEQUANTIZE';
  return converts ? { ...model, operators: model.operators.slice(0, -1), outputs: [last.inputs[0]!] } : model;
}

describe('logits', () => {
  test.each(ROWS)('%s', (_, make, wanted) => {
    const model = make();
    const { model: made, added } = withProbabilities(model);
    expect(added).toBe(wanted);
    expect(outputMeaning(made)).toEqual({ kind: 'probabilities' });
    const output = made.tensors[made.outputs[0]!]!;
    const isFloat = model.tensors[model.outputs[0]!]!.type === 'float32' && model.source.bytes.length === 0;
    if (!isFloat) {
      expect(output).toMatchObject({ type: 'int8', quantization: { scales: [1 / 256], zeroPoints: [-128] } });
      // The file that runtimes embed is that of the model, with its own hash.
      const again = openModel(made.source.bytes, 'again.tflite');
      expect(again.operators).toEqual(made.operators);
      expect(made.source.sha256).not.toBe(model.source.sha256);
    }
    const tolerance = isFloat ? 1e-6 : 1.01 / 256;
    const theirs = run(logitsOf(model), 7).map(probabilitiesOf);
    for (const [i, ours] of run(made, 7).entries())
      for (const [j, p] of ours.entries())
        expect(Math.abs(p - theirs[i]![j]!), `${i} ${j}`).toBeLessThanOrEqual(tolerance);
    expect(withProbabilities(made), 'nothing is added twice').toEqual({ model: made });
    expect(withProbabilities(made, 'logits').added).toBeUndefined();
    expect(withProbabilities(model, 'probabilities')).toEqual({ model });
  });
});

const P = { scale: 1 / 256, zeroPoint: -128 };

describe('probabilities stay as they are', () => {
  test.each<[string, () => Model]>([
    ['of a softmax', () => dense(3, (b, y) => b.add('SOFTMAX', [y], { shape: [1, 3], ...P }, { beta: 1 }))],
    ['of several sigmoids', () => dense(3, (b, y) => b.add('LOGISTIC', [y], { shape: [1, 3], ...P }, {}))],
    [
      'reshaped',
      () => dense(3, (b, y) => b.reshape(b.add('SOFTMAX', [y], { shape: [1, 3], ...P }, { beta: 1 }), [3])),
    ],
    [
      'as uint8 of an odd scale',
      () =>
        dense(1, (b, y) =>
          b.add(
            'QUANTIZE',
            [b.add('LOGISTIC', [y], { shape: [1, 1], ...P }, {})],
            { shape: [1, 1], type: 'uint8', scale: 1 / 200, zeroPoint: 10 },
            {},
          ),
        ),
    ],
    ['of a hard sigmoid', () => hardSigmoid()],
    ['of a tanh, moved to 0…1', () => tanhMoved()],
    [
      'of a clipped layer',
      () => dense(2, undefined, { activation: 'RELU6', scale: 1 / 255, zeroPoint: -128 }),
    ],
  ])('%s', (_, make) => {
    const model = make();
    expect(withProbabilities(model)).toEqual({ model });
  });
});

/** max(0, min(6, x + 3)) / 6 */
function hardSigmoid(): Model {
  return dense(
    2,
    (b, y) => {
      const to = { shape: [1, 2], type: 'float32' } as const;
      const moved = b.add('ADD', [y, b.constant('three', 'float32', [1], [3])], to, { activation: 'RELU6' });
      return b.add('MUL', [moved, b.constant('sixth', 'float32', [1], [1 / 6])], to, { activation: 'NONE' });
    },
    { float: true },
  );
}

function tanhMoved(): Model {
  return dense(
    1,
    (b, y) => {
      const to = { shape: [1, 1], type: 'float32' } as const;
      const half = b.constant('half', 'float32', [1], [0.5]);
      const halved = b.add('MUL', [b.add('TANH', [y], to, {}), half], to, { activation: 'NONE' });
      return b.add('ADD', [half, halved], to, { activation: 'NONE' });
    },
    { float: true },
  );
}

describe('what can be no probability is refused, with the way out', () => {
  test.each<[string, () => Model, string]>([
    [
      'tanh',
      () => dense(1, (b, y) => b.add('TANH', [y], { shape: [1, 1], scale: 1 / 128, zeroPoint: 0 }, {})),
      'its outputs are −1 to 1, as tanh gives them',
    ],
    [
      'tanh of several, float',
      () => dense(3, (b, y) => b.add('TANH', [y], { shape: [1, 3], type: 'float32' }, {}), { float: true }),
      'its outputs are −1 to 1, as tanh gives them',
    ],
    ['an autoencoder', () => dense(INPUT), 'it gives as many values as it takes, 12, as an autoencoder does'],
    [
      'a map',
      () => dense(6, (b, y) => b.reshape(y, [1, 3, 2])),
      'its output is 1x3x2, not one value per label',
    ],
    [
      'one relu',
      () => dense(1, undefined, { activation: 'RELU', zeroPoint: -128 }),
      'its output is never negative and has no upper end, as relu gives it',
    ],
  ])('%s', (_, make, why) => {
    const model = make();
    let error: unknown;
    try {
      withProbabilities(model, undefined, 'my.tflite');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(KwsError);
    const [problem] = (error as KwsError).problems;
    expect(problem).toMatchObject({
      what: 'its outputs are no probabilities of labels',
      where: 'my.tflite',
      why: expect.stringContaining(why.slice(0, 24)),
    });
    expect(problem!.next).toContain('--output logits');
    // The user knows better.
    expect(withProbabilities(model, 'probabilities')).toEqual({ model });
    expect(withProbabilities(model, 'logits').added).toMatch(/softmax|sigmoid/);
  });
});

describeWithSharedData('models of others', () => {
  const read = async (...path: string[]) => {
    const file = sharedPath(...path);
    return readModel(readFileSync(file), path.at(-1)!, async (name) => readFileSync(join(file, '..', name)));
  };
  test.each([
    [['cases', 'logits-output', 'o_logit1_i8.tflite'], 'sigmoid'],
    [['cases', 'logits-output', 'o_logits3_i8.tflite'], 'softmax'],
    [['cases', 'logits-output', 'logits.keras'], 'softmax'],
    [['models', 'micro_speech', 'micro_speech_quantized.tflite'], undefined],
    [['models', 'esphome', 'v2', 'okay_nabu.tflite'], undefined],
    [['models', 'mlperf_tiny', 'str_ww_ref_model.h5'], undefined],
    [['models', 'float', 'wake_word_stop_lite.tflite'], undefined],
  ] as const)('%j: %s', async (path, wanted) => {
    const model = await read(...path);
    const { model: made, added } = withProbabilities(model);
    expect(added).toBe(wanted);
    if (wanted === undefined) return;
    const sums = run(made, 3).map((row) => row.reduce((sum, p) => sum + p, 0));
    if (wanted === 'softmax') for (const sum of sums) expect(Math.abs(sum - 1)).toBeLessThan(0.02);
    else for (const p of sums) expect(p).toBeGreaterThanOrEqual(0);
  });
});
