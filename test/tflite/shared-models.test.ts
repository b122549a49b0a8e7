/** Files that TensorFlow's own converters wrote, over all their generations. */
import { createHash } from 'node:crypto';
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

/** With the hash of every array of bytes in its place: element by element they would be compared for seconds. */
function hashed(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name} ${createHash('sha256').update(bytes).digest('hex')}`;
  }
  if (Array.isArray(value)) return value.map(hashed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hashed(one)]));
}

describeWithSharedData('files of other converters', () => {
  test.each(MODELS)('%s: decode → encode → decode is equal, and the file no larger', (name) => {
    const bytes = new Uint8Array(readFileSync(sharedPath('models', `${name}.tflite`)));
    const file = decodeTflite(bytes);
    const encoded = encodeTflite(file);
    expect(hashed(decodeTflite(encoded))).toEqual(hashed(compactFile(file)));
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
    expect(hashed(comparable(again))).toEqual(hashed(comparable(model)));
  });
});
