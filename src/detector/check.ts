/** What a detector can be: the ranges of its description, all mistakes at once. */
import { inputError, type Problem } from '../diagnostics/errors.js';
import type { DetectorSpec } from './spec.js';

/** What the device's integers and buffers are made for (`kws_detector/detector.h`). */
export const MAX_OUTPUTS = 32;
export const MAX_WINDOW = 255;
export const MAX_REFRACTORY_STEPS = 65_535;

/** @throws KwsError naming every field that is out of range. */
export function checkDetector(spec: DetectorSpec, outputs: number): void {
  const problems: Problem[] = [];
  const check = (ok: boolean, field: string, value: unknown, why: string) => {
    if (!ok)
      problems.push({ what: `${JSON.stringify(value)} is out of range`, where: `detector.${field}`, why });
  };
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const { cutoff, window, minimum, refractorySteps, targets } = spec;
  check(whole(outputs, 1, MAX_OUTPUTS), 'outputs', outputs, `a model has 1 to ${MAX_OUTPUTS} outputs`);
  check(cutoff >= 0 && cutoff <= 1, 'cutoff', cutoff, 'a probability is 0 to 1');
  check(whole(window, 1, MAX_WINDOW), 'window', window, `1 to ${MAX_WINDOW} inferences are averaged`);
  check(whole(minimum, 1, window), 'minimum', minimum, `at least 1 and at most the window's ${window}`);
  check(
    whole(refractorySteps, 0, MAX_REFRACTORY_STEPS),
    'refractorySteps',
    refractorySteps,
    `0 to ${MAX_REFRACTORY_STEPS} feature steps are counted`,
  );
  check(
    targets.length > 0 && targets.every((target) => whole(target, 0, outputs - 1)),
    'targets',
    targets,
    `one or more of the outputs 0 to ${outputs - 1}`,
  );
  if (problems.length > 0) throw inputError(problems);
}

/** The cutoff as the device knows it, 0…255; computed in double precision, as ESPHome's configuration does. */
export function cutoffByte(spec: Pick<DetectorSpec, 'cutoff'>): number {
  return Math.floor(spec.cutoff * 255);
}
