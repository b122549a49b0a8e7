/**
 * What is measured: the golden models, the examples and one feature hop, by the names the benchmark's table uses.
 *
 * The golden models are third-party data and no part of the repository; without them the examples' own are
 * measured, so that the command always shows something true.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadProject, type Model } from 'kws-gen';

/** Bytes that are the same in every run. */
function noise(count: number, size: number): readonly Uint8Array[] {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
  return Array.from({ length: count }, () => Uint8Array.from({ length: size }, next));
}

export interface Workload {
  readonly name: string;
  /** Path of the model file, or the model. */
  readonly model: string | Model;
  /** Input tensors as bytes, consecutive from reset. */
  readonly inputs: readonly Uint8Array[];
  /** The model's raw outputs for them, as the protocol prints them, where a golden run is known. */
  readonly expected?: readonly (readonly number[])[];
}

interface GoldenRun {
  readonly output: { readonly dtype: 'INT8' | 'UINT8' };
  readonly sets: Readonly<
    Record<string, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>
  >;
}

const GOLDEN = [
  { name: 'kws_ref', golden: 'kws_ref_model.json', model: 'mlperf_tiny/kws_ref_model.tflite' },
  {
    name: 'micro_speech',
    golden: 'micro_speech_quantized.json',
    model: 'micro_speech/micro_speech_quantized.tflite',
  },
  { name: 'str_ww', golden: 'str_ww_ref_model.json', model: 'mlperf_tiny/str_ww_ref_model.tflite' },
  { name: 'okay_nabu_v1', golden: 'v1_okay_nabu.json', model: 'esphome/v1/okay_nabu.tflite' },
  { name: 'okay_nabu_v2', golden: 'v2_okay_nabu.json', model: 'esphome/v2/okay_nabu.tflite' },
  { name: 'vad_v2', golden: 'v2_vad.json', model: 'esphome/v2/vad.tflite' },
] as const;

/** Folder of the shared test data: `$KWS_SHARED_DATA`, or beside the repository. */
export function sharedData(root: string): string | undefined {
  const candidates = [process.env.KWS_SHARED_DATA, join(root, '..', 'shared', 'data')];
  return candidates.find((folder) => folder !== undefined && existsSync(join(folder, 'golden')));
}

export function goldenWorkloads(folder: string): Workload[] {
  return GOLDEN.map(({ name, golden, model }) => {
    const run = JSON.parse(readFileSync(join(folder, 'golden', golden), 'utf8')) as GoldenRun;
    const set = Object.values(run.sets)[0]!;
    const values = run.output.dtype === 'INT8' ? Int8Array : Uint8Array;
    return {
      name,
      model: join(folder, 'models', model),
      inputs: set.inputs.map((hex) => Buffer.from(hex, 'hex')),
      expected: set.outputs.map((hex) => [...values.from(new values(Buffer.from(hex, 'hex')))]),
    };
  });
}

/** The smallest model, on seeded noise. */
export function chirpWorkload(root: string): Workload {
  return { name: 'chirp', model: join(root, 'examples', 'chirp', 'chirp.tflite'), inputs: noise(20, 1600) };
}

/** The example that is shipped, as the tool makes int8 of it, on seeded noise. */
export async function computerWorkload(root: string): Promise<Workload> {
  const { models } = await loadProject(join(root, 'examples', 'computer'));
  const { model } = models[0]!;
  const { shape } = model.tensors[model.inputs[0]!]!;
  const size = shape.reduce((product, length) => product * length, 1);
  return { name: 'computer', model, inputs: noise(4, size) };
}

export const root = fileURLToPath(new URL('../../../', import.meta.url));
