/** Long runs of random models: `npm run fuzz` (scripts/fuzz.mjs says with what). */
import { expect, test } from 'vitest';
import { HOST_TARGET_NAMES } from '../native/aot.js';
import type { Place } from '../native/kernel-program.js';
import { ARM_CORE_NAMES } from '../support/arm.js';
import { differences } from './compare.js';
import { randomModels } from './models.js';
import { type RandomModel, randomModel } from './random-model.js';
import { describeDifference, shrink } from './shrink.js';
import { slidingModel, slidingModels } from './sliding-model.js';

interface Settings {
  readonly models: number;
  readonly seed: number;
  /** One model instead. */
  readonly name?: string;
  readonly on?: readonly string[];
  /** Models whose windows slide, inference by inference a hop. */
  readonly sliding?: boolean;
}

const BATCH = 100;
const settings = JSON.parse(process.env.KWS_FUZZ ?? '{"models":100,"seed":1}') as Settings;
const everywhere: readonly Place[] = [...HOST_TARGET_NAMES, ...ARM_CORE_NAMES];
const places = everywhere.filter((place) => settings.on?.includes(place) ?? true);

function batches(): (() => readonly RandomModel[])[] {
  const { models, seed, name, sliding } = settings;
  const [one, several] = sliding ? [slidingModel, slidingModels] : [randomModel, randomModels];
  if (name !== undefined) return [() => [one(name)]];
  return Array.from({ length: Math.ceil(models / BATCH) }, (_, i) => () => {
    const first = i * BATCH;
    return several(seed, Math.min(BATCH, models - first), first);
  });
}

test.each(places)('%s', { timeout: 24 * 60 * 60 * 1000 }, async (place) => {
  let count = 0;
  let operators = 0;
  const different: string[] = [];
  for (const batch of batches()) {
    const models = batch();
    for (const { name } of await differences(models, place)) {
      if (settings.sliding) {
        different.push(`the sliding model ${name} on ${place}`);
        continue;
      }
      const whole = models.find((model) => model.name === name)!;
      const smallest = settings.name === undefined ? await shrink(whole, place) : undefined;
      const [difference] = smallest === undefined ? await differences([whole], place) : [smallest];
      different.push(describeDifference(difference!, place));
    }
    count += models.length;
    operators += models.reduce((sum, { model }) => sum + model.operators.length, 0);
  }
  process.stdout.write(
    `${place}: ${count} models of seed ${settings.seed}, ${operators} operators, ${different.length} differ\n`,
  );
  expect(different.join('\n\n')).toBe('');
  expect(count).toBeGreaterThan(0);
});
