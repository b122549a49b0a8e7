/**
 * The quantizer against TensorFlow's own (2.21): the same float file with the same ranges through its rules, and
 * str_ww the whole way, calibration included. Integers and scales are compared for equality; what differs is
 * counted and explained.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { readNpy } from '../../src/files/npy.js';
import { readZip } from '../../src/files/zip.js';
import { describedModel } from '../../src/model/builder.js';
import { elementCount } from '../../src/model/elements.js';
import type { Model, Tensor } from '../../src/model/types.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import { floats } from '../../src/quantize/rewrite/operators.js';
import type { Ranges } from '../../src/quantize/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { readTflite } from '../../src/readers/tflite.js';
import { modelFile, writeModel } from '../../src/tflite/build.js';
import { encodeTflite } from '../../src/tflite/encode.js';
import { FLOAT_ZOO, zooInputs } from '../quantize/float-zoo.js';
import { type Count, comparePair, constantIntegers, rangesOf } from '../quantize/pairs.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { sharedData, sharedPath } from '../support/shared-data.js';
import { asLitert } from './litert.js';

/** The float model as a file whose activations carry their ranges, as TensorFlow's calibrator leaves it. */
function withRanges(model: Model, ranges: Ranges): Uint8Array {
  const file = modelFile(model);
  const [main, ...others] = file.subgraphs;
  const tensors = main!.tensors.map((tensor, id) => {
    const range = ranges.get(id);
    if (range === undefined) return tensor;
    const quantization = {
      min: [range.min],
      max: [range.max],
      scales: [],
      zeroPoints: [],
      details: { type: 'none' as const },
      axis: 0,
    };
    return { ...tensor, quantization };
  });
  return encodeTflite({ ...file, subgraphs: [{ ...main!, tensors }, ...others] });
}

const open = (...path: string[]) => openModel(readFileSync(sharedPath('models', ...path)), path.at(-1)!);

interface Subject {
  readonly name: string;
  readonly model: Model;
  readonly ranges: Ranges;
}

/** Models without state, which TensorFlow does not quantize, and without what only its own runtime computes. */
function subjects(): Subject[] {
  const zoo = FLOAT_ZOO.filter(({ name, variables }) => variables.length === 0 && name !== 'clamps');
  const list = zoo.map((model) => ({
    name: model.name,
    model,
    ranges: calibrate(model, zooInputs(model, 1)),
  }));
  if (sharedData === undefined) return list;
  const resnet = open('mlperf_tiny', 'pretrainedResnet.tflite');
  const int8 = open('mlperf_tiny', 'pretrainedResnet_quant.tflite');
  const stop = open('float', 'wake_word_stop_lite.tflite');
  return [
    ...list,
    { name: 'ResNet-8', model: resnet, ranges: rangesOf(resnet, int8) },
    { name: 'stop', model: stop, ranges: calibrate(stop, zooInputs(stop, 5, 6)) },
  ];
}

const equal = (total: number) => ({ total, different: 0, largest: 0 });

/** The largest error of a layer's weights, in steps of its own scale. */
function worstWeight(float: Model, int8: Model, layer: number): number {
  const [real, kept] = [float, int8].map((m) => m.tensors[m.operators[layer]!.inputs[1]!]!) as [
    Tensor,
    Tensor,
  ];
  const values = floats(real.data!);
  const scale = kept.quantization!.scales[0]!;
  const integers = constantIntegers(kept);
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value / scale - integers[i]!)), 0);
}

describeWithOracles(['tensorflow', 'tf_keras'], "TensorFlow's quantizer", () => {
  const all = subjects();
  const keras =
    sharedData === undefined
      ? null
      : {
          model: sharedPath('models', 'mlperf_tiny', 'str_ww_ref_model.h5'),
          samples: sharedPath('models', 'mlperf_tiny', 'calibration_samples.npz'),
        };
  /** Every kind of file with one output, state included, as it is read again. */
  const written = FLOAT_ZOO.filter(({ outputs }) => outputs.length === 1).map((model) => {
    const { description } = quantizeModel(model, calibrate(model, zooInputs(model, 1)));
    return openModel(writeModel(description), `${model.name}.tflite`);
  });
  let answers: {
    readonly models: readonly (string | { readonly error: string })[];
    readonly ours: readonly string[];
    readonly keras?: { readonly float: string; readonly int8: string };
  };

  beforeAll(() => {
    const models = all.map(({ model, ranges }) => Buffer.from(withRanges(model, ranges)).toString('base64'));
    const ours = written.map(({ source }) => Buffer.from(source.bytes).toString('base64'));
    const jobs = Buffer.from(JSON.stringify({ models, ours, keras }));
    answers = JSON.parse(runOracle('test/oracles/quantizer_tensorflow.py', [], jobs).toString());
  });

  test.each(written.map((model, index) => [model.name, model, index] as const))(
    '%s: TensorFlow Lite computes the file, called by its signature',
    (_, model, index) => {
      const { shape } = model.tensors[model.inputs[0]!]!;
      const [output] = asLitert(model)(new Int8Array(elementCount(shape)).fill(1));
      expect(answers.ours[index]).toBe(Buffer.from(output!.buffer).toString('base64'));
    },
  );

  const decode = (text: string) => readTflite(Buffer.from(text, 'base64'), 'tensorflow.tflite');
  const theirsOf = (i: number): Model => {
    const answer = answers.models[i]!;
    if (typeof answer !== 'string') throw new Error(answer.error);
    return decode(answer);
  };
  const oursOf = ({ model, ranges }: Subject) => describedModel(quantizeModel(model, ranges).description);
  const numbered = all.map((one, index) => [one.name, one, index] as const);

  test.each(numbered.filter(([name]) => name !== 'extremes'))(
    '%s: every scale, zero point, weight and bias is the same',
    (_, one, index) => {
      const compared = comparePair(oursOf(one), theirsOf(index));
      for (const { total, ...rest } of Object.values(compared) as Count[])
        expect({ total, ...rest }).toEqual(equal(total));
    },
  );

  test.each(numbered.filter(([name]) => name === 'extremes'))(
    '%s: where TensorFlow keeps the integers of a scale it has replaced, ours fit the scale',
    (_, one, index) => {
      const [ours, theirs] = [oursOf(one), theirsOf(index)];
      // Ranges below 1e-6, as that of `quiet` is, TensorFlow widens for constants; here activations are, too.
      expect(comparePair(ours, theirs).activations.different).toBe(2);
      expect(worstWeight(one.model, ours, 0)).toBeLessThanOrEqual(0.5);
      expect(worstWeight(one.model, theirs, 0)).toBeGreaterThan(100);
    },
  );

  const shared = keras === null ? test.skip : test;
  shared('str_ww, calibrated with its 45 samples: only last bits of ranges differ', () => {
    const float = decode(answers.keras!.float);
    const archive = readZip(readFileSync(keras!.samples), 'samples', { entries: 10, bytes: 1e7 });
    const specs = Float32Array.from(readNpy(archive.read('specs.npy'), 'specs').values);
    const inputs = Array.from({ length: 45 }, (_, i) => ({
      name: `sample ${i}`,
      values: specs.slice(1200 * i, 1200 * (i + 1)),
    }));
    const ours = oursOf({ name: 'str_ww', model: float, ranges: calibrate(float, inputs) });
    const current = comparePair(ours, decode(answers.keras!.int8));
    const shipped = comparePair(ours, open('mlperf_tiny', 'str_ww_ref_model.tflite'));
    for (const { weights, biases } of [current, shipped]) {
      expect(weights).toEqual(equal(46_040));
      expect(biases).toEqual(equal(843));
    }
    // Sums of float kernels in another order: ranges, and the scales made of them, in their last bit or two. Which
    // order is TensorFlow's depends on the processor.
    expect(current.weightScales).toEqual(equal(841));
    expect(current.activations.total).toBe(22);
    expect(current.activations.largest).toBeLessThanOrEqual(2 ** -25);
    expect(current.biasScales.largest).toBeLessThan(1e-9);
    // The shipped file's batch norms were folded by another version: some scales of weights differ so, too.
    expect(shipped.activations.total).toBe(22);
    expect(shipped.activations.largest).toBeLessThanOrEqual(2 ** -25);
    expect(shipped.weightScales.different).toBeLessThan(shipped.weightScales.total / 4);
    expect(shipped.weightScales.largest).toBeLessThanOrEqual(2 ** -25);
    expect(shipped.biasScales.largest).toBeLessThan(1e-9);
  });
});
