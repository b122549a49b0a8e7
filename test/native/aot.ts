/** Builds the compiled runtime of a model for the host and runs it over inputs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderAotModel } from '../../src/emit/aot.js';
import type { Model } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import { buildNative, root, runNative } from '../support/native.js';

export const driver = join(root, 'test', 'native', 'model_driver.cpp');

/** Writes the generated source where the build finds it and returns its path. */
export function writeAotSource(model: Model, id: string): string {
  const { text } = renderAotModel(planModel(model), id, id, { toolVersion: 'test' });
  const folder = join(root, '.cache', 'generated', String(process.pid));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `model_${id}.cpp`);
  writeFileSync(file, text);
  return file;
}

/** Output bytes in hex, one per input; `reset` in the list resets the state. */
export async function runAot(model: Model, id: string, inputs: readonly string[]): Promise<string[]> {
  const executable = await buildNative({
    name: `aot-${id}`,
    libraries: ['kws_kernels'],
    includes: [join(root, 'templates', 'lib', 'kws_model', 'include')],
    sources: [writeAotSource(model, id), driver],
    flags: [`-DKWS_TEST_MODEL=model_${id}`],
  });
  const [, ...lines] = (await runNative(executable, `${inputs.join('\n')}\n`)).trim().split('\n');
  return lines;
}
