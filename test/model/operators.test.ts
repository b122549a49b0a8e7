import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describedModel } from '../../src/model/builder.js';
import { BUILTIN_NAMES, builtinName, resolverMethod } from '../../src/model/builtins.js';
import { inspectModel } from '../../src/model/inspect.js';
import { KIND_OF_CODE, OPERATORS } from '../../src/model/operators.js';
import { resolverEntries } from '../../src/model/resolver.js';
import { openModel } from '../../src/readers/read-model.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { cnn, streaming } from './sample-models.js';

describe('names', () => {
  test.each([
    [0, 'ADD'],
    [32, 'CUSTOM'],
    [102, 'SPLIT_V'],
    [129, 'CALL_ONCE'],
    [144, 'ASSIGN_VARIABLE'],
    [161, 'RIGHT_SHIFT'],
    [209, 'STABLEHLO_CASE'],
    [500, 'builtin 500'],
  ])('builtin %d is %s', (code, name) => {
    expect(builtinName(code)).toBe(name);
  });

  test('every operator of the table has the code, the name and the method of the other table', () => {
    for (const [kind, info] of Object.entries(OPERATORS)) {
      if (kind === 'FOREIGN') continue;
      expect(BUILTIN_NAMES[info.builtinCode]).toBe(kind);
      expect(resolverMethod(kind)).toBe(info.tflm?.method);
      expect(KIND_OF_CODE.get(info.builtinCode)).toBe(kind);
    }
  });

  test.each([
    ['BATCH_MATMUL', undefined, 'AddBatchMatMul'],
    ['L2_POOL_2D', undefined, 'AddL2Pool2D'],
    ['UNIDIRECTIONAL_SEQUENCE_LSTM', undefined, 'AddUnidirectionalSequenceLSTM'],
    ['SELECT_V2', undefined, 'AddSelectV2'],
    ['SignalPCAN', 32, 'AddPCAN'],
    ['GELU', undefined, undefined],
    ['toString', 32, undefined],
  ])('%s (code %s) is registered by %s', (name, code, method) => {
    expect(resolverMethod(name, code)).toBe(method);
  });
});

describe('a resolver registers exactly what the model uses', () => {
  test('streaming: handles and initialisation too', () => {
    const entries = resolverEntries(describedModel(streaming()));
    expect(entries.map(({ method }) => method)).toEqual([
      'AddAdd',
      'AddAssignVariable',
      'AddCallOnce',
      'AddConcatenation',
      'AddFullyConnected',
      'AddLogistic',
      'AddQuantize',
      'AddReadVariable',
      'AddReshape',
      'AddSplitV',
      'AddStridedSlice',
      'AddVarHandle',
    ]);
    expect(entries.find(({ operator }) => operator === 'FULLY_CONNECTED')!.int8).toEqual({
      register: 'Register_FULLY_CONNECTED_INT8',
      header: 'tensorflow/lite/micro/kernels/fully_connected.h',
    });
  });
});

describe('inspect', () => {
  test('counts what can be counted by hand', () => {
    const summary = inspectModel(describedModel(cnn()));
    // CONV 4*3*4 outputs of 18 taps; DW 3*2*8 of 4; FC 3 of 8.
    expect(summary.totals.macs).toBe(48 * 18 + 48 * 4 + 24);
    expect(summary.totals.parameters).toBe(72 + 4 + 32 + 8 + 24 + 3);
    expect(summary.totals.weightBytes).toBe(72 + 16 + 32 + 32 + 8 + 8 + 8 + 24 + 12);
    expect(summary.totals.largestActivationBytes).toBe(128);
    expect(summary.operators[0]).toMatchObject({
      index: 0,
      name: 'CONV_2D',
      macs: 864,
      inputShapes: [[1, 8, 6, 2], [4, 3, 3, 2], [4]],
      outputShapes: [[1, 4, 3, 4]],
    });
    expect(summary.inputs[0]).toMatchObject({
      name: 'features',
      quantization: { scale: Math.fround(0.1), zeroPoint: 3 },
    });
    expect(summary.tensors[1]!.quantization).toEqual({ channels: 4, axis: 0 });
    expect(summary.labels).toEqual(['yes', 'no', 'other']);
    expect(summary.operatorCounts.find(({ name }) => name === 'CONV_2D')).toEqual({
      name: 'CONV_2D',
      count: 1,
      macs: 864,
    });
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  test('state', () => {
    const summary = inspectModel(describedModel(streaming()));
    expect(summary.totals.stateBytes).toBe(12);
    expect(summary.variables).toEqual([
      { name: 'stream/states', type: 'int8', shape: [1, 2, 1, 4], bytes: 8 },
      { name: 'stream_1/states', type: 'int8', shape: [1, 1, 1, 4], bytes: 4 },
    ]);
  });
});

describeWithSharedData('costs of models people trained', () => {
  test.each([
    ['micro_speech/micro_speech_quantized', 336_000, 16_704, 0],
    ['mlperf_tiny/kws_ref_model', 2_656_768, 24_376, 0],
    ['mlperf_tiny/str_ww_ref_model', 826_368, 48_396, 0],
    ['esphome/v1/okay_nabu', 59_008, 61_812, 8_024],
    ['esphome/v2/okay_nabu', 24_096, 26_296, 3_472],
    ['esphome/v2/vad', 13_760, 15_124, 1_120],
  ])('%s: %d MACs, %d bytes of weights, %d of state', (name, macs, weightBytes, stateBytes) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', `${name}.tflite`)));
    expect(inspectModel(openModel(bytes, name)).totals).toMatchObject({ macs, weightBytes, stateBytes });
  });
});
