/** How everything begins that is made of a project: its models are int8, a runtime computes them, each has an identifier. */
import type { Runtime } from '../model/runtime.js';
import type { ResolvedProject } from '../project/types.js';
import { requireInt8 } from '../verify/int8.js';
import type { GeneratedBy } from './banner.js';
import { identifier } from './c.js';
import { type RuntimeSite, requireRuntime } from './runtimes.js';

export interface Begun {
  readonly by: GeneratedBy;
  /** Identifier per model, in order; no two are the same. */
  readonly ids: readonly string[];
}

/** @throws KwsError (exit code 2) for models that are not int8, or that the runtime cannot compute there */
export function beginProject(
  { models }: ResolvedProject,
  runtime: Runtime,
  site: RuntimeSite,
  toolVersion: string,
): Begun {
  for (const { model } of models) requireInt8(model);
  requireRuntime(
    models.map(({ model }) => model),
    runtime,
    site,
  );
  const taken = new Set<string>();
  return { by: { toolVersion }, ids: models.map(({ name }) => identifier(name, taken)) };
}
