/** A model that takes [channels, frames] hears what the same network hears as [frames, channels]. */
import { describe, expect, test } from 'vitest';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { type AudioFrontendSpec, frameChannels, frameSamples } from '../../src/frontend/spec.js';
import { ModelBuilder } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { random } from '../support/random.js';

const FRAMES = 6;

/** A dense layer over a window in either order, of the same weights per frame and channel. */
function network(channels: number, transposed: boolean, shape: readonly number[]): Model {
  const next = random(channels);
  const weights = Array.from({ length: FRAMES * channels }, () => next(15) - 7);
  const ordered = transposed
    ? Array.from(
        { length: channels * FRAMES },
        (_, i) => weights[(i % FRAMES) * channels + Math.floor(i / FRAMES)]!,
      )
    : weights;
  const b = new ModelBuilder('window');
  const x = b.input('x', shape, { scale: 26 / 255, zeroPoint: -128 });
  const w = b.constant('w', 'int8', [1, weights.length], ordered, { scale: 0.01 });
  const flat = b.reshape(x, [1, weights.length]);
  const y = b.add(
    'FULLY_CONNECTED',
    [flat, w],
    { shape: [1, 1], scale: 0.1, zeroPoint: 0 },
    { activation: 'NONE', keepNumDims: false },
  );
  const p = b.add('LOGISTIC', [y], { shape: [1, 1], scale: 1 / 256, zeroPoint: -128 }, {});
  return openModel(writeModel(b.build([p])), 'window.tflite');
}

function scores(frontend: AudioFrontendSpec, model: Model) {
  const run = createHostRun({
    name: 'test',
    frontend,
    models: [
      {
        name: 'window',
        model: requireInt8(model),
        labels: ['word'],
        hop: 2,
        detector: detectorSpec(DETECTOR_PRESETS.general, { stepMs: 20, hop: 2 }, [0]),
      },
    ],
  });
  const { window, step } = frameSamples(frontend);
  const next = random(4);
  const pcm = Int16Array.from({ length: window + 30 * step }, () => next(8000) - 4000);
  return runClip(run, pcm);
}

describe.each(['micro-speech', 'mlperf-tiny-kws', 'torchaudio-mfcc'] as const)('%s', (preset) => {
  const spec: AudioFrontendSpec = FRONTEND_PRESETS[preset];
  const channels = frameChannels(spec);
  const expected = scores(spec, network(channels, false, [1, FRAMES, channels, 1]));

  test.each([
    [1, channels, FRAMES],
    [1, channels, FRAMES, 1],
    [1, 1, channels, FRAMES],
  ])('%j %j %j', (...shape) => {
    expect(expected.filter(({ t }) => t === 'score').length).toBeGreaterThan(8);
    expect(scores(spec, network(channels, true, shape))).toEqual(expected);
  });

  test('the order matters', () => {
    expect(scores(spec, network(channels, false, [1, channels, FRAMES]))).not.toEqual(expected);
  });
});
