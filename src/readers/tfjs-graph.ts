/**
 * Reader of TF.js graph models: a `model.json` with a TensorFlow graph, as the Python converter writes it, and
 * the weight files beside it.
 *
 * Owns: the file's outer form. Leaves to others: weights (`tfjs-weights.ts`), nodes (`graph/`).
 */
import { createHash } from 'node:crypto';
import { inputError } from '../diagnostics/errors.js';
import type { Model } from '../model/types.js';
import type { SignatureTensor, TensorValues } from './graph/graph-def.js';
import { graphFromJson, readShape } from './graph/json.js';
import { lowerGraph } from './graph/lower.js';
import { parsedJson } from './json-file.js';
import { modelName } from './names.js';
import type { Siblings } from './siblings.js';
import type { Fields } from './support/fields.js';
import { field, isFields } from './support/fields.js';
import { UnreadableError } from './support/unreadable.js';
import type { TfjsWeight } from './tfjs-weights.js';
import { readTfjsWeights } from './tfjs-weights.js';

/** How much of each end of the file is searched for its signs. */
const SEARCHED = 64 * 1024;

/** Whether the bytes look like a model.json of a graph. */
export function isTfjsGraph(bytes: Uint8Array): boolean {
  const ends = [bytes.subarray(0, SEARCHED), bytes.subarray(Math.max(0, bytes.length - SEARCHED))];
  const text = ends.map((end) => Buffer.from(end).toString('latin1')).join('\n');
  return /^(\xef\xbb\xbf)?\s*\{/.test(text) && /"format"\s*:\s*"graph-model"/.test(text);
}

/**
 * @param name file name, for messages and the model's name
 * @throws KwsError (exit code 2)
 */
export async function readTfjsGraph(bytes: Uint8Array, name: string, siblings: Siblings): Promise<Model> {
  const parsed = parsedJson(bytes, name);
  const json = isFields(parsed) ? parsed : {};
  const graph = graphOf(json, name);
  const { weights, files } = await readTfjsWeights(field(json, 'weightsManifest'), name, siblings);
  const byName = new Map(weights.map((weight) => [weight.name, weight]));
  const signature = signatureOf(json);
  const placeholders = [...graph.nodes.values()].filter(({ op }) => op === 'Placeholder');
  const used = new Set(
    [...graph.nodes.values()].flatMap((node) => node.inputs.map((input) => input.split(':')[0])),
  );
  const ends = [...graph.nodes.values()].filter((node) => !used.has(node.name) && node.inputs.length > 0);
  const own = (nodes: readonly { readonly name: string }[]) =>
    nodes.map((node): SignatureTensor => ({ key: node.name, tensor: node.name }));
  const description = lowerGraph(
    {
      graph,
      // Older converters wrote no signature.
      inputs: signature.inputs ?? own(placeholders),
      outputs: signature.outputs ?? own(ends),
      values: (node) => {
        const weight = byName.get(node.name);
        return weight && (() => weightValues(weight));
      },
    },
    { name: modelName(name), file: name },
  );
  const hash = createHash('sha256').update(bytes);
  for (const file of files) hash.update(file.bytes);
  return { ...description, source: { format: 'tfjs-graph', sha256: hash.digest('hex'), bytes } };
}

function graphOf(json: Fields, name: string) {
  try {
    return graphFromJson(field(json, 'modelTopology'));
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw inputError({ where: name, what: error.what, next: error.next }, { cause: error });
  }
}

function weightValues(weight: TfjsWeight): TensorValues {
  const type = weight.dtype === 'float32' ? 'float' : 'int';
  return { type, shape: weight.shape, values: type === 'float' ? weight.values() : weight.integers() };
}

/** The converter's own place, and the one of its first versions. */
function signatureOf(json: Fields): {
  readonly inputs?: readonly SignatureTensor[];
  readonly outputs?: readonly SignatureTensor[];
} {
  const metadata = field(json, 'userDefinedMetadata');
  const given = field(json, 'signature') ?? (isFields(metadata) ? field(metadata, 'signature') : undefined);
  const read = (key: 'inputs' | 'outputs') => {
    const list = isFields(given) ? field(given, key) : undefined;
    if (!isFields(list) || Object.keys(list).length === 0) return {};
    return {
      [key]: Object.entries(list)
        .slice(0, 100)
        .map(([name, raw]): SignatureTensor => {
          const info = isFields(raw) ? raw : {};
          const tensor = field(info, 'name');
          const shape = field(info, 'tensorShape');
          return {
            key: name,
            tensor: typeof tensor === 'string' ? tensor : name,
            ...(shape === undefined ? {} : { shape: readShape(shape) }),
          };
        }),
    };
  };
  return { ...read('inputs'), ...read('outputs') };
}
