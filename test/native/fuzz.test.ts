/** Random models on the host, under sanitizers: the plan and the kernels compute what the reference does. */
import { describe, expect, test } from 'vitest';
import { OPERATORS } from '../../src/model/operators.js';
import type { OperatorKind } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import { differences, referenceOutputs } from '../fuzz/compare.js';
import { randomModels, TEST_MODELS } from '../fuzz/models.js';
import { randomModel } from '../fuzz/random-model.js';
import { expectSound } from '../plan/check-plan.js';
import { buildAot, HOST_TARGET_NAMES, HOST_TARGETS, runAot } from './aot.js';

const models = randomModels(TEST_MODELS.seed, TEST_MODELS.count);

describe.each(HOST_TARGET_NAMES)('%s kernels', (target) => {
  test('compute what the reference does', async () => {
    expect(await differences(models, target)).toEqual([]);
  });

  test('generated C++ of some', async () => {
    const some = models.slice(0, 16);
    const named = some.map(({ model }, i) => ({ id: `m${i}`, model }));
    const executable = await buildAot('fuzz', named, target);
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    for (const [i, one] of some.entries()) {
      const inputs = [...one.inputs.map(hex), 'reset', hex(one.inputs[0]!)];
      expect(await runAot(executable, i, inputs), one.name).toEqual(referenceOutputs(one));
    }
  });

  test('plans are sound', () => {
    for (const { model } of models) expectSound(model, planModel(model, HOST_TARGETS[target]));
  });
});

describe('the models', () => {
  test('have every operator that we compute', () => {
    const kinds = new Set(models.flatMap(({ model }) => model.operators.map(({ kind }) => kind)));
    const all = (Object.keys(OPERATORS) as OperatorKind[]).filter((kind) => kind !== 'FOREIGN');
    expect([...kinds].sort()).toEqual(all.sort());
  });

  test('show something: outputs differ from input to input', () => {
    const telling = models.filter((one) => new Set(referenceOutputs(one)).size > 1);
    expect(telling.length).toBeGreaterThan(0.6 * models.length);
  });

  test('are named by seed, number and steps', () => {
    const whole = models.find(({ steps }) => steps > 6)!;
    const cut = randomModel(`${whole.name}:4`);
    expect(randomModel(whole.name)).toEqual(whole);
    expect(cut.steps).toBe(4);
    expect(cut.inputs).toEqual(whole.inputs);
    const first = whole.model.operators[0]!;
    expect(cut.model.operators[0]).toEqual(first);
  });
});
