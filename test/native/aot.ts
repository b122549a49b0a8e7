/** Builds the compiled runtime of models for the host and runs them over inputs. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelSymbol, renderAotModel } from '../../src/emit/aot.js';
import type { Model } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import { buildNative, root, runNative } from '../support/native.js';

export interface NamedModel {
  /** An identifier. */
  readonly id: string;
  readonly model: Model;
}

/** Generated sources of the models, where the build finds them. */
export function writeAotSources(models: readonly NamedModel[]): { folder: string; sources: string[] } {
  const texts = models.map(({ id, model }) => ({
    name: `model_${id}.cpp`,
    text: renderAotModel(planModel(model), id, id, { toolVersion: 'test' }).text,
  }));
  const symbols = models.map(({ id }) => modelSymbol(id));
  texts.push({
    name: 'test_models.h',
    text: `#pragma once
#include "kws_model/kws_model.h"
namespace kws {
${symbols.map((symbol) => `extern const Model ${symbol};`).join('\n')}
}
inline const kws::Model* const kTestModels[] = {${symbols.map((symbol) => `&kws::${symbol}`).join(', ')}};
`,
  });
  // The name is the content, so that runs side by side and caches do no harm to each other.
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
  const folder = join(root, '.cache', 'generated', hash);
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of texts) writeFileSync(join(folder, name), text);
  return { folder, sources: texts.slice(0, -1).map(({ name }) => join(folder, name)) };
}

/** Builds one program with all the models and returns the path of its executable. */
export function buildAot(name: string, models: readonly NamedModel[]): Promise<string> {
  const { folder, sources } = writeAotSources(models);
  return buildNative({
    name: `aot-${name}`,
    libraries: ['kws_kernels'],
    includes: [join(root, 'templates', 'lib', 'kws_model', 'include'), folder],
    sources: [...sources, join(root, 'test', 'native', 'model_driver.cpp')],
  });
}

/** Output bytes in hex, one per input; `reset` in the list resets the state. */
export async function runAot(
  executable: string,
  model: number,
  inputs: readonly string[],
): Promise<string[]> {
  return (await runNative(executable, `model ${model}\n${inputs.join('\n')}\n`)).trim().split('\n');
}
