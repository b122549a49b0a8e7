/**
 * Whatever a board computes its front end in, it decides the same: published models on recordings, in double
 * and single precision and in integers.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { createHostRun, type HostEvent, runClip } from '../../src/evaluate/host-run.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { type AudioFrontendSpec, stepMs } from '../../src/frontend/spec.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

function published(file: string, labels: readonly string[], frontend: AudioFrontendSpec): ResolvedProject {
  const model = requireInt8(openModel(readFileSync(sharedPath('models', 'mlperf_tiny', file)), file));
  const settings = { ...DETECTOR_PRESETS.general, window: 2, minimum: 1 };
  const targets = labels.map((_, i) => i);
  const detector = detectorSpec(settings, { stepMs: stepMs(frontend), hop: 5 }, targets);
  return { name: 'published', frontend, models: [{ name: 'published', model, labels, detector, hop: 5 }] };
}

/** Per inference the label that leads, and every detection: not the scores, which differ by a step. */
const decisions = (events: readonly HostEvent[]) =>
  events.flatMap((event): (string | number)[] => {
    if (event.t === 'score') return [event.q.indexOf(Math.max(...event.q))];
    return event.t === 'detect' ? [`${event.label} at ${event.ms}`] : [];
  });

describeWithSharedData('arithmetics of front ends', () => {
  const clips = readdirSync(sharedPath('audio', 'speech_commands'))
    .filter((name) => name.endsWith('.wav'))
    .map((name) => sharedPath('audio', 'speech_commands', name));
  const keywords = 'down,go,left,no,off,on,right,stop,up,yes,silence,unknown'.split(',');

  test.each([
    ['kws_ref_model.tflite', keywords, FRONTEND_PRESETS['mlperf-tiny-kws']],
    ['str_ww_ref_model.tflite', ['marvin', 'silence', 'unknown'], FRONTEND_PRESETS['mlperf-tiny-streaming']],
  ])('%s decides the same in all of them', async (file, labels, frontend) => {
    const project = published(file, labels, frontend);
    const runs = (['float64', 'float32', 'fixed'] as const).map((arithmetic) =>
      createHostRun(project, { arithmetic }),
    );
    let inferences = 0;
    for (const clip of clips) {
      const samples = await loadClip(clip, 16_000);
      const [defined, single, fixed] = runs.map((run) => decisions(runClip(run, samples)));
      expect(single, clip).toEqual(defined);
      expect(fixed, clip).toEqual(defined);
      inferences += defined!.filter((decision) => typeof decision === 'number').length;
    }
    expect(inferences).toBeGreaterThanOrEqual(16);
  });
});
