import { describe, expect, test } from 'vitest';
import { formatProblem, KwsError, type Problem } from '../../src/diagnostics/errors.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import { describeDifference, parseFrontendSpec } from '../../src/frontend/schema.js';
import { frontendOf } from '../../src/frontend/settings.js';
import type { FrontendSpec } from '../../src/frontend/spec.js';

function problemsOf(json: unknown): readonly string[] {
  try {
    parseFrontendSpec(json, 'm.tflite, front end');
    return [];
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.problems.map((problem) => formatProblem(problem).replaceAll('\n  ', ' | '));
  }
}

describe('parseFrontendSpec', () => {
  test.each(Object.entries(FRONTEND_PRESETS))('%s survives a file', (_, spec) => {
    expect(parseFrontendSpec(JSON.parse(JSON.stringify(spec)), 'file')).toEqual(spec);
  });

  const mfcc = FRONTEND_PRESETS['tensorflow-mfcc'];
  test.each<[string, unknown, readonly string[]]>([
    ['no object', 7, ['m.tflite, front end: 7 is not an object in { }']],
    [
      'another kind',
      { kind: 'spectrl', version: 1 },
      ['m.tflite, front end, kind: "spectrl" is not known here | next: did you mean "spectral"?'],
    ],
    [
      'another version',
      { kind: 'none', version: 2 },
      ['m.tflite, front end, version: 2 is not known here | next: use 1'],
    ],
    [
      'nothing in it',
      { ...mfcc, window: undefined },
      ['m.tflite, front end, window: is missing | next: give the window function'],
    ],
    [
      'a filter bank that there is not',
      { ...mfcc, filterbank: { kind: 'bark' } },
      [
        'm.tflite, front end, filterbank.kind: "bark" is not known here | next: use "mel", "mel-bins" or "bins"',
      ],
    ],
    [
      'fields of another kind',
      { ...mfcc, normalization: { kind: 'peak', window: 3 } },
      [
        'm.tflite, front end, normalization.window: there is no such field | next: remove it; the fields here are kind',
      ],
    ],
    [
      'numbers that do not go together, all of them',
      {
        ...mfcc,
        fftSize: 1022,
        filterbank: { ...mfcc.filterbank, upperBandLimit: 9000, channels: 12 },
        dct: { ...mfcc.dct, coefficients: 13 },
        log: { ...mfcc.log, floor: 0 },
        rescale: { offset: 0, scale: 1, clip: [1, 0], levels: null },
        normalization: { kind: 'cmvn', window: 100, variance: true },
      },
      [
        'm.tflite, front end, fftSize: 1022 cannot be computed | next: a transform has an even length with no factors but 2, 3 and 5: 1024 would do',
        'm.tflite, front end, filterbank.upperBandLimit: 9000 is out of range | next: the upper limit lies above the lower one (20 Hz) and at or below half the sample rate (8000 Hz)',
        'm.tflite, front end, dct.coefficients: 13 coefficients cannot be made of 12 channels | next: give at most 12',
        'm.tflite, front end, log.floor: the logarithm of 0 is not a number | next: give what silence is taken for, such as 1e-6',
        'm.tflite, front end, rescale.clip: the least value is not below the greatest | next: give [0, 1]',
        'm.tflite, front end, normalization.window: a window around a frame has an odd number of frames | next: give 101',
      ],
    ],
    [
      'more bins than there are',
      { ...FRONTEND_PRESETS['tfjs-speech-commands'], fftSize: 256 },
      [
        'm.tflite, front end, filterbank.count: there are no 232 bins from bin 0 on | next: a spectrum of fftSize 256 has bins 0 to 128',
      ],
    ],
    [
      'sizes that would take all memory',
      { ...mfcc, windowSamples: 1e9, fftSize: 2 ** 30 },
      [
        'm.tflite, front end, windowSamples: 1000000000 is above 8192 | next: give length of the window in samples, such as 480',
        'm.tflite, front end, fftSize: 1073741824 is above 8192 | next: give length of the Fourier transform, such as 512',
      ],
    ],
    [
      'a micro-frontend that cannot be',
      { ...FRONTEND_PRESETS['micro-speech'], stepMs: 40 },
      [
        "m.tflite, front end, stepMs: 40 is out of range | why: the step is a whole number of samples from 1 to the window's 480, here it would be 640 | next: use 10 or 20 ms",
      ],
    ],
  ])('%s', (_, json, expected) => {
    expect(problemsOf(json)).toEqual(expected);
  });

  test.each([
    null,
    [],
    'x',
    { __proto__: null, kind: '__proto__' },
    { kind: 'spectral', filterbank: { kind: 'constructor' } },
  ])('garbage %j is refused in words', (json) => {
    expect(problemsOf(json).length).toBeGreaterThan(0);
  });
});

function settings(entry: Parameters<typeof frontendOf>[0]): FrontendSpec | readonly string[] {
  const problems: Problem[] = [];
  return frontendOf(entry, 'kws.json, frontend', problems) ?? problems.map(formatProblem);
}

describe('a preset with settings on top', () => {
  const librosa = FRONTEND_PRESETS['librosa-mfcc'];

  test('every preset by its name, and with nothing on top', () => {
    for (const preset of Object.keys(FRONTEND_PRESETS) as FrontendPreset[]) {
      expect(settings(preset)).toEqual(FRONTEND_PRESETS[preset]);
      expect(settings({ preset })).toEqual(FRONTEND_PRESETS[preset]);
    }
  });

  test('one field of a stage leaves its others', () => {
    expect(
      settings({ preset: 'librosa-mfcc', window: { form: 'symmetric' }, dct: { coefficients: 13 } }),
    ).toEqual({
      ...librosa,
      window: { shape: 'hann', form: 'symmetric' },
      dct: { ...librosa.dct, coefficients: 13 },
    });
  });

  test('what a library derives follows: fmax the rate, n_fft the window, 1/N the transform', () => {
    expect(settings({ preset: 'librosa-mfcc', sampleRate: 16_000, windowSamples: 512 })).toEqual({
      ...librosa,
      sampleRate: 16_000,
      windowSamples: 512,
      fftSize: 512,
      filterbank: { ...librosa.filterbank, upperBandLimit: 8000 },
    });
    expect(settings({ preset: 'tensorflow-mfcc', windowSamples: 480 })).toMatchObject({ fftSize: 512 });
    expect(settings({ preset: 'edge-impulse-mfe', fftSize: 512 })).toMatchObject({
      spectrum: { form: 'power', scale: 1 / 512 },
    });
    expect(settings({ preset: 'edge-impulse-mfe', windowSamples: 400 })).toMatchObject({ fftSize: 256 });
    expect(
      settings({ preset: 'librosa-mfcc', filterbank: { upperBandLimit: 7600 }, fftSize: 4096 }),
    ).toMatchObject({
      fftSize: 4096,
      windowSamples: 2048,
      filterbank: { upperBandLimit: 7600, scale: 'slaney' },
    });
  });

  test('a stage of another kind begins anew', () => {
    expect(settings({ preset: 'log-mel', dct: { coefficients: 13 } })).toMatchObject({
      dct: { coefficients: 13, norm: 'ortho', lifter: null, energy: false },
    });
    expect(settings({ preset: 'librosa-mfcc', normalization: { kind: 'cmvn', window: 11 } })).toMatchObject({
      normalization: { kind: 'cmvn', window: 11, variance: true },
    });
    expect(settings({ preset: 'librosa-mfcc', dct: null })).toMatchObject({ dct: null });
  });

  test('what is wrong is named as in the file', () => {
    expect(settings({ preset: 'log-mel', normalization: { kind: 'cmvn' } })).toEqual([
      'kws.json, frontend, normalization.window: is missing\n  next: give frames that are averaged, an odd number, such as 101',
    ]);
    expect(settings({ preset: 'none', sampleRate: 8000 })).toEqual([
      'kws.json, frontend, sampleRate: means nothing for the preset "none"\n  next: remove it',
    ]);
    expect(settings({ preset: 'log-mel', tables: 'c' })).toEqual([
      expect.stringContaining('kws.json, frontend, tables: there is no such field'),
    ]);
  });
});

test('differences are named field by field', () => {
  const a = FRONTEND_PRESETS['log-mel'];
  const b = {
    ...a,
    window: { ...a.window, form: 'symmetric' },
    dct: { coefficients: 10 },
  } as unknown as FrontendSpec;
  expect(describeDifference(a, a)).toEqual([]);
  expect(describeDifference(a, b, ['in kws.json', 'in the model'])).toEqual([
    'window.form: "periodic" in kws.json, "symmetric" in the model',
    'dct: null in kws.json, {"coefficients":10} in the model',
  ]);
  expect(describeDifference(a, FRONTEND_PRESETS.none)).toContain('sampleRate: 16000 here, nothing there');
});
