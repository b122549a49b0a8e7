/** Files that TensorFlow's own converters wrote, over all their generations. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { compactFile } from '../../src/tflite/compact.js';
import { decodeTflite } from '../../src/tflite/decode.js';
import { encodeTflite } from '../../src/tflite/encode.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

const MODELS = [
  'micro_speech/micro_speech_quantized',
  'micro_speech/hello_world_int8',
  'mlperf_tiny/kws_ref_model',
  'mlperf_tiny/kws_ref_model_float32',
  'mlperf_tiny/str_ww_ref_model',
  'mlperf_tiny/pretrainedResnet',
  'mlperf_tiny/pretrainedResnet_quant',
  'esphome/v1/okay_nabu',
  'esphome/v2/okay_nabu',
  'esphome/v2/vad',
  'float/wake_word_stop_lite',
];

describeWithSharedData('files of other converters', () => {
  test.each(MODELS)('%s: decode → encode → decode is equal, and the file no larger', (name) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', `${name}.tflite`)));
    const file = decodeTflite(bytes);
    const encoded = encodeTflite(file);
    expect(decodeTflite(encoded)).toEqual(compactFile(file));
    expect(encoded.length).toBeLessThanOrEqual(bytes.length);
  });

  test.each(MODELS)('%s: read → write → read is the same model', (name) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', `${name}.tflite`)));
    const model = openModel(bytes, name);
    const again = openModel(writeModel(model), name);
    const comparable = ({ source: _, operators, ...rest }: typeof model) => ({
      ...rest,
      operators: operators.map(({ index: __, ...operator }) => operator),
    });
    expect(comparable(again)).toEqual(comparable(model));
  });
});
