/** How far the fixed-point front end is from the definition: measured the same way in tests and for documents. */
import { createFrontend } from '../../src/frontend/frontend.js';
import { inputValues, modelInput } from '../../src/frontend/input.js';
import type { SpectralFrontendSpec } from '../../src/frontend/spec.js';

export interface Deviation {
  readonly max: number;
  readonly rms: number;
  /** Share of int8 features that differ, and the largest difference in steps. */
  readonly changed: number;
  readonly steps: number;
}

/** The clip so loud that its largest sample is at `db` below full scale. */
function atLevel(clip: Int16Array, db: number): Int16Array {
  const peak = clip.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  const gain = (32_767 / peak) * 10 ** (db / 20);
  return clip.map((sample) => Math.round(sample * gain));
}

/** The int8 input of a model that was calibrated on these clips at full scale. */
export function inputFor(spec: SpectralFrontendSpec, clips: readonly Int16Array[]) {
  let [least, greatest] = [0, 0];
  for (const clip of clips) {
    const values = inputValues(spec, createFrontend(spec, 'float64').push(atLevel(clip, 0)), 'float64');
    for (const value of values) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  }
  const scale = (greatest - least) / 255;
  const zeroPoint = Math.round(-128 - least / scale);
  return { type: 'int8', quantization: { scales: [scale], zeroPoints: [zeroPoint], axis: 0 } } as const;
}

/** Over clips at a level, each one window of a model. */
export function deviation(
  spec: SpectralFrontendSpec,
  clips: readonly Int16Array[],
  db: number,
  input: ReturnType<typeof inputFor>,
): Deviation {
  let [max, squares, count, changed, steps] = [0, 0, 0, 0, 0];
  for (const clip of clips) {
    const samples = atLevel(clip, db);
    const run = (arithmetic: 'float64' | 'fixed') => {
      const frames = createFrontend(spec, arithmetic).push(samples);
      return {
        values: inputValues(spec, frames, arithmetic),
        integers: modelInput(spec, frames, input, arithmetic),
      };
    };
    const [wanted, got] = [run('float64'), run('fixed')];
    for (const [i, value] of wanted.values.entries()) {
      const error = Math.abs(value - got.values[i]!);
      max = Math.max(max, error);
      squares += error * error;
      count += 1;
      const apart = Math.abs(wanted.integers[i]! - got.integers[i]!);
      changed += apart > 0 ? 1 : 0;
      steps = Math.max(steps, apart);
    }
  }
  return { max, rms: Math.sqrt(squares / count), changed: changed / count, steps };
}
