/** The micro-frontend against the C library's and TensorFlow Lite Micro's recorded features, bit for bit. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { microTables } from '../../src/frontend/micro/tables.js';
import { quantizeFrame } from '../../src/frontend/quantize.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../support/shared-data.js';
import { microSpec } from './micro-rows.js';

const samplesOf = (hex: string) => int16(Buffer.from(hex, 'hex'));
const int16 = (bytes: Buffer) => new Int16Array(Uint8Array.from(bytes).buffer);
/** Samples of a 16-bit mono WAV file with a plain 44-byte header. */
const wav = (name: string) =>
  int16(readFileSync(sharedPath('audio', 'speech_commands', `${name}.wav`)).subarray(44));
const hexOf = (frame: Uint16Array) => Buffer.from(frame.buffer).toString('hex');

interface GoldenSets {
  readonly sets: readonly {
    readonly step_ms: number;
    readonly wav: string;
    /** null: that of the WAV file. */
    readonly pcm_s16le_hex: string | null;
    readonly features: readonly string[];
  }[];
}

describeWithSharedData('microfrontend.json', () => {
  for (const set of sharedJson<GoldenSets>('golden', 'microfrontend.json').sets)
    test(`${set.wav}, ${set.step_ms} ms`, () => {
      const samples =
        set.pcm_s16le_hex === null ? wav(set.wav.replace('.wav', '')) : samplesOf(set.pcm_s16le_hex);
      const frames = createMicroFrontend(microSpec(set.step_ms, 'c')).push(samples);
      expect(frames.map(hexOf)).toEqual(set.features);
    });
});

describeWithSharedData('microfrontend_c.json', () => {
  type Golden = { readonly features_u16: Record<string, Record<string, readonly number[][]>> };
  const { features_u16 } = sharedJson<Golden>('golden', 'microfrontend_c.json');
  for (const [name, steps] of Object.entries(features_u16))
    for (const [step, expected] of Object.entries(steps))
      test(`${name}, ${step}`, () => {
        const frames = createMicroFrontend(microSpec(Number.parseInt(step, 10), 'c')).push(wav(name));
        expect(frames.map((frame) => [...frame])).toEqual(expected);
      });
});

for (const stepMs of [10, 20])
  describeWithSharedData(`tflm_audio_preprocessor_${stepMs}ms.json`, () => {
    type Golden = { readonly int8: Record<string, readonly number[][]> };
    const { int8 } = sharedJson<Golden>('golden', `tflm_audio_preprocessor_${stepMs}ms.json`);
    for (const [name, expected] of Object.entries(int8))
      test(name, () => {
        const frames = createMicroFrontend(microSpec(stepMs, 'tflm')).push(wav(name));
        expect(frames.map((frame) => [...quantizeFrame(frame)])).toEqual(expected);
      });
  });

describeWithSharedData('the recorded tables', () => {
  /** Weights of the original, padded layout at our gapless positions. */
  function unpadded(
    values: readonly number[],
    starts: readonly number[],
    padded: readonly number[],
    table: 'c' | 'tflm',
  ) {
    const { firstBin, channelWidths } = microTables(microSpec(10, table)).filterbank;
    let bin = firstBin;
    return [...channelWidths].flatMap((width, channel) =>
      Array.from({ length: width }, () => values[padded[channel]! + bin++ - starts[channel]!]!),
    );
  }

  test('of the C library', () => {
    type Golden = Record<'win' | 'w' | 'u' | 'fs' | 'ws' | 'lut', readonly number[]> &
      Record<'start' | 'end' | 'snr' | 'es' | 'os' | 'msr', number>;
    const golden = sharedJson<Golden>('golden', 'microfrontend_c_tables.json');
    const tables = microTables(microSpec(10, 'c'));
    expect([...tables.window]).toEqual(golden.win);
    expect([...tables.filterbank.weights]).toEqual(unpadded(golden.w, golden.fs, golden.ws, 'c'));
    expect([...tables.filterbank.unweights]).toEqual(unpadded(golden.u, golden.fs, golden.ws, 'c'));
    expect([...tables.gain]).toEqual(golden.lut);
    expect(tables.filterbank.firstBin).toBe(golden.start);
    expect(tables.filterbank.firstBin + tables.filterbank.weights.length).toBe(golden.end);
    expect(tables.snrShift).toBe(golden.snr);
    expect([tables.evenSmoothing, tables.oddSmoothing, tables.minSignalRemaining]).toEqual([
      golden.es,
      golden.os,
      golden.msr,
    ]);
  });

  test('of TensorFlow Lite Micro', () => {
    const golden = sharedJson<Record<string, readonly number[]>>('golden', 'tflm_preprocessor_tables.json');
    const bank = (n: number) => golden[`CUSTOM:SignalFilterBank${n}`]!;
    const tables = microTables(microSpec(10, 'tflm'));
    expect([...tables.window]).toEqual(golden['CUSTOM:SignalWindow1']);
    expect([...tables.filterbank.weights]).toEqual(unpadded(bank(1), bank(3), bank(4), 'tflm'));
    expect([...tables.filterbank.unweights]).toEqual(unpadded(bank(2), bank(3), bank(4), 'tflm'));
    expect([...tables.gain]).toEqual(golden['CUSTOM:SignalPCAN2']);
  });
});
