/** What MLTK writes into models: labels, and the front end where it is one that is computed here. */
import { readFileSync } from 'node:fs';
import { Builder } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { inputFormat } from '../../src/frontend/input-format.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { guessFrontend } from '../../src/project/guess.js';
import { mltkFrontend, mltkLabels, readMltk } from '../../src/readers/mltk.js';
import { readModel } from '../../src/readers/read-model.js';
import type { TfliteFile } from '../../src/tflite/schema.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

type Values = Record<string, number | boolean | string | string[]>;

/** The entry as MLTK writes it: whole numbers as uint16, others as float. */
function entry(values: Values): Uint8Array {
  const builder = new Builder(1024);
  const scalar = (type: number, add: () => void) => {
    builder.startObject(1);
    add();
    return [type, builder.endObject()] as const;
  };
  const union = (value: Values[string]) => {
    if (typeof value === 'boolean') return scalar(1, () => builder.addFieldInt8(0, value ? 1 : 0, 0));
    if (typeof value === 'number')
      return Number.isInteger(value)
        ? scalar(5, () => builder.addFieldInt16(0, value, 0))
        : scalar(10, () => builder.addFieldFloat32(0, value, 0));
    if (typeof value === 'string') {
      const text = builder.createString(value);
      return scalar(12, () => builder.addFieldOffset(0, text, 0));
    }
    const texts = value.map((text) => builder.createString(text));
    builder.startVector(4, texts.length, 4);
    for (const text of texts.reverse()) builder.addOffset(text);
    const list = builder.endVector();
    return scalar(13, () => builder.addFieldOffset(0, list, 0));
  };
  const all = Object.entries(values).map(([key, value]) => {
    const name = builder.createString(key);
    const [type, table] = union(value);
    builder.startObject(3);
    builder.addFieldOffset(0, name, 0);
    builder.addFieldInt8(1, type, 0);
    builder.addFieldOffset(2, table, 0);
    return builder.endObject();
  });
  builder.startVector(4, all.length, 4);
  for (const one of all.reverse()) builder.addOffset(one);
  const list = builder.endVector();
  builder.startObject(2);
  builder.addFieldInt8(0, 1, 0);
  builder.addFieldOffset(1, list, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

const file = (bytes: Uint8Array) =>
  ({ metadata: [{ name: 'SL_PARAMSv1', buffer: 0 }], buffers: [bytes] }) as unknown as TfliteFile;

const USUAL: Values = {
  'fe.sample_rate_hz': 16_000,
  'fe.fft_length': 512,
  'fe.window_size_ms': 30,
  'fe.window_step_ms': 20,
  'fe.filterbank_n_channels': 40,
  'fe.filterbank_upper_band_limit': 7500,
  'fe.filterbank_lower_band_limit': 125,
  'fe.noise_reduction_enable': true,
  'fe.noise_reduction_smoothing_bits': 10,
  'fe.noise_reduction_even_smoothing': 0.025,
  'fe.noise_reduction_odd_smoothing': 0.06,
  'fe.noise_reduction_min_signal_remaining': 0.05,
  'fe.pcan_enable': true,
  'fe.pcan_strength': 0.95,
  'fe.pcan_offset': 80,
  'fe.pcan_gain_bits': 21,
  'fe.log_scale_enable': true,
  'fe.log_scale_shift': 6,
  classes: ['yes', 'nö'],
};
const USUAL_SPEC = { ...FRONTEND_PRESETS['micro-speech'], tables: 'mltk' };
const int8 = (scale: number) => ({ type: 'int8', scale });
const frontend = (values: Values, input = int8(26 / 255)) =>
  mltkFrontend(readMltk(file(entry({ ...USUAL, ...values })))!, input);

describe('the entry', () => {
  test('labels, and the usual front end', () => {
    const read = readMltk(file(entry(USUAL)))!;
    expect(mltkLabels(read)).toEqual(['yes', 'nö']);
    expect(mltkFrontend(read, int8(26 / 255))).toEqual({ spec: USUAL_SPEC });
    expect(mltkFrontend(read, undefined)).toEqual({ spec: USUAL_SPEC });
  });

  test('int8 by micro_speech’s rule, whatever scale the input declares', () => {
    const found = frontend({}, int8(1)) as { spec: typeof USUAL_SPEC };
    expect(found).toEqual({ spec: { ...USUAL_SPEC, quantization: 'micro-speech' } });
    const tensor = { type: 'int8', quantization: { scales: [1], zeroPoints: [0] } };
    expect(inputFormat(tensor, found.spec as never)).toMatchObject({ divisor: 666, zeroPoint: -128 });
    expect(inputFormat(tensor, USUAL_SPEC as never)).toMatchObject({ divisor: 6554, zeroPoint: 0 });
  });

  test.each<[Values, object]>([
    [{ 'fe.pcan_enable': false }, { pcan: null }],
    [
      { 'fe.pcan_enable': false, 'fe.noise_reduction_enable': false },
      { pcan: null, noiseReduction: null },
    ],
    // 0.4 in single precision is another number in double precision.
    [
      { 'fe.noise_reduction_min_signal_remaining': 0.4, 'fe.noise_reduction_smoothing_bits': 12 },
      { noiseReduction: { minSignalRemaining: 0.4, smoothingBits: 12 } },
    ],
    [
      { 'fe.pcan_strength': 0.9, 'fe.pcan_offset': 100.5, 'fe.pcan_gain_bits': 20 },
      { pcan: { strength: 0.9, offset: 100.5, gainBits: 20 } },
    ],
    [{ 'fe.filterbank_n_channels': 108 }, { channels: 108 }],
    [{ 'fe.dc_notch_filter_enable': true, 'fe.dc_notch_filter_coefficient': 0.95 }, { dcNotch: 0.95 }],
    [
      { 'fe.quantize_dynamic_scale_enable': true, 'fe.quantize_dynamic_scale_range_db': 40 },
      { dynamicRangeDb: 40 },
    ],
    [{ 'fe.log_scale_enable': false }, { logBits: null }],
    [{ 'fe.log_scale_shift': 5 }, { logBits: 5 }],
    [{ 'fe.activity_detection_enable': true, 'fe.activity_detection_alpha_a': 0.5 }, {}],
  ])('%j is computed', (values, settings) => {
    expect(frontend(values)).toEqual({ spec: { ...USUAL_SPEC, ...settings } });
  });

  test.each<[Values, string]>([
    [{ 'fe.noise_reduction_enable': false }, 'pcan is on while noiseReduction is off'],
    [{ 'fe.filterbank_n_channels': 200 }, 'channels 200'],
    [{ 'fe.log_scale_shift': 20 }, 'logBits'],
    [{ 'samplewise_norm.rescale': 0.5 }, 'samplewise_norm.rescale 0.5'],
    [{ 'fe.something_new': 3 }, 'something_new 3'],
  ])('%j is named, and nothing is proven', (values, named) => {
    const { unknown } = frontend(values) as { unknown: string };
    expect(unknown).toMatch(
      /^its metadata \(MLTK\) describes a micro front end that kws-gen does not compute: /,
    );
    expect(unknown).toContain(named);
  });

  test('float32 inputs: whether they take features as they are, or as int8, stands nowhere', () => {
    expect(frontend({}, { type: 'float32', scale: 1 })).toEqual({
      unknown: 'its metadata (MLTK) does not say as which numbers features become its float32 input',
    });
  });

  test('settings of a stage that is off mean nothing', () => {
    const off = { 'fe.dc_notch_filter_enable': false, 'fe.dc_notch_filter_coefficient': 0.5 };
    expect(frontend({ ...off, 'fe.activity_detection_alpha_a': 0.5 })).toEqual({ spec: USUAL_SPEC });
  });

  test('without a front end, of another name, or damaged anywhere: nothing', () => {
    expect(mltkFrontend(new Map([['classes', ['a']]]), int8(1))).toBeUndefined();
    expect(readMltk({ metadata: [], buffers: [] } as unknown as TfliteFile)).toBeUndefined();
    const whole = entry(USUAL);
    for (let at = 0; at < whole.length; at++) {
      readMltk(file(whole.slice(0, at)));
      for (const value of [0, 0x7f, 0xff]) {
        const bytes = whole.slice();
        bytes[at] = value;
        const read = readMltk(file(bytes));
        if (read !== undefined) mltkFrontend(read, int8(1));
      }
    }
  });
});

describeWithSharedData('models', () => {
  const open = (name: string) =>
    readModel(readFileSync(sharedPath('models/wild/mltk', name)), name, async () => new Uint8Array());

  test('MLTK’s micro_speech: labels, and its front end', async () => {
    const model = await open('tflite_micro_speech.tflite');
    expect(model.labels).toEqual(['yes', 'no', '_unknown_', '_silence_']);
    expect(guessFrontend(model)).toMatchObject({
      proven: true,
      spec: { ...USUAL_SPEC, quantization: 'micro-speech' },
    });
  });

  test('keyword_spotting_alexa: 108 channels, no PCAN, a notch, a dynamic range', async () => {
    const model = await open('keyword_spotting_alexa.tflite');
    expect(guessFrontend(model)).toMatchObject({
      proven: true,
      spec: { channels: 108, pcan: null, dcNotch: 0.95, dynamicRangeDb: 40, tables: 'mltk' },
    });
  });
});
