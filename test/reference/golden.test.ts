/** The reference engine against outputs of TensorFlow Lite Micro's reference kernels. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { quantizeFrame } from '../../src/frontend/quantize.js';
import type { Model } from '../../src/model/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { createEngine, type TypedArray } from '../../src/reference/engine.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';

const MODELS = [
  { golden: 'micro_speech_quantized', file: 'micro_speech/micro_speech_quantized', traced: 'rand' },
  { golden: 'kws_ref_model', file: 'mlperf_tiny/kws_ref_model', traced: 'rand' },
  { golden: 'str_ww_ref_model', file: 'mlperf_tiny/str_ww_ref_model', traced: 'rand' },
  { golden: 'v1_okay_nabu', file: 'esphome/v1/okay_nabu', traced: 'yes' },
  { golden: 'v2_okay_nabu', file: 'esphome/v2/okay_nabu', traced: 'yes' },
  { golden: 'v2_vad', file: 'esphome/v2/vad', traced: 'yes' },
] as const;

interface Golden {
  readonly stateful: boolean;
  readonly sets: Readonly<
    Record<string, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>
  >;
}

interface StreamingRun {
  readonly model: string;
  readonly wav: string;
  readonly stride_frames: number;
  readonly uint8: readonly number[];
}

interface GoldenTensors {
  readonly invokes: number;
  readonly ops: readonly {
    readonly op: number;
    readonly tensors: readonly { readonly index: number; readonly dtype: string }[];
  }[];
  readonly values: readonly {
    readonly invoke: number;
    readonly op: number;
    readonly tensor: number;
    readonly hex: string;
  }[];
}

function open(file: string): Model {
  return openModel(readFileSync(sharedPath('models', `${file}.tflite`)), `${file}.tflite`);
}

const int8 = (hex: string): Int8Array => Int8Array.from(Buffer.from(hex, 'hex'));
const hex = (array: TypedArray): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

describeWithSharedData('golden outputs', () => {
  test.each(MODELS)('$golden', ({ golden, file }) => {
    const { sets, stateful } = sharedJson<Golden>('golden', `${golden}.json`);
    const engine = createEngine(open(file));
    for (const [name, { inputs, outputs }] of Object.entries(sets)) {
      if (stateful) engine.reset();
      const actual = inputs.map((input) => hex(engine.invoke([int8(input)])[0]!));
      expect(actual, name).toEqual(outputs);
    }
  });

  test.each(MODELS)('$golden, every operator', ({ golden, file, traced }) => {
    const { sets } = sharedJson<Golden>('golden', `${golden}.json`);
    const tensors = sharedJson<GoldenTensors>('golden', `${golden}.${traced}.tensors.json`);
    const seen = new Map<string, string>();
    let invoke = 0;
    const engine = createEngine(open(file), {
      trace: ({ index }, outputs) =>
        outputs.forEach((output, position) => {
          seen.set(`invoke ${invoke}, operator ${index}, output ${position}`, hex(output));
        }),
    });
    for (; invoke < tensors.invokes; invoke += 1) engine.invoke([int8(sets[traced]!.inputs[invoke]!)]);
    const position = new Map(
      tensors.ops.flatMap(({ op, tensors: outputs }) => outputs.map(({ index }, i) => [`${op}:${index}`, i])),
    );
    expect(tensors.values.length).toBeGreaterThan(0);
    for (const value of tensors.values) {
      const place = `invoke ${value.invoke}, operator ${value.op}, output ${position.get(`${value.op}:${value.tensor}`)}`;
      expect(seen.get(place), place).toBe(value.hex);
    }
    expect(seen.size).toBe(tensors.values.length);
  });

  interface Case {
    readonly model: string;
    readonly input: {
      readonly lcg_seed?: number;
      readonly bytes_per_step?: number;
      readonly steps?: number;
      readonly all_256_bytes_in_order_0_255?: boolean;
      readonly features_of?: string;
      readonly see?: string;
    };
    readonly output_int8: readonly number[];
  }

  const FOLDERS: Readonly<Record<string, string>> = {
    'tflite-micro': 'micro_speech',
    'mlcommons-tiny': 'mlperf_tiny',
  };

  function inputsOf({ input }: Case): readonly Int8Array[] {
    if (input.features_of !== undefined) {
      const { int8: features } = sharedJson<{ int8: Record<string, number[][]> }>('golden', input.see!);
      return [Int8Array.from(features[input.features_of.replace('.wav', '')]!.flat())];
    }
    if (input.all_256_bytes_in_order_0_255 === true)
      return Array.from({ length: 256 }, (_, byte) => Int8Array.of(byte));
    let state = input.lcg_seed!;
    return Array.from({ length: input.steps! }, () =>
      Int8Array.from({ length: input.bytes_per_step! }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state >>> 24;
      }),
    );
  }

  test('further int8 models: ResNet-8 (ADD), hello_world, features of clips', () => {
    const { cases } = sharedJson<{ cases: readonly Case[] }>('golden', 'int8_inference.json');
    expect(cases.length).toBeGreaterThan(8);
    for (const row of cases) {
      const [source, name] = row.model.split('/') as [string, string];
      const engine = createEngine(open(`${FOLDERS[source]!}/${name.replace('.tflite', '')}`));
      const actual = inputsOf(row).flatMap((input) => [...(engine.invoke([input])[0] as Int8Array)]);
      expect(actual, row.model).toEqual(row.output_int8);
    }
  });

  test('microWakeWord probabilities of whole clips, from audio on', async () => {
    const { runs } = sharedJson<{ runs: readonly StreamingRun[] }>('golden', 'microwakeword_streaming.json');
    expect(runs.length).toBeGreaterThan(2);
    for (const { model, wav, stride_frames, uint8 } of runs) {
      const version = model.startsWith('esphome-v1') ? 'v1' : 'v2';
      const frontend = createMicroFrontend(
        FRONTEND_PRESETS[version === 'v1' ? 'micro-wake-word-v1' : 'micro-wake-word'],
      );
      const samples = await loadClip(sharedPath('audio', 'wake_words', wav), 16_000);
      const frames = frontend.push(samples).map(quantizeFrame);
      const engine = createEngine(open(`esphome/${version}/${model.split('/')[1]}`));
      const probabilities: number[] = [];
      for (let at = 0; at + stride_frames <= frames.length; at += stride_frames) {
        const input = Int8Array.from(frames.slice(at, at + stride_frames).flatMap((frame) => [...frame]));
        probabilities.push(engine.invoke([input])[0]![0] as number);
      }
      expect(probabilities, model).toEqual(uint8);
    }
  });
});
