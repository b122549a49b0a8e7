/** A project around a front end alone: a second of frames into one fully connected layer. */

import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { type AudioFrontendSpec, frameChannels, frameSamples, stepMs } from '../../src/frontend/spec.js';
import { ModelBuilder } from '../../src/model/builder.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { random } from './random.js';

/** Its score depends on every feature of the window; `scale` is that of the model's input. */
export function listener(frontend: AudioFrontendSpec, scale: number): ResolvedProject {
  const { window, step } = frameSamples(frontend);
  const frames = Math.floor((frontend.sampleRate - window) / step) + 1;
  const size = frames * frameChannels(frontend);
  const builder = new ModelBuilder('listener');
  const next = random(1);
  // In pairs, so that what all features have in common does not count.
  const signs = Array.from({ length: Math.ceil(size / 2) }, () => (next(2) === 0 ? [-1, 1] : [1, -1])).flat();
  const input = builder.input('input', [1, size], { scale, zeroPoint: -20 });
  const weights = builder.constant('weights', 'int8', [1, size], signs.slice(0, size), {
    scale: 0.001 / scale,
  });
  const sum = { name: 'sum', type: 'int8', shape: [1, 1], scale: 16 / 255, zeroPoint: 0 } as const;
  const y = builder.add('FULLY_CONNECTED', [input, weights, -1], sum, {
    activation: 'NONE',
    keepNumDims: false,
  });
  const output = { name: 'output', type: 'int8', shape: [1, 1], scale: 1 / 256, zeroPoint: -128 } as const;
  const file = writeModel(builder.build([builder.add('LOGISTIC', [y], output, {})]));
  const model = requireInt8(openModel(file, 'l.tflite'));
  const hop = Math.max(1, Math.round(frames / 10));
  const detector = detectorSpec(DETECTOR_PRESETS.general, { stepMs: stepMs(frontend), hop }, [0]);
  return {
    name: 'listener',
    frontend,
    models: [{ name: 'listener', model, labels: ['listener'], detector, hop }],
  };
}
