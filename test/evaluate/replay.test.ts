/** The replay: without what cannot matter, it hears the same; and what the host's own run hears. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { cutoffByte } from '../../src/detector/check.js';
import { DETECTOR_PRESETS, type DetectorPreset, detectorSpec } from '../../src/detector/settings.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { createRecorder } from '../../src/evaluate/record/recorder.js';
import type { Listening, RunningProject } from '../../src/evaluate/record/types.js';
import { padded } from '../../src/evaluate/sound/stage.js';
import { createCounter } from '../../src/evaluate/sweep/count.js';
import { cutoffOf, evaluationGrid, withSetting } from '../../src/evaluate/sweep/grid.js';
import {
  channelsOf,
  createReplayer,
  peaksOf,
  replay,
  replayProject,
  stepTime,
} from '../../src/evaluate/sweep/replay.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { channel, recording } from './recordings.js';

describe('stretches in which nothing can be heard are passed over', () => {
  const presets = Object.keys(DETECTOR_PRESETS) as DetectorPreset[];
  const cases = presets.flatMap((preset) =>
    [1, 3].flatMap((outputs) => [false, true].map((gated) => ({ preset, outputs, gated }))),
  );
  test.each(cases)('$preset, $outputs outputs, gated: $gated', ({ preset, outputs, gated }) => {
    const wake = channel(preset, 2, outputs);
    const gate = gated ? channel('general', 3, 1, 1) : undefined;
    let heardAtAll = 0;
    for (let seed = 1; seed <= 2; seed++) {
      const one = recording(seed, 2000, gate === undefined ? [wake] : [wake, gate]);
      for (const cutoff of [0, 0.2, 0.5, 0.7, 0.9])
        for (const window of [1, 4])
          for (const refractorySteps of [0, 30, 200]) {
            const spec = withSetting(wake.detector, { cutoff, window, refractorySteps });
            const all = replay(wake, spec, gate, one);
            expect(createReplayer(wake, spec, gate)(one, peaksOf(wake, one))).toEqual(all);
            heardAtAll += all.length;
          }
    }
    expect(heardAtAll).toBeGreaterThan(10);
  });
});

describe('settings', () => {
  test('every step of the device has a cutoff of three digits', () => {
    for (let byte = 0; byte <= 255; byte++) {
      const cutoff = cutoffOf(byte);
      expect(Math.floor(cutoff * 255), String(byte)).toBe(byte);
      expect(String(cutoff).length).toBeLessThanOrEqual(5);
    }
  });

  test("the project's own setting is among those tried", () => {
    const own = { ...channel('micro-wake-word', 3, 1).detector, window: 4, cutoff: 0.33 };
    const { families, cutoffs } = evaluationGrid(own);
    expect(families).toContainEqual({ window: 4, refractorySteps: own.refractorySteps });
    expect(cutoffs).toContain(cutoffByte(own));
    expect(cutoffs).toEqual([...cutoffs].sort((a, b) => b - a));
  });
});

test('with every step counting, a higher cutoff misses no fewer clips', () => {
  const wake = channel('general', 2, 1);
  const positives = Array.from({ length: 20 }, (_, i) => ({
    recording: recording(i + 1, 400, [wake]),
    begin: 1,
    wanted: 0,
  }));
  const count = createCounter({ channel: wake, gate: undefined, positives, negatives: [], hours: 0 });
  const misses = Array.from({ length: 255 }, (_, byte) =>
    count({ cutoff: cutoffOf(byte), window: 3, refractorySteps: 100 }),
  ).map((point) => point.misses);
  expect(misses).toEqual([...misses].sort((a, b) => a - b));
  expect(misses[0]).toBe(0);
  expect(misses.at(-1)).toBeGreaterThan(5);
});

describeWithSharedData('published models', () => {
  const wakeWord = (name: string, cutoff: number) => ({
    name,
    model: requireInt8(openModel(readFileSync(sharedPath('models/esphome/v2', `${name}.tflite`)), name)),
    labels: [name],
    hop: 3,
    detector: detectorSpec({ ...DETECTOR_PRESETS['micro-wake-word'], cutoff }, { stepMs: 10, hop: 3 }, [0]),
  });
  const frontend = FRONTEND_PRESETS['micro-wake-word'];
  const clips = readdirSync(sharedPath('audio/wake_words')).slice(0, 6);

  test.each([false, true])('replayed as the host ran them, gated: %s', async (gated) => {
    const models = [wakeWord('okay_nabu', 0.4), ...(gated ? [wakeWord('vad', 0.5)] : [])];
    const project: RunningProject = { name: 'test', frontend, models, ...(gated ? { gate: 'vad' } : {}) };
    const numbers = { arithmetic: 'float32' as const, captureRate: 16_000 };
    const listening: Listening = { project, numbers, leadMs: 2000, tailMs: 1000 };
    const recorder = createRecorder(listening);
    const channels = channelsOf(project);
    const host = createHostRun(project, numbers);
    let heardAtAll = 0;
    for (const clip of clips) {
      const path = sharedPath('audio/wake_words', clip);
      const one = await recorder.record({ path, name: clip });
      const pcm = padded(await loadClip(path, 16_000), { lead: 32_000, tail: 16_000 }, 16_000);
      const detections = runClip(host, pcm).flatMap((event) =>
        event.t === 'detect' ? [{ ms: event.ms, p: event.p, label: event.label }] : [],
      );
      const replayed = replayProject(channels, one).map(({ step, p, label, model }) => ({
        ms: stepTime(project, step),
        p,
        label: project.models[model]!.labels[label]!,
      }));
      expect(replayed).toEqual(detections);
      heardAtAll += replayed.length;
    }
    expect(heardAtAll).toBeGreaterThan(0);
  });
});
