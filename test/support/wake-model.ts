/** A real int8 .tflite of one frame and one label: for commands that read files. */
import { ModelBuilder } from '../../src/model/builder.js';
import { writeModel } from '../../src/tflite/build.js';

export function wakeModel(seed = 1): Uint8Array {
  const b = new ModelBuilder('wake');
  const x = b.input('features', [1, 40], { scale: 26 / 255, zeroPoint: -128 });
  const weights = Array.from({ length: 40 }, (_, i) => ((i * 7 + seed) % 21) - 10);
  const w = b.constant('w', 'int8', [1, 40], weights, { scale: 0.01 });
  const dense = b.add(
    'FULLY_CONNECTED',
    [x, w],
    { shape: [1, 1], scale: 0.1, zeroPoint: 0 },
    { activation: 'NONE', keepNumDims: false },
  );
  return writeModel(
    b.build([b.add('LOGISTIC', [dense], { shape: [1, 1], scale: 1 / 256, zeroPoint: -128 }, {})]),
  );
}
