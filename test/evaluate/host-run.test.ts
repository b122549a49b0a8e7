import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { createHostRun, type HostEvent, runClip } from '../../src/evaluate/host-run.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { ResolvedModel, ResolvedProject } from '../../src/project/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';

const open = (path: string) => requireInt8(openModel(readFileSync(sharedPath('models', path)), path));

function wakeWord(name: string, cutoff: number): ResolvedModel {
  const settings = { ...DETECTOR_PRESETS['micro-wake-word'], cutoff, window: 5 };
  return {
    name,
    model: open(`esphome/v2/${name}.tflite`),
    labels: [name],
    hop: 3,
    detector: detectorSpec(settings, { stepMs: 10, hop: 3 }, [0]),
  };
}

const project = (models: readonly ResolvedModel[], gate?: string): ResolvedProject => ({
  name: 'test',
  frontend: FRONTEND_PRESETS['micro-wake-word'],
  models,
  ...(gate === undefined ? {} : { gate }),
});

const scores = (events: readonly HostEvent[]) =>
  events.flatMap((event) => (event.t === 'score' ? [event.q[0]] : []));
const heard = (events: readonly HostEvent[]) =>
  events.flatMap((event) => (event.t === 'detect' ? [`${event.label} at ${event.ms}`] : []));

describeWithSharedData('okay_nabu v2 on the host', () => {
  const { runs } = sharedJson<{ runs: { model: string; uint8: number[] }[] }>(
    'golden',
    'microwakeword_streaming.json',
  );
  const clips = ['wake_words', 'speech_commands'].flatMap((folder) =>
    readdirSync(sharedPath('audio', folder)).map((name) => `${folder}/${name}`),
  );

  test.each([{ gated: false }, { gated: true }])(
    'fires on its own clip and on no other, gated: $gated',
    async ({ gated }) => {
      const wake = wakeWord('okay_nabu', 0.97);
      const run = createHostRun(gated ? project([wake, wakeWord('vad', 0.5)], 'vad') : project([wake]));
      const all: Record<string, string[]> = {};
      for (const clip of clips) {
        const events = runClip(run, await loadClip(sharedPath('audio', clip), 16_000));
        if (clip === 'wake_words/okay_nabu.wav') expect(scores(events)).toEqual(runs[0]!.uint8);
        if (heard(events).length > 0) all[clip] = heard(events);
      }
      expect(all).toEqual({ 'wake_words/okay_nabu.wav': ['okay_nabu at 1610'] });
    },
  );

  test('does not depend on how the audio is cut', async () => {
    const pcm = await loadClip(sharedPath('audio/wake_words/okay_nabu.wav'), 16_000);
    const run = createHostRun(project([wakeWord('okay_nabu', 0.97)]));
    const whole = runClip(run, pcm);
    run.reset();
    const pieces: HostEvent[] = [];
    for (let at = 0; at < pcm.length; at += 97) pieces.push(...run.push(pcm.subarray(at, at + 97)));
    expect([...pieces, run.end()]).toEqual(whole);
  });
});

test('a project without a front end cannot be played to', () => {
  const empty: ResolvedProject = { name: 'none', frontend: FRONTEND_PRESETS.none, models: [] };
  expect(() => createHostRun(empty)).toThrow(/no front end/);
});
