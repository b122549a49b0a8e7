import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describedModel } from '../../src/model/builder.js';
import { openModel } from '../../src/readers/read-model.js';
import { numberKind, requireInt8 } from '../../src/verify/int8.js';
import { cnn, dense, floatEnds, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

describe('numbers of a model', () => {
  test.each([
    ['cnn', cnn],
    ['streaming, uint8 at its end', streaming],
    ['float at both ends', floatEnds],
  ])('%s is int8', (_, make) => {
    const model = describedModel(make());
    expect(requireInt8(model)).toBe(model);
  });

  test.each([
    ['float32', 'float32', 'float', 'is a float model'],
    ['float32', 'int8', 'hybrid', 'is a hybrid model: int8 weights, float activations'],
    ['int16', 'int8', 'int16', 'has 16-bit activations'],
  ] as const)('%s activations, %s weights: %s', (activations, weights, kind, what) => {
    const model = describedModel(dense(activations, weights));
    expect(numberKind(model)).toBe(kind);
    const lines = inputErrorOf(() => requireInt8(model)).split('\n');
    expect(lines[0]).toBe(`dense, operator 0 (FULLY_CONNECTED): ${what}`);
    expect(lines[1]).toMatch(/^ {2}why: /);
    expect(lines[2]).toMatch(/^ {2}next: quantize .*: kws-gen quantize MODEL --calibrate RECORDINGS/);
  });

  test('weights that are stored small and dequantized are a float model', () => {
    const model = describedModel(floatEnds());
    const weights = model.tensors.findIndex(({ name }) => name === 'w');
    const last = model.operators.length - 1;
    const stored = model.operators.with(last, { ...model.operators[last]!, inputs: [weights] });
    expect(numberKind({ ...model, operators: stored })).toBe('float');
  });
});

describeWithSharedData('models people trained', () => {
  test.each([
    ['mlperf_tiny/kws_ref_model_float32', 'hybrid'],
    ['mlperf_tiny/pretrainedResnet', 'float'],
    ['float/wake_word_stop_lite', 'float'],
    ['mlperf_tiny/pretrainedResnet_quant', 'int8'],
    ['mlperf_tiny/str_ww_ref_model', 'int8'],
    ['esphome/v1/okay_nabu', 'int8'],
    ['esphome/v2/vad', 'int8'],
  ])('%s is %s', (name, kind) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', `${name}.tflite`)));
    expect(numberKind(openModel(bytes, name))).toBe(kind);
  });
});
