/** How much audio a project's models take before they can say anything. */

import { createResampler } from '../frontend/resample/resampler.js';
import { frameSamples } from '../frontend/spec.js';
import type { RunningProject } from './record/types.js';
import { channelsOf } from './sweep/replay.js';

/**
 * Samples at `rate` Hz until the first score of any wake-word model; undefined where there is no front end.
 */
export function samplesToFirstScore(project: RunningProject, rate: number): number | undefined {
  const { frontend } = project;
  if (frontend.kind === 'none') return undefined;
  const { window, step } = frameSamples(frontend);
  const needed = Math.min(...channelsOf(project).wake.map(({ first }) => window + (first - 1) * step));
  if (rate === frontend.sampleRate) return needed;
  // What a resampler holds back depends on its filter: the least that gives as many is searched for.
  const gives = (count: number) =>
    createResampler(rate, frontend.sampleRate).push(new Int16Array(count)).length;
  let [low, high] = [0, 2 * Math.ceil((needed * rate) / frontend.sampleRate) + rate];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gives(middle) >= needed) high = middle;
    else low = middle + 1;
  }
  return low;
}
