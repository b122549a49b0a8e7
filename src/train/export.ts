/** A trained network as files of a project, as a model of our own, and as its kws.json speaks of it. */
import { createHash } from 'node:crypto';
import type { Model } from '../model/types.js';
import { openModel, readModel } from '../readers/read-model.js';
import { type ExportedWeights, exportTfjs, type Network } from './network.js';
import { exportStreaming } from './streaming.js';

export interface FloatModel {
  readonly model: Model;
  /** Below the project's folder. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** @param name of the project: safe in paths */
export async function exportFloat(
  name: string,
  network: Network,
  weights: ExportedWeights,
): Promise<FloatModel> {
  const folder = 'model/float';
  if (network.kind === 'streaming') {
    const bytes = exportStreaming(name, network, weights);
    const file = `${name}.tflite`;
    return { model: openModel(bytes, file), files: new Map([[`${folder}/${file}`, bytes]]) };
  }
  const { json, weights: bin } = exportTfjs(name, network, weights);
  const text = new TextEncoder().encode(json);
  return {
    model: await readModel(text, 'model.json', async () => bin),
    files: new Map([
      [`${folder}/model.json`, json as string | Uint8Array],
      [`${folder}/weights.bin`, bin],
    ]),
  };
}

export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');
