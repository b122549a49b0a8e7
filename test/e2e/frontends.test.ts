/**
 * Front ends on virtual boards: frames and scores equal the host's, bit for bit, in the arithmetic of the
 * board (single precision where there is a floating-point unit, fixed point where there is none); published
 * models hear what they were trained on.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { boardNumbers, findBoard, resolveTwin } from '../../src/boards/index.js';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { type AudioFrontendSpec, stepMs } from '../../src/frontend/spec.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { featureValues, type ScoreEvent, type SessionEvent } from '../../src/protocol/events.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { listener } from '../support/listener.js';
import { random } from '../support/random.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { type Firmware, startFirmware } from './firmware.js';
import { describeWithToolchain } from './platform-support.js';

const BOARDS = ['virtual-cortex-m4', 'virtual-cortex-m3'];

/** A tone that rises through the whole band, loud, then soft under noise, then silence. */
function sound(rate: number): Int16Array {
  const next = random(5);
  return Int16Array.from({ length: Math.round(1.4 * rate) }, (_, i) => {
    const t = i / rate;
    const tone = Math.sin(2 * Math.PI * (50 + 0.2 * rate * t) * t);
    const loud = t < 0.6 ? 20_000 : t < 1.1 ? 300 : 0;
    return Math.round(loud * tone + (t < 1.2 ? next(41) - 20 : 0));
  });
}

function hostEvents(project: ResolvedProject, board: string, name: string, samples: Int16Array) {
  const numbers = boardNumbers(findBoard(board), project.frontend as AudioFrontendSpec);
  return runClip(createHostRun(project, numbers), samples).map(
    (event): SessionEvent => ({ ...event, clip: name }),
  );
}

describeWithToolchain('front ends without a published model', () => {
  // Those whose normalisation differs; the published models below have the others.
  describe.each(BOARDS)('on %s', (board) => {
    test.each([
      ['log-mel', 0.1],
      ['edge-impulse-mfcc', 0.05],
      ['tfjs-speech-commands', 0.05],
      ['octave-bands', 0.1],
    ] as const)('%s: frames and scores are the host’s', async (preset, scale) => {
      const frontend: AudioFrontendSpec = FRONTEND_PRESETS[preset];
      const project = listener(frontend, scale);
      const samples = sound(frontend.sampleRate);
      const firmware = await startFirmware({ project, board });
      try {
        const events = await firmware.play({ name: 'sound', samples });
        expect(events).toEqual(hostEvents(project, board, 'sound', samples));
        expect(new Set(events.flatMap((event) => (event.t === 'score' ? event.q : []))).size).toBeGreaterThan(
          1,
        );
        await firmware.session.command('trace features');
        const traced = await firmware.play({
          name: 'sound',
          samples: samples.subarray(0, frontend.sampleRate / 2),
        });
        const { arithmetic } = boardNumbers(findBoard(board), frontend);
        const frames = createFrontend(frontend, arithmetic).push(
          samples.subarray(0, frontend.sampleRate / 2),
        );
        expect(traced.flatMap((event) => (event.t === 'features' ? [featureValues(event)] : []))).toEqual(
          frames,
        );
      } finally {
        await firmware.stop();
      }
    });
  });
});

describeWithToolchain('a microphone of another rate', () => {
  test('is resampled on the board, and what it says is the host’s', async () => {
    const frontend = FRONTEND_PRESETS['tfjs-speech-commands'];
    const board = 'arduino-nano-33-ble';
    const twin = resolveTwin(findBoard(board));
    expect(boardNumbers(twin, frontend)).toEqual({ arithmetic: 'float32', captureRate: 16_000 });
    const project = listener(frontend, 0.05);
    const samples = sound(16_000);
    const firmware = await startFirmware({ project, board, emulate: true });
    try {
      expect((await firmware.session.hello()).rate).toBe(16_000);
      const expected = runClip(createHostRun(project, boardNumbers(twin, frontend)), samples);
      const events = await firmware.play({ name: 'sound', samples });
      expect(events).toEqual(expected.map((event) => ({ ...event, clip: 'sound' })));
      expect(events.filter((event) => event.t === 'score').length).toBeGreaterThan(2);
    } finally {
      await firmware.stop();
    }
  });
});

/** What the published models say of the clips that last a second; the one wrong answer is the model's own. */
const WORDS: Readonly<Record<string, string>> = {
  'dog.wav': 'unknown',
  'down.wav': 'down',
  'house.wav': 'unknown',
  'marvin_617de221_0.wav': 'unknown',
  'no.wav': 'no',
  'no_0bde966a_nohash_1.wav': 'no',
  'no_1000ms.wav': 'go',
  'noise_1000ms.wav': 'unknown',
  'off.wav': 'off',
  'one.wav': 'unknown',
  'silence_1000ms.wav': 'silence',
  'stop.wav': 'stop',
  'three.wav': 'unknown',
  'yes.wav': 'yes',
  'yes_00f0204f_nohash_2.wav': 'yes',
  'yes_1000ms.wav': 'yes',
};
const KWS_LABELS = [
  'down',
  'go',
  'left',
  'no',
  'off',
  'on',
  'right',
  'stop',
  'up',
  'yes',
  'silence',
  'unknown',
];

function published(
  file: string,
  labels: readonly string[],
  targets: readonly number[],
  frontend: AudioFrontendSpec,
): ResolvedProject {
  const model = requireInt8(openModel(readFileSync(sharedPath('models', 'mlperf_tiny', file)), file));
  const settings = { ...DETECTOR_PRESETS.general, window: 1, minimum: 1 };
  const detector = detectorSpec(settings, { stepMs: stepMs(frontend), hop: 1 }, targets);
  return { name: 'published', frontend, models: [{ name: 'published', model, labels, detector, hop: 1 }] };
}

describeWithToolchain('published models', () => {
  describeWithSharedData('on clips of Speech Commands', () => {
    const clips: { readonly name: string; readonly samples: Int16Array }[] = [];
    beforeAll(async () => {
      const folder = sharedPath('audio', 'speech_commands');
      for (const name of readdirSync(folder).sort())
        if (name in WORDS || name.startsWith('go_'))
          clips.push({ name, samples: await loadClip(`${folder}/${name}`, 16_000) });
    });
    describe.each(BOARDS)('on %s', (board) => {
      let firmware: Firmware | undefined;
      afterAll(() => firmware?.stop());

      test('kws_ref classifies them through mlperf-tiny-kws', async () => {
        const frontend = FRONTEND_PRESETS['mlperf-tiny-kws'];
        const project = published('kws_ref_model.tflite', KWS_LABELS, [0], frontend);
        firmware = await startFirmware({ project, board });
        const answers: Record<string, string> = {};
        for (const { name, samples } of clips) {
          const events = await firmware.play({ name, samples });
          expect(events).toEqual(hostEvents(project, board, name, samples));
          const score = events.find((event): event is ScoreEvent => event.t === 'score');
          if (score !== undefined) answers[name] = KWS_LABELS[score.q.indexOf(Math.max(...score.q))]!;
        }
        expect(answers).toEqual(WORDS);
        await firmware.stop();
      });

      test('str_ww fires on "marvin" and on nothing else through mlperf-tiny-streaming', async () => {
        const frontend = FRONTEND_PRESETS['mlperf-tiny-streaming'];
        const project = published('str_ww_ref_model.tflite', ['marvin', 'silence', 'unknown'], [0], frontend);
        firmware = await startFirmware({ project, board });
        const heard: string[] = [];
        for (const { name, samples } of clips) {
          const events = await firmware.play({ name, samples });
          expect(events).toEqual(hostEvents(project, board, name, samples));
          if (events.some((event) => event.t === 'detect')) heard.push(name);
        }
        expect(heard).toEqual(['marvin_617de221_0.wav']);
      });
    });
  });
});
