/** ResNet-8, whose float and int8 files MLPerf Tiny ships, without the data it was calibrated with. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { roundHalfAway } from '../../src/model/arithmetic.js';
import { describedModel } from '../../src/model/builder.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import { floats } from '../../src/quantize/rewrite/operators.js';
import { openModel } from '../../src/readers/read-model.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { comparePair, computing, constantIntegers, rangesOf } from './pairs.js';

const open = (file: string) => openModel(readFileSync(sharedPath('models', 'mlperf_tiny', file)), file);

/** The inverse of a channel's scale as older versions of TensorFlow took it: 127 over the range, not 1 over the scale. */
function olderInteger(values: Float32Array, i: number, channels: number): number {
  const size = values.length / channels;
  const channel = Math.floor(i / size);
  const range = values
    .subarray(channel * size, (channel + 1) * size)
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return roundHalfAway(Math.fround(values[i]! * Math.fround(127 / range)));
}

describeWithSharedData('ResNet-8 with the ranges of its int8 file', () => {
  const float = open('pretrainedResnet.tflite');
  const shipped = open('pretrainedResnet_quant.tflite');
  const ours = describedModel(quantizeModel(float, rangesOf(float, shipped)).description);
  const { activations, weights, ...rest } = comparePair(ours, shipped);

  test('every scale of weights, every bias and its scale is the shipped one', () => {
    expect(rest).toEqual({
      weightScales: { total: 337, different: 0, largest: 0 },
      biasScales: { total: 337, different: 0, largest: 0 },
      biases: { total: 346, different: 0, largest: 0 },
    });
  });

  test('of its activations one scale has another last bit: a range made from a scale does not give it back', () => {
    expect(activations).toEqual({ total: 32, different: 1, largest: 2 ** -27 });
  });

  test('of 77,360 weights one differs by one, for which the older TensorFlow had another inverse', () => {
    expect(weights).toEqual({ total: 77_360, different: 1, largest: 1 });
    const [a, b] = [computing(ours), computing(shipped)];
    const found = a.flatMap((operator, k) => {
      const [x, y] = [ours.tensors[operator.inputs[1] ?? -1], shipped.tensors[b[k]!.inputs[1] ?? -1]];
      if (x?.data === undefined || y?.data === undefined) return [];
      const [mine, theirs] = [constantIntegers(x), constantIntegers(y)];
      const at = mine.findIndex((value, i) => value !== theirs[i]);
      if (at < 0) return [];
      const real = float.tensors[computing(float)[k]!.inputs[1]!]!;
      return [olderInteger(floats(real.data!), at, real.shape[0]!) - theirs[at]!];
    });
    expect(found).toEqual([0]);
  });
});
