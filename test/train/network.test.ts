/** The exported network is what TF.js layers models are, in four sizes; the plan of passages is repeatable. */
import { describe, expect, test } from 'vitest';
import { inspectModel } from '../../src/model/inspect.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { readModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { exportTfjs, type Network, networkOf, SIZES, weightsOf } from '../../src/train/network.js';
import { planPassages } from '../../src/train/parts.js';
import type { Source } from '../../src/train/passages.js';
import { createRandom } from '../../src/train/random.js';

function exported(network: Network, featureScale: number) {
  const listed = weightsOf(network);
  const random = createRandom('weights');
  const values = listed.flatMap(({ name, shape }) =>
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      /variance|gamma/.test(name) ? random.uniform(0.5, 1.5) : random.normal(0, 0.3),
    ),
  );
  const data = new Uint8Array(Float32Array.from(values).buffer);
  return exportTfjs('word', network, { listed, data, featureScale });
}

describe('the network', () => {
  test.each(SIZES)('%s is read as a model with two probabilities', async (size) => {
    const { json, weights } = exported(networkOf('window', size, 49, 40), 0.1);
    const model = await readModel(new TextEncoder().encode(json), 'model.json', async () => weights);
    const [output] = createEngine(simplifyModel(model)).invoke([new Float32Array(49 * 40).fill(5)]);
    expect(output).toHaveLength(2);
    expect(Number(output![0]) + Number(output![1])).toBeCloseTo(1, 5);
  });

  test('the sizes are an eighth, a third, the example’s, and twice of it', async () => {
    const macs = await Promise.all(
      SIZES.map(async (size) => {
        const { json, weights } = exported(networkOf('window', size, 49, 40), 0.1);
        const model = await readModel(new TextEncoder().encode(json), 'model.json', async () => weights);
        return Math.round(inspectModel(simplifyModel(model)).totals.macs / 1000);
      }),
    );
    expect(macs).toEqual([139, 379, 1167, 2362]);
  });

  test('features are scaled in its stem', async () => {
    const network = networkOf('window', 's', 53, 40);
    const outputs = await Promise.all(
      [1, 0.5].map(async (scale) => {
        const { json, weights } = exported(network, scale);
        const model = await readModel(new TextEncoder().encode(json), 'model.json', async () => weights);
        const input = Float32Array.from({ length: 53 * 40 }, (_, i) => ((i % 17) / 17) * (1 / scale));
        return Number(createEngine(simplifyModel(model)).invoke([input])[0]![1]);
      }),
    );
    expect(outputs[0]).toBeCloseTo(outputs[1]!, 5);
  });
});

describe('passages', () => {
  const source = (n: number, kind: Source['kind'], hasWord: boolean): Source => ({
    path: `${n}.wav`,
    key: `${kind}-${hasWord}-${n}`,
    kind,
    hasWord,
  });
  const sources = [
    ...Array.from({ length: 10 }, (_, n) => source(n, 'real', true)),
    ...Array.from({ length: 20 }, (_, n) => source(n, 'synthetic', true)),
    ...Array.from({ length: 12 }, (_, n) => source(n, 'near', false)),
    ...Array.from({ length: 16 }, (_, n) => source(n, 'synthetic', false)),
  ];

  test('are planned the same for the same seed; every source is heard in every round', () => {
    const plans = planPassages(sources, 2, 1);
    expect(planPassages(sources, 2, 1)).toEqual(plans);
    expect(planPassages(sources, 2, 2)).not.toEqual(plans);
    expect(new Set(plans.map(({ seed }) => seed)).size).toBe(plans.length);
    const heard = (make: string, key: string) =>
      plans
        .filter((plan) => plan.make === make)
        .flatMap((plan) => plan.sources)
        .filter((one) => one.key === key).length;
    for (const { key, hasWord, kind } of sources) {
      if (hasWord) expect(heard('word', key)).toBe(kind === 'real' ? 12 : 2);
      else if (kind === 'near') expect(heard('other', key)).toBe(2);
    }
    expect(plans.filter(({ make }) => make === 'noise').length).toBeGreaterThan(0);
  });

  test('no passage has sources of two kinds', () => {
    for (const { make, kind, sources: own } of planPassages(sources, 1, 1)) {
      if (make === 'noise') continue;
      expect(new Set(own.map((one) => `${one.kind} ${one.hasWord}`)).size).toBe(1);
      if (make !== 'broken') expect(own[0]!.kind).toBe(kind);
    }
  });
});
