import { expect, test } from 'vitest';
import { describedModel } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { supportingRuntimes, unsupportedOperators } from '../../src/verify/support.js';
import { cnn, streaming } from '../model/sample-models.js';

/** The model with its TANH replaced by an operator we do not compute. */
function foreign(builtinCode: number, name: string): Model {
  const model = describedModel(cnn());
  const operators = model.operators.map((operator) =>
    operator.kind === 'TANH'
      ? { ...operator, kind: 'FOREIGN' as const, options: { builtinCode, name } }
      : operator,
  );
  return { ...model, operators };
}

test.each([cnn, streaming])('both runtimes take %o', (make) => {
  expect(supportingRuntimes(describedModel(make()))).toEqual(['aot', 'tflm']);
});

test('an operator only the interpreter has is named with its index, and the runtime that takes it', () => {
  const model = foreign(117, 'HARD_SWISH');
  expect(unsupportedOperators(model, 'aot')).toEqual([
    {
      where: 'cnn, operator 12 (HARD_SWISH)',
      what: 'the compiled runtime (aot) does not have this operator',
      next: 'choose the runtime tflm',
    },
  ]);
  expect(unsupportedOperators(model, 'tflm')).toEqual([]);
  expect(supportingRuntimes(model)).toEqual(['tflm']);
});

test.each([
  [150, 'GELU'],
  [32, 'FlexErf'],
  [32, 'HARD_SWISH'], // a custom operator with a builtin's name is another operator
  [32, 'constructor'],
])('code %d, %s: no runtime has it', (code, name) => {
  const model = foreign(code, name);
  expect(supportingRuntimes(model)).toEqual([]);
  expect(unsupportedOperators(model, 'tflm')[0]).toMatchObject({
    what: "TensorFlow Lite Micro's interpreter (tflm) does not have this operator",
    next: 'no runtime has it: change the model so that it does without',
  });
});

test('a depthwise bias marked as absent is refused for the interpreter, which crashes on it', () => {
  const model = describedModel(cnn());
  const operators = model.operators.map((operator) =>
    operator.kind === 'DEPTHWISE_CONV_2D' ? { ...operator, inputs: [...operator.inputs, -1] } : operator,
  );
  expect(unsupportedOperators({ ...model, operators }, 'tflm')).toEqual([
    {
      where: 'cnn, operator 1 (DEPTHWISE_CONV_2D)',
      what: "TensorFlow Lite Micro's interpreter (tflm) crashes on a depthwise convolution whose bias is -1",
      next: 'choose the runtime aot',
    },
  ]);
});
