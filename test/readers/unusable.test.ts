/** Models of other systems that are well-formed and of no use here: one sentence each. */
import { describe, expect, test } from 'vitest';
import { describedModel, ModelBuilder } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { refuseUnusable } from '../../src/readers/unusable.js';
import { cnn, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';

const FLOAT = 'float32' as const;

function wakeHead(frames: number): Model {
  const b = new ModelBuilder('hey');
  const x = b.input('onnx____Flatten_0', [1, frames, 96], {}, FLOAT);
  const w = b.constant('w', FLOAT, [1, frames * 96], new Float32Array(frames * 96));
  const flat = b.reshape(x, [1, frames * 96]);
  const y = b.add(
    'FULLY_CONNECTED',
    [flat, w],
    { shape: [1, 1], type: FLOAT },
    { activation: 'NONE', keepNumDims: false },
  );
  return describedModel(b.build([b.add('LOGISTIC', [y], { shape: [1, 1], type: FLOAT }, {})]));
}

/** Frames and `states` states go in, the states and a probability come out. */
function carried(states: number): Model {
  const b = new ModelBuilder('stream');
  const x = b.input('x', [1, 1, 40], {}, FLOAT);
  const kept = Array.from({ length: states }, (_, i) => {
    const state = b.input(`state${i}`, [1, 3 + i, 40], {}, FLOAT);
    return b.add('TANH', [state], { shape: [1, 3 + i, 40], type: FLOAT }, {});
  });
  const y = b.add('TANH', [x], { shape: [1, 1, 40], type: FLOAT }, {});
  const flat = b.reshape(y, [40]);
  return describedModel(b.build([flat, ...kept]));
}

function edgeTpu(): Model {
  const model = describedModel(cnn());
  const operators = model.operators.map((operator) => ({
    ...operator,
    kind: 'FOREIGN' as const,
    options: { builtinCode: 32, name: 'edgetpu-custom-op' },
  }));
  return { ...model, operators };
}

function unset(shape: readonly number[]): Model {
  const model = describedModel(cnn());
  return {
    ...model,
    tensors: model.tensors.map((one, id) => (id === model.inputs[0] ? { ...one, shape } : one)),
  };
}

describe('refused with what it is and what to do', () => {
  test.each<[string, Model, string, string]>([
    ['openWakeWord', wakeHead(16), 'is an openWakeWord model', 'microWakeWord'],
    ['openWakeWord with a longer window', wakeHead(28), 'is an openWakeWord model', 'microWakeWord'],
    ['Edge TPU', edgeTpu(), 'is compiled for the Edge TPU', 'edgetpu_compiler was given'],
    ['one state outside', carried(1), 'keeps its state outside', 'internal state'],
    ['three states outside', carried(3), 'keeps its state outside', 'internal state'],
    ['no shape', unset([]), 'does not say what shape its input has', 'fixed one'],
    ['a shape of nothing', unset([1, 0, 40]), 'does not say what shape its input has', 'fixed one'],
  ])('%s', (_, model, what, next) => {
    const lines = inputErrorOf(() => refuseUnusable(model, 'm.tflite')).split('\n');
    expect(lines[0]).toContain(`m.tflite: ${what}`);
    expect(lines.at(-1)).toMatch(/^ {2}next: /);
    expect(lines.at(-1)).toContain(next);
  });

  test.each([cnn, streaming])('%o is none of them', (make) => {
    const model = describedModel(make());
    expect(refuseUnusable(model, 'm.tflite')).toBe(model);
  });
});
