/** Frozen graphs of TensorFlow 1, with and without an audio front end in them. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { readModel } from '../../src/readers/read-model.js';
import { inputErrorIn } from '../support/errors.js';
import { type AttributeValue, constantNode, graphDef, type NodeText } from '../support/graph-def-writer.js';
import { sharedData, sharedPath } from '../support/shared-data.js';
import { noSiblings, runFloat } from './fixture-models.js';

const WEIGHTS = [1, -2, 3, 4, 5, -6];
/** [1, 1, 3] features → two numbers. */
const network = (features: string): NodeText[] => [
  constantNode('flat', [2], [1, 3], true),
  { name: 'reshape', op: 'Reshape', inputs: [features, 'flat'] },
  constantNode('weights', [3, 2], WEIGHTS),
  { name: 'weights/read', op: 'Identity', inputs: ['weights'] },
  { name: 'product', op: 'MatMul', inputs: ['reshape', 'weights/read'] },
  constantNode('low', [], [-8]),
  constantNode('high', [], [8]),
  { name: 'rounded', op: 'FakeQuantWithMinMaxVars', inputs: ['product', 'low', 'high'] },
  { name: 'output', op: 'Relu', inputs: ['rounded'] },
  { name: 'init', op: 'NoOp' },
];
const audio = (mfcc: Readonly<Record<string, AttributeValue>>): NodeText[] => [
  { name: 'wav', op: 'Placeholder', attributes: { dtype: { type: 7 } } },
  { name: 'decoded', op: 'DecodeWav', inputs: ['wav'], attributes: { desired_samples: { integer: 480 } } },
  {
    name: 'spectrogram',
    op: 'AudioSpectrogram',
    inputs: ['decoded'],
    attributes: {
      window_size: { integer: 480 },
      stride: { integer: 160 },
      magnitude_squared: { flag: true },
    },
  },
  { name: 'mfcc', op: 'Mfcc', inputs: ['spectrogram', 'decoded:1'], attributes: mfcc },
];
const placeholder: NodeText = {
  name: 'features',
  op: 'Placeholder',
  attributes: { dtype: { type: 1 }, shape: { shape: [1, 1, 3] } },
};
const read = (nodes: readonly NodeText[], name = 'frozen.pb') => readModel(graphDef(nodes), name, noSiblings);

describe('a frozen graph', () => {
  test('computes what its nodes say; rounding that training simulated is left out', async () => {
    const model = await read([placeholder, ...network('features')]);
    expect(model.source.format).toBe('frozen-graph');
    expect(runFloat(model, [1, 2, 0.5])).toEqual([1 + 6 + 2.5, Math.max(0, -2 + 8 - 3)]);
  });

  test('is cut behind its audio front end, which is named with its settings', async () => {
    const settings = {
      dct_coefficient_count: { integer: 3 },
      filterbank_channel_count: { integer: 24 },
      upper_frequency_limit: { float: 7600 },
    };
    const model = await read([...audio(settings), ...network('mfcc')]);
    expect(model.tensors[model.inputs[0]!]!.shape).toEqual([1, 1, 3]);
    expect(runFloat(model, [1, 2, 0.5])).toEqual([9.5, 3]);
    expect(model.source.description).toBe(
      'cut behind its audio front end: 3 MFCCs of 30 ms every 10 ms, as the preset tensorflow-mfcc computes them',
    );
    const preset = FRONTEND_PRESETS['tensorflow-mfcc'];
    expect(model.frontend).toEqual({
      ...preset,
      windowSamples: 480,
      stepSamples: 160,
      fftSize: 512,
      filterbank: { ...preset.filterbank, channels: 24, upperBandLimit: 7600 },
      dct: { ...preset.dct, coefficients: 3 },
    });
  });

  test.each<[string, readonly NodeText[], RegExp]>([
    [
      'weights in a checkpoint',
      [placeholder, { name: 'w', op: 'VariableV2' }, ...network('features')],
      /is a graph without its weights: they are in a checkpoint\n {2}next: freeze it/,
    ],
    [
      'a recurrent node',
      [placeholder, { name: 'cell', op: 'BlockLSTM', inputs: ['features'] }, ...network('cell')],
      /node cell \(BlockLSTM\): is an operation of the kind BlockLSTM, which kws-gen does not read\n {2}next: recurrent/,
    ],
    [
      'several outputs',
      [placeholder, ...network('features'), { name: 'more', op: 'Tanh', inputs: ['product'] }],
      /has 2 outputs: output, more/,
    ],
  ])('%s: said', async (_, nodes, message) => {
    expect(await inputErrorIn(read(nodes))).toMatch(message);
  });

  test.skipIf(sharedData === undefined)('of ML-KWS-for-MCU, cut at its MFCCs', async () => {
    const path = sharedPath('models', 'wild', 'arm', 'DS_CNN_S.pb');
    const model = await readModel(new Uint8Array(readFileSync(path)), 'DS_CNN_S.pb', noSiblings);
    expect(model.tensors[model.inputs[0]!]!.shape).toEqual([1, 49, 10]);
    expect(model.tensors[model.outputs[0]!]!.shape).toEqual([1, 12]);
    expect(model.frontend).toEqual(FRONTEND_PRESETS['tensorflow-mfcc']);
  });
});
