import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { READABLE } from '../../src/readers/foreign-formats.js';
import { openModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { cnn, floatEnds } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';

const text = (value: string) => new Uint8Array(Buffer.from(value, 'latin1'));

describe('formats that cannot be read are named, with the way out', () => {
  test.each([
    ['a.pt', text('PK\x03\x04......archive/data.pkl'), 'a PyTorch model', 'litert-torch'],
    ['a.pth', text('\x80\x02\x8a\x0al\xfc\x9cF\xf9'), 'a PyTorch model', 'litert-torch'],
    ['a.zip', text('PK\x03\x04......other'), 'a zip archive', 'unpack it'],
    ['group1-shard1of2.bin', text('\x01\x02'), "a TF.js model's weights, not the model", 'model.json'],
    ['hey.weights.bin', text('\x01\x02'), "a TF.js model's weights, not the model", 'model.json'],
    [
      'a.json',
      text('{"type":"micro","wake_word":"x","version":2}'),
      'a microWakeWord manifest, not a model',
      'kws-gen init',
    ],
    ['fingerprint.pb', text('\x08\x01'), 'a file of a TensorFlow SavedModel, not the model', 'the folder'],
    ['variables.index', text('\x00'), 'a file of a TensorFlow SavedModel, not the model', 'saved_model.pb'],
    ['a.onnx', text('anything'), 'an ONNX model', 'onnx2tf'],
    ['a', text('\x08\x08\x12\x07pytorch'), 'an ONNX model', 'onnx2tf'],
    ['hey.ppn', text('\x01'), 'a Porcupine keyword (Picovoice)', 'microWakeWord'],
    ['hey.umdl', text('\x01'), 'a Snowboy model', 'microWakeWord'],
    ['model', text('PersonalHeader'), 'a Snowboy model', 'microWakeWord'],
    [
      'hey.json',
      text('{"type":"openWakeWord","model":"hey.tflite"}'),
      'an openWakeWord manifest',
      'microWakeWord',
    ],
    [
      'm.cpp',
      text('#include "edge-impulse-sdk/a.h"\nconst int8_t w[] = {1};'),
      'a model compiled to C++ by Edge Impulse (EON)',
      'TensorFlow Lite file',
    ],
    ['trained_model_compiled.cpp', text('x'), 'a model compiled to C++ by Edge Impulse (EON)', 'dashboard'],
    ['a.npy', text('\x93NUMPY\x01\x00'), 'a NumPy array, not a model', '--calibrate'],
    [
      'metadata.json',
      text('{"wordLabels":["a"]}'),
      "Teachable Machine's metadata, not the model",
      'model.json',
    ],
    [
      'kws.json',
      text('{"$schema":"./kws.schema.json"}'),
      "a project's kws.json, not a model",
      'model it names',
    ],
  ])('%s %#', (name, bytes, title, next) => {
    const message = inputErrorOf(() => openModel(bytes, name));
    expect(message.split('\n')).toEqual([
      `${name}: is ${title}`,
      `  why: kws-gen reads ${READABLE}`,
      expect.stringMatching(new RegExp(`^ {2}next: .*${next}`)),
    ]);
  });

  test.each([
    ['a.tflite', text('\x89HDF\r\n\x1a\n....'), 'a Keras model'],
    ['a', text('PK\x03\x04......config.json......model.weights.h5'), 'a Keras model'],
    ['a.json', text(' {"format":"layers-model","modelTopology":{}}'), 'a TensorFlow.js (layers) model'],
    ['a.json', text(' {"modelTopology":{},"format":"graph-model"}'), 'a TensorFlow.js (graph) model'],
    ['dir/saved_model.pb', text('\x08\x01\x12\xff'), 'a TensorFlow SavedModel'],
  ])('%s %#, where a .tflite is needed', (name, bytes, title) => {
    expect(inputErrorOf(() => openModel(bytes, name)).split('\n')).toEqual([
      `${name}: is ${title}`,
      '  why: a TensorFlow Lite file (.tflite) is needed here',
      `  next: quantize it first: kws-gen quantize ${name}`,
    ]);
  });

  test.each([
    ['empty.tflite', text(''), 'the file is empty'],
    ['noise.tflite', text('noise that is no model'), 'its first bytes match no format'],
  ])('%s', (name, bytes, why) => {
    expect(inputErrorOf(() => openModel(bytes, name))).toBe(
      `${name}: is no model format that kws-gen knows\n  why: ${why}\n  next: give ${READABLE}`,
    );
  });
});

describe('a model', () => {
  test('is recognised by its bytes, whatever its name', () => {
    const bytes = writeModel(cnn());
    const model = openModel(bytes, 'C:\\models\\some.net.bin');
    expect(model.name).toBe('some.net');
    expect(model.source.bytes).toBe(bytes);
    expect(model.source.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.source.description).toBe('a test');
  });

  test('brings its labels', () => {
    expect(openModel(writeModel(cnn()), 'x').labels).toEqual(['yes', 'no', 'other']);
    expect(openModel(writeModel(floatEnds()), 'x').labels).toBeUndefined();
  });

  test.each([
    ['stored', 0],
    ['deflated', 8],
  ])('takes labels from an archive at its end (%s)', (_, method) => {
    const content = Buffer.from('left\r\nright\n');
    const data = method === 8 ? deflateRawSync(content) : content;
    const archive = zip('labels_en.txt', data, method);
    const bytes = new Uint8Array(Buffer.concat([writeModel(floatEnds()), archive]));
    expect(openModel(bytes, 'x').labels).toEqual(['left', 'right']);
  });

  test('is read without labels where the archive is broken', () => {
    const archive = zip('labels.txt', Buffer.from('not deflated'), 8);
    const bytes = new Uint8Array(Buffer.concat([writeModel(floatEnds()), archive]));
    expect(openModel(bytes, 'x').labels).toBeUndefined();
  });
});

/** An archive with one entry; checksums are not looked at. */
function zip(name: string, data: Buffer, method: number): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(method, 8);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(data.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + data.length, 16);
  return Buffer.concat([local, Buffer.from(name), data, entry, Buffer.from(name), end]);
}
