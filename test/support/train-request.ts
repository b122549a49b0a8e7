import type { TrainRequest } from '../../src/train/types.js';

/** Two words, quickly, by synthetic voices alone. */
export const trainRequest = (more: Partial<TrainRequest> = {}): TrainRequest => ({
  word: 'hey device',
  spellings: ['hey device'],
  language: 'en',
  positives: [],
  negatives: [],
  noises: [],
  judges: [],
  frontend: 'micro-wake-word',
  network: 'window',
  size: 'm',
  neural: false,
  quick: true,
  seed: 1,
  board: 'virtual-cortex-m4',
  maxFaPerHour: 0.5,
  folds: 0,
  ...more,
});
