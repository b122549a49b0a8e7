/** Random models as every core computes them, each in QEMU: what the reference engine computes. */
import { describe, expect, test } from 'vitest';
import { differences, referenceOutputs } from '../fuzz/compare.js';
import { randomModels, TEST_MODELS } from '../fuzz/models.js';
import { hopLines, slidingModels } from '../fuzz/sliding-model.js';
import { buildAotForCore, runAotOnCore } from '../native/aot.js';
import { targetOf } from '../native/kernel-program.js';
import { ARM_CORE_NAMES } from '../support/arm.js';
import { describeWithToolchain } from './platform-support.js';

describeWithToolchain('random models', () => {
  const models = randomModels(TEST_MODELS.seed, TEST_MODELS.count);
  const sliding = slidingModels(TEST_MODELS.seed, 60);

  // The generated C++ of some: a compiler takes longer than a plan. The driver's lines are long for smaller memories.
  test.each(['cortex-m0plus', 'cortex-m4'] as const)('generated C++ on %s', async (core) => {
    const some = models.slice(0, 16);
    const slides = sliding.slice(0, 8);
    const named = [...some, ...slides].map(({ model, window }, i) => ({
      id: `m${i}`,
      model,
      ...(window && { window }),
    }));
    const executable = await buildAotForCore('fuzz', named, core, targetOf(core));
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const inputs = some.map((one) => [...one.inputs.map(hex), 'reset', hex(one.inputs[0]!)]);
    const hops = slides.map(hopLines);
    const expected = [...some, ...slides].flatMap(referenceOutputs);
    expect(await runAotOnCore(executable, core, [...inputs, ...hops])).toEqual(expected);
  });

  describe.each(ARM_CORE_NAMES)('on %s', (core) => {
    test(`${models.length} models`, async () => {
      expect(await differences(models, core)).toEqual([]);
    });

    test(`${sliding.length} models whose windows slide`, async () => {
      expect(await differences(sliding, core)).toEqual([]);
    });
  });
});
