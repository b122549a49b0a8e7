/** Which front end a model was trained with: what proves it, what only fits, and which setting would make a preset fit. */
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { frameChannels } from '../../src/frontend/spec.js';
import { fitOf } from '../../src/model/fit.js';
import type { Model } from '../../src/model/types.js';
import { resolveFrontend } from '../../src/project/frontend.js';
import { parseFrontend } from '../../src/project/frontend-option.js';
import { framesPerSecond, guessFrontend } from '../../src/project/guess.js';
import { frontendHints, hintText } from '../../src/project/hints.js';
import { plainModel } from '../support/plain-model.js';

/** As a float model of that shape. */
function floats(model: Model): Model {
  const [x, ...others] = model.tensors;
  return { ...model, tensors: [{ name: x!.name, type: 'float32', shape: x!.shape }, ...others] };
}

describe('the order of an input', () => {
  test.each<[number[], number, unknown]>([
    [[1, 49, 40, 1], 40, { frames: 49, transposed: false }],
    [[1, 1, 49, 40], 40, { frames: 49, transposed: false }],
    [[1, 1960], 40, { frames: 49, transposed: false }],
    [[1, 13, 100], 13, { frames: 100, transposed: true }],
    [[1, 13, 100, 1], 13, { frames: 100, transposed: true }],
    [[1, 1, 40, 81], 40, { frames: 81, transposed: true }],
    [[40, 32], 40, { frames: 32, transposed: true }],
    [[1, 16, 16, 1], 16, { frames: 16, transposed: false }],
    [[1, 1, 40], 40, { frames: 1, transposed: false }],
    [[1, 47, 11], 40, undefined],
    [[1, 32, 32, 3], 32, undefined],
    [[1, 41], 40, undefined],
  ])('%j in frames of %i', (shape, channels, expected) => {
    expect(fitOf({ shape }, channels)).toEqual(expected);
  });
});

describe('what proves it, and what does not', () => {
  const proven = (model: Model) => {
    const { candidates, proven, reason } = guessFrontend(model);
    return { candidates, proven, reason };
  };
  test.each<[string, Model, readonly string[], boolean, string]>([
    [
      'the micro scale, one second at 20 ms',
      plainModel({ input: [1, 49, 40, 1] }),
      ['micro-speech'],
      true,
      'scale',
    ],
    [
      'the micro scale, one second at 10 ms',
      plainModel({ input: [1, 98, 40] }),
      ['micro-wake-word'],
      true,
      'scale',
    ],
    [
      'the micro scale, no second',
      plainModel({ input: [1, 60, 40] }),
      ['micro-speech'],
      true,
      '60 frames at once',
    ],
    [
      'another scale',
      plainModel({ input: [1, 49, 40, 1], scale: 1 }),
      ['micro-wake-word-v1', 'micro-speech', 'log-mel'],
      false,
      'proves nothing',
    ],
    [
      'a scale that is near',
      plainModel({ input: [1, 49, 40, 1], scale: 0.105 }),
      ['micro-wake-word-v1', 'micro-speech', 'log-mel'],
      false,
      'proves nothing',
    ],
    [
      'floats',
      floats(plainModel({ input: [1, 49, 40, 1] })),
      ['micro-wake-word-v1', 'micro-speech', 'log-mel'],
      false,
      'proves nothing',
    ],
    [
      'a stream of floats',
      floats(plainModel({ input: [1, 3, 40], streaming: true })),
      ['micro-wake-word'],
      false,
      'streaming',
    ],
    [
      '43 steps of 1024 samples',
      floats(plainModel({ input: [1, 43, 232, 1] })),
      ['tfjs-speech-commands'],
      false,
      'one second',
    ],
    [
      'a frame less',
      plainModel({ input: [1, 48, 10], scale: 0.5 }),
      ['tensorflow-mfcc', 'mlperf-tiny-kws'],
      false,
      '48 frames where one second of tensorflow-mfcc has 49',
    ],
    [
      'a frame more, transposed',
      plainModel({ input: [1, 13, 51], scale: 0.5 }),
      ['edge-impulse-mfcc'],
      false,
      '51 frames where one second of edge-impulse-mfcc has 50',
    ],
    [
      'the spectrogram of TensorFlow’s tutorial',
      floats(plainModel({ input: [1, 124, 129, 1] })),
      ['tensorflow-stft'],
      false,
      'one second',
    ],
  ])('%s', (_, model, candidates, isProven, reason) => {
    expect(proven(model)).toEqual({ candidates, proven: isProven, reason: expect.stringContaining(reason) });
  });

  test('metadata', () => {
    const frontend = { ...FRONTEND_PRESETS['micro-speech'], channels: 32 };
    expect(guessFrontend({ ...plainModel({ input: [1, 49, 32] }), frontend })).toMatchObject({
      candidates: [],
      proven: true,
      spec: frontend,
    });
  });
});

describe('hints name a preset and the setting that gives the shape', () => {
  test.each<[number[], string[]]>([
    [[1, 44, 13], ['librosa-mfcc,dct.coefficients=13']],
    [[1, 13, 44, 1], ['librosa-mfcc,dct.coefficients=13']],
    [
      [1, 49, 13, 1],
      ['tensorflow-mfcc,dct.coefficients=13', 'mlperf-tiny-kws,dct.coefficients=13'],
    ],
    [[1, 98, 32], ['micro-wake-word,channels=32']],
    [[1, 32, 64], ['keras-mel,filterbank.channels=64']],
    [[1, 99, 12], []],
  ])('%j', (shape, expected) => {
    const texts = frontendHints({ shape }).map(hintText);
    if (expected.length > 0) expect(texts).toEqual(expect.arrayContaining(expected));
    for (const text of texts) expectsShape(text, shape);
  });

  test.each([
    [16, 16],
    [99, 12],
    [25, 40],
    [61, 20],
    [100, 13],
  ])('%i x %i: whatever is named gives it', (a, b) => {
    for (const { preset, settings } of frontendHints({ shape: [1, a, b, 1] })) {
      expect(Object.keys(settings).length).toBeGreaterThan(0);
      expectsShape(hintText({ preset, settings }), [1, a, b, 1]);
    }
  });

  test('16 x 16 has some, each once', () => {
    const texts = frontendHints({ shape: [1, 16, 16, 1] }).map(hintText);
    expect(texts).toHaveLength(3);
    expect(new Set(texts).size).toBe(3);
  });

  function expectsShape(text: string, shape: readonly number[]) {
    const spec = resolveFrontend(parseFrontend(text), '--frontend', []);
    if (spec === undefined || spec.kind === 'none') throw new Error(text);
    const fit = fitOf({ shape }, frameChannels(spec));
    expect(framesPerSecond(spec), text).toContain(fit?.frames);
  }
});

describe('--frontend with settings', () => {
  test.each([
    ['micro-speech', 'micro-speech'],
    ['librosa-mfcc,dct.coefficients=13', { preset: 'librosa-mfcc', dct: { coefficients: 13 } }],
    [
      'librosa-mfcc, sampleRate=16000, dct.coefficients=13, dct.energy=true',
      { preset: 'librosa-mfcc', sampleRate: 16000, dct: { coefficients: 13, energy: true } },
    ],
    [
      'keras-mel,window.shape=hamming,dct=null',
      { preset: 'keras-mel', window: { shape: 'hamming' }, dct: null },
    ],
  ])('%s', (text, expected) => {
    expect(parseFrontend(text)).toEqual(expected);
  });

  test.each([
    ['libros-mfcc,dct.coefficients=13', 'there is no front end "libros-mfcc"'],
    ['librosa-mfcc,dct', '"dct" is no setting'],
    ['librosa-mfcc,__proto__.x=1', '"__proto__.x=1" is no setting'],
  ])('%s is refused', (text, what) => {
    expect(() => parseFrontend(text)).toThrow(KwsError);
    expect(() => parseFrontend(text)).toThrow(what);
  });
});
