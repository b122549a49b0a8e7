/**
 * Reader of TF.js layers models: `model.json` and the weight files beside it, as tfjs itself and as the
 * Python converter write them.
 *
 * Owns: the file's outer form. Leaves to others: weights (`tfjs-weights.ts`), layers (`layers/`), running a
 * model through tfjs itself (`tfjs/`). tfjs does not read the topology: its last version takes Keras 2's
 * only, and loading it costs half a second.
 */
import { createHash } from 'node:crypto';
import { inputError } from '../diagnostics/errors.js';
import type { Model } from '../model/types.js';
import { parsedJson } from './json-file.js';
import { lowerLayers } from './layers/lower.js';
import { namedWeights } from './layers/weights.js';
import { modelName } from './names.js';
import type { Siblings } from './siblings.js';
import { field, isFields } from './support/fields.js';
import { readTeachableMachine } from './teachable-machine.js';
import { readTfjsGraph } from './tfjs-graph.js';
import { readTfjsWeights } from './tfjs-weights.js';

/** How much of each end of the file is searched for its signs. */
const SEARCHED = 64 * 1024;

/** Whether the bytes look like a model.json of layers. */
export function isTfjsLayers(bytes: Uint8Array): boolean {
  const ends = [bytes.subarray(0, SEARCHED), bytes.subarray(Math.max(0, bytes.length - SEARCHED))];
  const text = ends.map((end) => Buffer.from(end).toString('latin1')).join('\n');
  return (
    /^(\xef\xbb\xbf)?\s*\{/.test(text) &&
    /"modelTopology"|"weightsManifest"/.test(text) &&
    !/"format"\s*:\s*"graph-model"/.test(text)
  );
}

/**
 * @param name file name, for messages and the model's name
 * @throws KwsError (exit code 2)
 */
export async function readTfjsLayers(bytes: Uint8Array, name: string, siblings: Siblings): Promise<Model> {
  const json = parsedJson(bytes, name);
  const topology = isFields(json) ? field(json, 'modelTopology') : undefined;
  if (!isFields(json) || !isFields(topology))
    throw inputError({
      where: name,
      what: 'has no modelTopology',
      why: 'without it there are weights, but no layers',
      next: 'give the model.json that TF.js saved beside the weights',
    });
  if (field(json, 'format') === 'graph-model' || field(topology, 'node') !== undefined)
    return readTfjsGraph(bytes, name, siblings);
  const { weights, files } = await readTfjsWeights(field(json, 'weightsManifest'), name, siblings);
  const published = await readTeachableMachine(siblings);
  const description = lowerLayers(topology, namedWeights(weights), { name: modelName(name), file: name });
  const hash = createHash('sha256').update(bytes);
  for (const file of files) hash.update(file.bytes);
  return {
    ...description,
    ...published,
    source: { format: 'tfjs-layers', sha256: hash.digest('hex'), bytes },
  };
}
