/** A project around one or several models, as `resolveProject` would give it. */

import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import { stepMs as frameStepMs } from '../../src/frontend/spec.js';
import type { Model } from '../../src/model/types.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { requireInt8 } from '../../src/verify/int8.js';

export interface FixtureModel {
  readonly name: string;
  readonly model: Model;
  readonly labels: readonly string[];
  readonly hop?: number;
}

export function projectOf(
  models: readonly FixtureModel[],
  frontend: FrontendPreset = 'micro-wake-word',
  gate?: string,
): ResolvedProject {
  const spec = FRONTEND_PRESETS[frontend];
  const stepMs = spec.kind === 'none' ? 10 : frameStepMs(spec);
  return {
    name: models[0]!.name,
    frontend: spec,
    models: models.map(({ name, model, labels, hop = 1 }) => ({
      name,
      model: requireInt8(model),
      labels,
      hop,
      detector: detectorSpec(DETECTOR_PRESETS.general, { stepMs, hop }, [labels.length - 1]),
    })),
    ...(gate === undefined ? {} : { gate }),
  };
}
