import { expect, test } from 'vitest';
import { operatorSlots } from '../../src/emit/traced.js';
import { ModelBuilder } from '../plan/models.js';

test('what is counted of an operator has a place, also where the numbers of a file have gaps', () => {
  const b = new ModelBuilder();
  const x = b.tensor([1, 2]);
  const model = b.model([x], [b.relu(b.relu(x))]);
  expect(operatorSlots(model)).toBe(2);
  const [first, second] = model.operators;
  // Handles of variables come first in a file that streams.
  const streams = {
    operators: [
      { ...first!, index: 7 },
      { ...second!, index: 9 },
    ],
  };
  expect(operatorSlots(streams)).toBe(10);
  expect(operatorSlots({ operators: [] })).toBe(0);
});
