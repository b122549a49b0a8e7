/** What training needs of a machine, for `kws-gen doctor`: found or not, each with the fix. */
import type { Prerequisite } from '../platformio/prerequisites.js';
import { findTrainingEngine, TRAINING_SIZE } from './engine.js';
import { findEngines } from './voices/engines.js';
import { findKokoro, KOKORO_SIZE } from './voices/kokoro/install.js';
import { VOICES_FIX } from './voices/packages.js';

export type TrainingPrerequisite = Omit<Prerequisite, 'id'> & {
  readonly id: 'training' | 'voices' | 'neural';
};

export async function trainingPrerequisites(
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly TrainingPrerequisite[]> {
  const [engine, engines] = await Promise.all([findTrainingEngine(env), findEngines('en', env, false)]);
  const kokoro = findKokoro(env);
  const names = engines.map(({ name }) => name).join(', ');
  return [
    {
      id: 'training',
      name: 'JAX and a pronunciation dictionary',
      neededFor: 'train',
      found: engine !== undefined,
      ...(engine === undefined ? {} : { path: engine.python }),
      fix: `kws-gen train --fix (${TRAINING_SIZE})`,
    },
    {
      id: 'voices',
      name: names === '' ? 'Speech synthesisers' : `Speech synthesisers: ${names}`,
      neededFor: 'train',
      found: engines.length > 0,
      fix: VOICES_FIX,
    },
    {
      id: 'neural',
      name: 'Neural voices: Kokoro-82M',
      neededFor: 'train (without them more people are missed)',
      found: kokoro !== undefined,
      ...(kokoro === undefined ? {} : { path: kokoro.python }),
      fix: `kws-gen train --fix (${KOKORO_SIZE})`,
    },
  ];
}
