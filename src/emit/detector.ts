/** A detector as C++ data: the fields of `kws::DetectorConfig` (kws_detector/detector.h) in its order. */

import { checkDetector, cutoffByte } from '../detector/check.js';
import type { DetectorSpec } from '../detector/spec.js';
import type { CField, CType } from './types.js';

/**
 * Fields of `kws::DetectorConfig`, in order. The detector also wants window * outputs bytes of memory.
 * @throws KwsError where a field is out of range.
 */
export function detectorConfigForC(spec: DetectorSpec, outputs: number): readonly CField[] {
  checkDetector(spec, outputs);
  const field = (name: string, ctype: CType, value: number | boolean): CField => ({
    kind: 'scalar',
    name,
    ctype,
    value: Number(value),
  });
  return [
    field('targets', 'uint32_t', spec.targets.reduce((mask, target) => mask | (1 << target), 0) >>> 0),
    field('refractory_steps', 'uint16_t', spec.refractorySteps),
    field('outputs', 'uint8_t', outputs),
    field('cutoff', 'uint8_t', cutoffByte(spec)),
    field('window', 'uint8_t', spec.window),
    field('minimum', 'uint8_t', spec.minimum),
    field('partial_present', 'bool', spec.partialWindow === 'present'),
    field('floor_mean', 'bool', spec.mean === 'floor'),
    field('below_cutoff_counts', 'bool', spec.refractoryCounts === 'steps-below-cutoff'),
    field('start_deaf', 'bool', spec.startDeaf),
    field('same_label_only', 'bool', spec.refractoryFor === 'same-label'),
    field('judge_later', 'bool', spec.deafInference === 'judged-later'),
    field('clear_on_detect', 'bool', spec.clearOnDetect),
    field('top_only', 'bool', spec.competition === 'top'),
  ];
}
