/** The golden models of the shared data: their files, seeded inputs and the outputs every driver must give. */

import { readFileSync } from 'node:fs';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import type { FrontendSpec } from '../../src/frontend/spec.js';
import { elementCount } from '../../src/model/elements.js';
import type { ResolvedModel, ResolvedProject } from '../../src/project/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { sharedJson, sharedPath } from './shared-data.js';

export const GOLDEN_MODELS = [
  { name: 'kws_ref', golden: 'kws_ref_model', file: 'mlperf_tiny/kws_ref_model.tflite' },
  {
    name: 'micro_speech',
    golden: 'micro_speech_quantized',
    file: 'micro_speech/micro_speech_quantized.tflite',
  },
  { name: 'str_ww', golden: 'str_ww_ref_model', file: 'mlperf_tiny/str_ww_ref_model.tflite' },
  { name: 'okay_nabu_v1', golden: 'v1_okay_nabu', file: 'esphome/v1/okay_nabu.tflite' },
  { name: 'okay_nabu_v2', golden: 'v2_okay_nabu', file: 'esphome/v2/okay_nabu.tflite' },
  { name: 'vad_v2', golden: 'v2_vad', file: 'esphome/v2/vad.tflite' },
] as const;

export type GoldenModel = (typeof GOLDEN_MODELS)[number];

export interface GoldenSet {
  readonly name: string;
  /** Input tensors as bytes; consecutive from reset for streaming models. */
  readonly inputs: readonly Uint8Array[];
  /** Outputs as the protocol prints them: int8 or uint8. */
  readonly outputs: readonly (readonly number[])[];
}

interface GoldenFile {
  readonly output: { readonly dtype: 'INT8' | 'UINT8' };
  readonly sets: Readonly<
    Record<string, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>
  >;
}

export function goldenSets({ golden }: GoldenModel): GoldenSet[] {
  const file = sharedJson<GoldenFile>('golden', `${golden}.json`);
  const values = (hex: string): number[] => {
    const bytes = Buffer.from(hex, 'hex');
    return file.output.dtype === 'INT8' ? [...new Int8Array(bytes)] : [...bytes];
  };
  return Object.entries(file.sets).map(([name, { inputs, outputs }]) => ({
    name,
    inputs: inputs.map((hex) => Buffer.from(hex, 'hex')),
    outputs: outputs.map(values),
  }));
}

/** The model with plain labels; every output can be detected. */
export function goldenModel({ name, file }: GoldenModel): ResolvedModel {
  const model = requireInt8(openModel(readFileSync(sharedPath('models', file)), file));
  const outputs = elementCount(model.tensors[model.outputs[0]!]!.shape);
  const labels = Array.from({ length: outputs }, (_, i) => `label ${i}`);
  const targets = labels.map((_, i) => i);
  const detector = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop: 1 }, targets);
  return { name, model, labels, detector, hop: 1 };
}

export function goldenProject(models: readonly GoldenModel[], frontend: FrontendSpec): ResolvedProject {
  return { name: models[0]!.name, frontend, models: models.map(goldenModel) };
}
