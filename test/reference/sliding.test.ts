/** Inferences at hops equal whole inferences, bit for bit, with nothing left of what is said not to survive. */
import { describe, expect, test } from 'vitest';
import { lowerModel } from '../../src/lowering/lower.js';
import { analyseSliding } from '../../src/plan/sliding.js';
import { createSlidingEngine } from '../../src/reference/sliding.js';
import { type SlidingModel, slidingModels } from '../fuzz/sliding-model.js';

function analysed({ model, window }: SlidingModel) {
  const calls = lowerModel(model);
  return { calls, sliding: analyseSliding(model, calls, window) };
}

const MODELS = slidingModels(1, 300);

describe('random models', () => {
  test('give the same at hops as from whole windows', () => {
    const different = MODELS.filter((one) => {
      const { calls, sliding } = analysed(one);
      if (sliding.calls.every((call) => call === undefined)) return false;
      const [whole, hops] = [1, 2].map(() => createSlidingEngine(one.model, calls, sliding));
      return one.inputs.some((bytes, i) => {
        const input = Int8Array.from(new Int8Array(bytes.buffer));
        const expected = whole!.invoke(input);
        const actual = i === 0 ? hops!.invoke(input) : hops!.advance(input);
        return Buffer.compare(Buffer.from(expected.buffer), Buffer.from(actual.buffer)) !== 0;
      });
    });
    expect(different.map(({ name }) => name)).toEqual([]);
  });

  test('keep something, mostly', () => {
    const found = MODELS.map((one) => analysed(one).sliding).filter((sliding) => sliding !== undefined);
    expect(found.length).toBeGreaterThan(MODELS.length / 2);
    expect(
      found.filter(({ tensors }) => [...tensors.values()].some(({ kept }) => kept)).length,
    ).toBeGreaterThan(MODELS.length / 3);
    expect(found.filter(({ macs }) => macs.hop < 0.8 * macs.whole).length).toBeGreaterThan(MODELS.length / 8);
  });
});
