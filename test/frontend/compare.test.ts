import { describe, expect, test } from 'vitest';
import { clipFeatures } from '../../src/frontend/clip.js';
import { compareFeatures, streamFeatures } from '../../src/frontend/compare/compare.js';
import type { FrontendPreset } from '../../src/frontend/presets.js';
import { frontendOf } from '../../src/frontend/settings.js';
import type { AudioFrontendSpec } from '../../src/frontend/spec.js';
import { inputErrorOf } from '../support/errors.js';
import { chirp, syllables, whiteNoise } from './signals.js';

/** Something of everything, and no exact silence. */
function clip(length: number): Int16Array {
  const [a, b] = [syllables(length), whiteNoise(length, 7)];
  return chirp(length).map((v, i) => Math.trunc(v / 2) + Math.trunc(a[i]! / 2) + b[i]!);
}

const PCM = clip(4000);

/** As a training pipeline saves it: float32. */
function arrayOf(matrix: readonly Float64Array[]) {
  return {
    shape: [matrix.length, matrix[0]!.length],
    values: Float32Array.from(matrix.flatMap((row) => [...row])),
  };
}

function specOf(preset: FrontendPreset, settings: object = {}): AudioFrontendSpec {
  const problems: object[] = [];
  const spec = frontendOf({ preset, ...settings }, 'test', problems as never[]);
  expect(problems).toEqual([]);
  return spec as AudioFrontendSpec;
}

describe('the same features', () => {
  const presets = ['micro-wake-word', 'tensorflow-mfcc', 'torchaudio-mfcc', 'edge-impulse-mfe'] as const;

  test.each(presets)('%s: of the whole clip', (preset) => {
    const spec = specOf(preset);
    const result = compareFeatures(spec, PCM, arrayOf(clipFeatures(spec, PCM)), 'x.npy');
    expect(result).toMatchObject({ matches: true, ours: { form: 'whole-clip' }, difference: { shift: 0 } });
    expect(result.diagnosis).toBeUndefined();
  });

  test.each(presets)('%s: as a device computes them', (preset) => {
    const spec = specOf(preset);
    expect(compareFeatures(spec, PCM, arrayOf(streamFeatures(spec, PCM)), 'x.npy').matches).toBe(true);
  });

  const spec = specOf('log-mel');
  const matrix = clipFeatures(spec, PCM);
  const { values } = arrayOf(matrix);
  const frames = matrix.length;
  const turned = Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % frames) * 40 + Math.floor(i / frames)]!,
  );

  test.each([
    ['more dimensions', { shape: [1, frames, 40, 1], values }, false],
    ['transposed', { shape: [40, frames], values: turned }, true],
    ['one row', { shape: [frames * 40], values }, false],
    ['a frame less', { shape: [frames - 1, 40], values: values.subarray(0, -40) }, false],
    ['without the first frame', { shape: [frames - 1, 40], values: values.subarray(40) }, false],
    ['one frame', { shape: [1, 40], values: values.subarray(0, 40) }, false],
  ])('%s', (_, array, transposed) => {
    const result = compareFeatures(
      spec,
      PCM.subarray(0, array.values.length === 40 ? 480 : undefined),
      array,
      'x.npy',
    );
    expect(result).toMatchObject({ matches: true, theirs: { coefficients: 40, transposed } });
  });
});

describe('what is no features of a clip is refused', () => {
  const spec = specOf('log-mel');
  test.each([
    ['empty', { shape: [0, 40], values: [] }, 'x.npy: is empty'],
    [
      'a batch',
      { shape: [2, 3, 40], values: new Float32Array(240) },
      'its shape [2, 3, 40] is more than frames x coefficients',
    ],
    ['not a number', { shape: [1, 2], values: [0, Number.NaN] }, 'value 1 is NaN'],
    ['minus infinity', { shape: [1, 2], values: [Number.NEGATIVE_INFINITY, 0] }, 'value 0 is -Infinity'],
    [
      'a row of another length',
      { shape: [41], values: new Float32Array(41) },
      'its 41 values are no frames of 40 coefficients',
    ],
  ])('%s', (_, array, message) => {
    expect(inputErrorOf(() => compareFeatures(spec, PCM, array, 'x.npy'))).toContain(message);
  });

  test('a clip without a frame', () => {
    const array = { shape: [3, 40], values: new Float32Array(120) };
    expect(inputErrorOf(() => compareFeatures(spec, PCM.subarray(0, 479), array, 'x.npy'))).toContain(
      'the clip is shorter than one frame',
    );
  });
});

describe('the cause is found', () => {
  /** [the project's preset, what the pipeline did instead] */
  const rows: readonly (readonly [FrontendPreset, object])[] = [
    ['log-mel', { window: { form: 'symmetric' } }],
    ['log-mel', { log: { form: 'log10' } }],
    ['log-mel', { log: { form: 'db', floor: 1e-10, floorForm: 'max' } }],
    ['log-mel', { log: { floor: 1e-3, floorForm: 'add' } }],
    ['log-mel', { spectrum: { form: 'magnitude', scale: 1 } }],
    ['log-mel', { scaling: 'int16' }],
    ['log-mel', { filterbank: { scale: 'slaney' } }],
    ['log-mel', { filterbank: { norm: 'slaney' } }],
    ['log-mel', { filterbank: { lowerBandLimit: 125 } }],
    ['log-mel', { preEmphasis: { coefficient: 0.97, start: 'zero' } }],
    ['log-mel', { normalization: { kind: 'z-score' } }],
    ['log-mel', { centre: 'reflect' }],
    ['log-mel', { fftSize: 1024 }],
    ['tensorflow-mfcc', { dct: { norm: 'ortho' } }],
    ['tensorflow-mfcc', { dct: { coefficients: 13 } }],
    ['tensorflow-mfcc', { filterbank: { firstBin: 'above-dc', lowerBandLimit: 125 } }],
    ['edge-impulse-mfcc', { dct: { energy: false }, normalization: { kind: 'none' } }],
    ['mlperf-tiny-kws', { normalization: { kind: 'none' }, window: { form: 'symmetric' } }],
    ['librosa-mfcc', { filterbank: { scale: 'htk', norm: 'none' } }],
    ['librosa-mfcc', { dct: { coefficients: 10 } }],
    // Each alone leads away from where all three lead.
    [
      'mlperf-tiny-kws',
      { normalization: { kind: 'none' }, scaling: 'int16', spectrum: { form: 'power', scale: 1 } },
    ],
  ];

  test.each(rows)('%s with %j', (preset, settings) => {
    const spec = specOf(preset);
    const theirs = specOf(preset, settings);
    const result = compareFeatures(spec, PCM, arrayOf(clipFeatures(theirs, PCM)), 'x.npy');
    expect(result.matches).toBe(false);
    expect(result.diagnosis).toMatchObject({ complete: true });
    // What is proposed gives what the pipeline gave, whichever way it is said.
    const mended = specOf(preset, result.diagnosis!.fix);
    expect(compareFeatures(mended, PCM, arrayOf(clipFeatures(theirs, PCM)), 'x.npy').matches).toBe(true);
  });

  test.each([
    ['fewer coefficients', { dct: { coefficients: 10 } }, ['it has 10 coefficients']],
    ['of two that are near, the nearer', { window: { shape: 'hamming', form: 'symmetric' } }, undefined],
  ])('%s: no more than that', (_, settings, causes) => {
    const theirs = specOf('librosa-mfcc', settings);
    const { diagnosis } = compareFeatures(
      specOf('librosa-mfcc'),
      PCM,
      arrayOf(clipFeatures(theirs, PCM)),
      'x.npy',
    );
    expect(diagnosis).toMatchObject({ complete: true, fix: settings, ...(causes && { causes }) });
  });

  test('another front end altogether: the preset, and what differs from it', () => {
    const settings = { sampleRate: 16_000, windowSamples: 512, stepSamples: 256, dct: { coefficients: 13 } };
    const theirs = specOf('librosa-mfcc', { ...settings, filterbank: { channels: 40 } });
    const array = arrayOf(clipFeatures(theirs, PCM));
    const { diagnosis } = compareFeatures(specOf('torchaudio-mfcc'), PCM, array, 'x.npy');
    expect(diagnosis).toMatchObject({ complete: true, fix: { preset: 'librosa-mfcc' } });
    expect(specOf('log-mel', diagnosis!.fix)).toEqual(theirs);
  });

  test('its own scale of all values', () => {
    const spec = specOf('log-mel');
    const array = arrayOf(clipFeatures(spec, PCM).map((row) => row.map((v) => v / 12 + 0.5)));
    const { diagnosis } = compareFeatures(spec, PCM, array, 'x.npy');
    expect(diagnosis?.complete).toBe(true);
    expect(compareFeatures(specOf('log-mel', diagnosis!.fix), PCM, array, 'x.npy').matches).toBe(true);
  });

  test('a factor passes through the cosine transform', () => {
    const spec = specOf('librosa-mfcc');
    const array = arrayOf(clipFeatures(spec, PCM).map((row) => row.map((v) => v / 512)));
    const { diagnosis } = compareFeatures(spec, PCM, array, 'x.npy');
    expect(diagnosis).toMatchObject({ causes: ['its values are ours times 0.00195313'], complete: true });
    expect(compareFeatures(specOf('librosa-mfcc', diagnosis!.fix), PCM, array, 'x.npy').matches).toBe(true);
  });

  test('whole numbers', () => {
    const spec = specOf('librosa-mfcc');
    const array = arrayOf(clipFeatures(spec, PCM).map((row) => row.map(Math.trunc)));
    const { diagnosis } = compareFeatures(spec, PCM, array, 'x.npy');
    expect(diagnosis).toMatchObject({ complete: false, fix: {} });
    expect(diagnosis?.causes).toEqual(['its values are whole numbers: was it saved as integers?']);
  });

  test('a scale of every coefficient’s own is named, without a setting for it', () => {
    const spec = specOf('tensorflow-mfcc');
    const array = arrayOf(clipFeatures(spec, PCM).map((row) => row.map((v, k) => v / (k + 2) - k)));
    const { diagnosis } = compareFeatures(spec, PCM, array, 'x.npy');
    expect(diagnosis).toMatchObject({ complete: false, fix: {} });
    expect(diagnosis?.causes.join()).toContain('scales every coefficient');
  });

  test('noise is like nothing', () => {
    const spec = specOf('log-mel');
    const values = Float32Array.from(whiteNoise(12 * 40, 0));
    const result = compareFeatures(spec, PCM, { shape: [12, 40], values }, 'x.npy');
    expect(result).toMatchObject({ matches: false, diagnosis: undefined });
  });

  test('micro-frontend: its tables, its step, its units', () => {
    const spec = specOf('micro-wake-word');
    const causes = (theirs: readonly Float64Array[]) => {
      const { diagnosis } = compareFeatures(spec, PCM, arrayOf(theirs), 'x.npy');
      return [diagnosis?.causes, diagnosis?.fix, diagnosis?.complete];
    };
    expect(causes(clipFeatures(specOf('micro-wake-word', { tables: 'tflm' }), PCM))).toEqual([
      ['its tables are TensorFlow Lite Micro’s'],
      { tables: 'tflm' },
      true,
    ]);
    expect(causes(clipFeatures(specOf('micro-wake-word', { stepMs: 20 }), PCM))).toEqual([
      ['its step is 20 ms'],
      { stepMs: 20 },
      true,
    ]);
    expect(causes(clipFeatures(spec, PCM).map((row) => row.map((v) => v / 25.6)))).toEqual([
      ['its values are the real ones, v / 25.6'],
      {},
      true,
    ]);
  });
});
