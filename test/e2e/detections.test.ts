/**
 * From audio to decisions on virtual boards: every score and every decision equals the host's run, whatever
 * way the audio takes; published wake words fire on their own clips and on no others.
 */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import {
  DETECTOR_PRESETS,
  type DetectorPreset,
  type DetectorTiming,
  detectorSpec,
} from '../../src/detector/settings.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import type { MicroFrontendSpec } from '../../src/frontend/spec.js';
import { loadProject } from '../../src/project/load.js';
import type { ResolvedModel, ResolvedProject } from '../../src/project/types.js';
import { featureValues, type SessionEvent } from '../../src/protocol/events.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { root } from '../support/native.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';
import { type Firmware, startFirmware } from './firmware.js';
import { describeWithToolchain } from './platform-support.js';

interface Clip {
  readonly name: string;
  readonly samples: Int16Array;
}

const clipsIn = async (folder: string): Promise<Clip[]> =>
  Promise.all(
    readdirSync(folder)
      .filter((name) => name.endsWith('.wav'))
      .map(async (name) => ({ name, samples: await loadClip(join(folder, name), 16_000) })),
  );

/** What the host says of a clip, as the session gives it. */
function hostEvents(project: ResolvedProject, { name, samples }: Clip): SessionEvent[] {
  return runClip(createHostRun(project), samples).map((event) => ({ ...event, clip: name }));
}

const heard = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.t === 'detect' ? [`${event.label} at ${event.ms}`] : []));

function model(
  path: string,
  labels: readonly string[],
  { stepMs, hop }: DetectorTiming,
  preset: DetectorPreset,
  over: object,
): ResolvedModel {
  const settings = { ...DETECTOR_PRESETS[preset], ...over };
  const targets = labels.flatMap((label, i) => (['silence', 'unknown'].includes(label) ? [] : [i]));
  return {
    name: labels.at(-1)!,
    model: requireInt8(openModel(readFileSync(sharedPath('models', path)), path)),
    labels,
    hop,
    detector: detectorSpec(settings, { stepMs, hop }, targets),
  };
}

const project = (
  models: readonly ResolvedModel[],
  frontend: FrontendPreset,
  gate?: string,
): ResolvedProject => ({
  name: 'detections',
  frontend: FRONTEND_PRESETS[frontend],
  models,
  ...(gate === undefined ? {} : { gate }),
});

/** In two languages and two folders. */
const OWN_CODE: Readonly<Record<string, readonly string[]>> = {
  'own.cpp': [
    '#include <kws_device.h>',
    '#include "parts/lamp.h"',
    'static uint32_t rounds = 0;',
    'void kws_user_setup() { kws_pin_output(7, false); }',
    'void kws_user_loop() { ++rounds; }',
    'void kws_on_detection(const char* model, const char* label, float p, uint32_t ms) {',
    '  (void)model;',
    '  if (rounds > 0) lamp(label, (uint32_t)(p * 100.0f + 0.5f), ms);',
    '}',
  ],
  'parts/lamp.h': [
    '#include <stdint.h>',
    'extern "C" void lamp(const char* label, uint32_t percent, uint32_t ms);',
  ],
  'parts/lamp.c': [
    '#include <kws_device.h>',
    '#include <stdio.h>',
    'void lamp(const char* label, uint32_t percent, uint32_t ms) {',
    '  char line[64];',
    '  kws_pin_write(7, true);',
    '  snprintf(line, sizeof line, "%s %u.%02u %u", label, (unsigned)(percent / 100), (unsigned)(percent % 100), (unsigned)ms);',
    '  kws_print(line);',
    '}',
  ],
};

/** Outputs of the scale 1/256, as text. */
const edgeImpulse = (labels: readonly string[], q: readonly number[]): string[] => [
  'Predictions (DSP: …., Anomaly: 0 ms.): ',
  ...labels.map((label, i) => {
    const hundredThousandths = Math.floor(((q[i]! + 128) * 100_000) / 256 + 0.5);
    return `    ${label}: ${(hundredThousandths / 100_000).toFixed(5)}`;
  }),
];

describeWithToolchain('the example', () => {
  describe.each([
    'virtual-cortex-m4',
    'virtual-cortex-m3',
    'virtual-cortex-m7',
    'virtual-cortex-m33',
    'virtual-cortex-m55',
    'native',
  ])('on %s', (board) => {
    let firmware: Firmware;
    let example: ResolvedProject;
    let clips: readonly Clip[];
    beforeAll(async () => {
      const folder = join(root, 'examples', 'chirp');
      example = await loadProject(folder);
      clips = await clipsIn(folder);
      firmware = await startFirmware({ project: example, board });
    });
    afterAll(() => firmware?.stop());

    test('says what the host says, through shared memory', async () => {
      for (const clip of clips) expect(await firmware.play(clip)).toEqual(hostEvents(example, clip));
    });
    test('says the same when the audio comes in frames over the serial line', async () => {
      const clip = clips.find(({ name }) => name === 'chirp.wav')!;
      const short = { name: clip.name, samples: clip.samples.subarray(0, 16_000) };
      const events = await firmware.play(short, 'frames');
      expect(events).toEqual(hostEvents(example, short));
      expect(heard(events)).toEqual(['chirp at 800']);
    });
    test('traces the features that the host computes', async () => {
      const { samples } = clips[0]!;
      await firmware.session.command('trace features');
      const events = await firmware.play({ name: 'trace', samples });
      await firmware.session.command('trace off');
      const frames = events.flatMap((event) => (event.t === 'features' ? [featureValues(event)] : []));
      expect(frames).toEqual(createMicroFrontend(example.frontend as MicroFrontendSpec).push(samples));
    });
  });

  test('actions, then code of the project, then the line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kws actions '));
    try {
      const example = join(root, 'examples', 'chirp');
      for (const name of ['kws.json', 'chirp.tflite']) cpSync(join(example, name), join(folder, name));
      mkdirSync(join(folder, 'device', 'parts'), { recursive: true });
      for (const [name, lines] of Object.entries(OWN_CODE))
        writeFileSync(join(folder, 'device', name), `${lines.join('\n')}\n`);
      const file = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')) as object;
      const actions = [
        { on: 'chirp', pin: 'LED_BUILTIN', level: 'toggle' },
        { on: 'chirp', text: 'lights on' },
      ];
      const serial = { text: 'edge-impulse' };
      writeFileSync(join(folder, 'kws.json'), JSON.stringify({ ...file, actions, serial }));
      const made = await loadProject(folder);
      const firmware = await startFirmware({ project: made, board: 'virtual-cortex-m4' });
      const samples = await loadClip(join(example, 'chirp.wav'), 16_000);
      const said = (await firmware.play({ name: 'chirp.wav', samples })).flatMap((event) => {
        if (event.t === 'pin') return [`${event.name ?? event.pin}=${event.level}`];
        if (event.t === 'detect') return [`heard ${event.label} at ${event.ms}`];
        return event.t === 'noise' ? [event.text] : [];
      });
      await firmware.stop();
      // Between them, the host's scores as Edge Impulse's firmware prints them.
      const isScore = (text: string) => /^(Predictions \(| {4})/.test(text);
      const times = /\d+ ms\., Classification: \d+ ms/;
      expect(said.filter(isScore).map((text) => text.replace(times, '…'))).toEqual(
        runClip(createHostRun(made), samples).flatMap((event) =>
          event.t === 'score' ? edgeImpulse(made.models[0]!.labels, event.q) : [],
        ),
      );
      expect(said.filter((text) => !isScore(text))).toEqual([
        ...['LED_BUILTIN=1', 'lights on', '7=1', 'chirp 0.81 800', 'heard chirp at 800'],
        ...['LED_BUILTIN=0', 'lights on', '7=1', 'chirp 1.00 1820', 'heard chirp at 1820'],
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('two boards run side by side', async () => {
    const example = await loadProject(join(root, 'examples', 'chirp'));
    const clips = await clipsIn(join(root, 'examples', 'chirp'));
    const two = await Promise.all(
      [0, 1].map(() => startFirmware({ project: example, board: 'virtual-cortex-m4' })),
    );
    try {
      expect(two[0]!.state.pid).not.toBe(two[1]!.state.pid);
      const played = await Promise.all(two.map((firmware) => firmware.play(clips[0]!)));
      for (const events of played) expect(events).toEqual(hostEvents(example, clips[0]!));
    } finally {
      await Promise.all(two.map((firmware) => firmware.stop()));
    }
  });
});

describeWithToolchain('published models', () => {
  describeWithSharedData('on virtual-cortex-m4', () => {
    const nabu = () =>
      model('esphome/v2/okay_nabu.tflite', ['okay_nabu'], { hop: 3, stepMs: 10 }, 'micro-wake-word', {
        cutoff: 0.97,
      });
    const vad = () =>
      model('esphome/v2/vad.tflite', ['vad'], { hop: 3, stepMs: 10 }, 'micro-wake-word', { cutoff: 0.5 });
    const golden = () =>
      sharedJson<{ runs: { uint8: number[] }[] }>('golden', 'microwakeword_streaming.json').runs;

    const PROJECTS = [
      {
        name: 'okay_nabu v2',
        make: () => project([nabu()], 'micro-wake-word'),
        run: 0,
        expected: { 'okay_nabu.wav': ['okay_nabu at 1610'] },
      },
      {
        name: 'okay_nabu v2 gated by vad v2',
        make: () => project([nabu(), vad()], 'micro-wake-word', 'vad'),
        run: 0,
        expected: { 'okay_nabu.wav': ['okay_nabu at 1610'] },
      },
      {
        name: 'okay_nabu v1',
        make: () =>
          project(
            [
              model(
                'esphome/v1/okay_nabu.tflite',
                ['okay_nabu'],
                { hop: 1, stepMs: 20 },
                'micro-wake-word-v1',
                {},
              ),
            ],
            'micro-wake-word-v1',
          ),
        run: 2,
        expected: { 'okay_nabu.wav': ['okay_nabu at 1650'] },
      },
    ];
    test.each(PROJECTS)('$name fires on its own clip and on no other', async ({ make, run, expected }) => {
      const made = make();
      const firmware = await startFirmware({ project: made, board: 'virtual-cortex-m4' });
      try {
        const all: Record<string, string[]> = {};
        for (const folder of ['wake_words', 'speech_commands']) {
          for (const clip of await clipsIn(sharedPath('audio', folder))) {
            const events = await firmware.play(clip);
            expect(events, clip.name).toEqual(hostEvents(made, clip));
            if (heard(events).length > 0) all[clip.name] = heard(events);
            if (clip.name !== 'okay_nabu.wav') continue;
            const scores = events.flatMap((event) => (event.t === 'score' ? event.q : []));
            expect(scores).toEqual(golden()[run]!.uint8);
          }
        }
        expect(all).toEqual(expected);
      } finally {
        await firmware.stop();
      }
    });

    test('micro_speech tells yes from no', async () => {
      const labels = ['silence', 'unknown', 'yes', 'no'];
      const speech = model(
        'micro_speech/micro_speech_quantized.tflite',
        labels,
        { hop: 2, stepMs: 20 },
        'micro-speech',
        {},
      );
      const made = project([{ ...speech, name: 'micro_speech' }], 'micro-speech');
      const firmware = await startFirmware({ project: made, board: 'virtual-cortex-m4' });
      try {
        const said: Record<string, string[]> = {};
        for (const name of ['yes_1000ms', 'no_1000ms', 'silence_1000ms', 'noise_1000ms']) {
          const word = await loadClip(sharedPath('audio', 'speech_commands', `${name}.wav`), 16_000);
          // The published rule averages over a second: the word, then silence.
          const samples = new Int16Array(word.length + 16_000);
          samples.set(word);
          const clip = { name, samples };
          const events = await firmware.play(clip);
          expect(events, name).toEqual(hostEvents(made, clip));
          said[name] = [...new Set(events.flatMap((event) => (event.t === 'detect' ? [event.label] : [])))];
        }
        expect(said).toEqual({
          yes_1000ms: ['yes'],
          no_1000ms: ['no'],
          silence_1000ms: [],
          noise_1000ms: [],
        });
      } finally {
        await firmware.stop();
      }
    });
  });
});
