/** Models as C source: every way in which tools write bytes, and what is no model. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openModel, readModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { cnn } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';
import { sharedData, sharedPath } from '../support/shared-data.js';
import { noSiblings } from './fixture-models.js';

const FILE = writeModel(cnn());
const source = (text: string) => new TextEncoder().encode(text);
const hex = [...FILE].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`);
const lines = (items: readonly string[]) =>
  Array.from(
    { length: Math.ceil(items.length / 12) },
    (_, i) => `  ${items.slice(12 * i, 12 * i + 12).join(', ')}`,
  );

const SPELLINGS: Readonly<Record<string, string>> = {
  'xxd -i': `unsigned char model_tflite[] = {\n${lines(hex).join(',\n')}\n};\nunsigned int model_tflite_len = ${FILE.length};\n`,
  'with attributes and a length': `#include "model.h"\n\nalignas(16) const unsigned char g_model[${FILE.length}] DATA_ALIGN_ATTRIBUTE = {${hex.map((item) => item.toUpperCase().replace('0X', '0x')).join(',')},};\n`,
  decimal: `/* made by a tool */\nstatic const uint8_t kModel [] PROGMEM = { ${[...FILE].join(' , ')} }; // end`,
  signed: `const int8_t model[] = {${[...new Int8Array(FILE.buffer, FILE.byteOffset, FILE.length)].join(',')}};`,
  'std::array with comments': `constexpr std::array<uint8_t, ${FILE.length}> kModel = {{\n  // header\n  ${hex.slice(0, 8).join(',')}, /* the rest */\n  ${hex.slice(8).join(',')}\n}};`,
  'beside other arrays': `const char* kLabels[] = {"yes", "no"};\nconst unsigned char other[] = {1, 2, 3};\nconst unsigned char model[] = {${hex.join(',')}};`,
};

describe('a C array is read as the file that is in it', () => {
  test.each(Object.keys(SPELLINGS))('%s', async (name) => {
    const model = openModel(source(SPELLINGS[name]!), 'model.h');
    expect(Buffer.from(model.source.bytes).equals(FILE)).toBe(true);
    expect(model.source.sha256).toBe(openModel(FILE, 'model.tflite').source.sha256);
    expect((await readModel(source(SPELLINGS[name]!), 'model.cc', noSiblings)).name).toBe('model');
  });

  test.skipIf(sharedData === undefined)('of diy-alexa', () => {
    const path = sharedPath('models', 'wild', 'atomic14', 'model.cc');
    const model = openModel(new Uint8Array(readFileSync(path)), 'model.cc');
    expect(model.tensors[model.inputs[0]!]!.shape).toEqual([1, 99, 43, 1]);
  });
});

describe('what is no model is said', () => {
  test.each([
    [
      'extern const unsigned char g_model[];',
      'declares an array of bytes and does not have it',
      'the source file beside it',
    ],
    [
      'const int table[] = {1, 2, 3};',
      'is C source, and none of its arrays is a TensorFlow Lite file',
      'TFL3',
    ],
    [
      'const float w[] = {0.5f, 1.5f};',
      'is C source, and none of its arrays is a TensorFlow Lite file',
      'TFL3',
    ],
    [
      `const unsigned char a[] = {${hex.join(',')}};\nconst unsigned char b[] = {${hex.join(',')}};`,
      'has 2 models in it: a, b',
      'leave one',
    ],
    [`const unsigned char cut[] = {${hex.slice(0, 40).join(',')}`, 'none of its arrays', 'TFL3'],
  ])('%.40s', (text, what, next) => {
    const message = inputErrorOf(() => openModel(source(text), 'model.h'));
    expect(message).toContain(what);
    expect(message).toContain(next);
  });
});
