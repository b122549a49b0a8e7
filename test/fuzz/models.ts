/** Which models the tests run: the same on every machine. */
import { type RandomModel, randomModel } from './random-model.js';

/** Numbers `first` and on of a seed. */
export function randomModels(seed: number, count: number, first = 0): readonly RandomModel[] {
  return Array.from({ length: count }, (_, i) => randomModel(`${seed}/${first + i}`));
}

/** Of `npm test`; long runs draw others. */
export const TEST_MODELS = { seed: 1, count: 100 } as const;
