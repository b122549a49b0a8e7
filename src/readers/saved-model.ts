/**
 * Reader of TensorFlow SavedModels: `saved_model.pb` and the variables beside it, without TensorFlow.
 *
 * Owns: the outer form, which graph and which signature is read. Leaves to others: protocol buffers, the
 * variables' files (`saved-model/`), nodes (`graph/`).
 *
 * Specification: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto, saver.proto.
 */
import { createHash } from 'node:crypto';
import { inputError } from '../diagnostics/errors.js';
import type { Model } from '../model/types.js';
import type { GraphDef, GraphNode, SignatureTensor } from './graph/graph-def.js';
import { lowerGraph, ownValues } from './graph/lower.js';
import { modelName, printable } from './names.js';
import { mapEntry, readGraphDef } from './saved-model/graph.js';
import { fields, lastField, text } from './saved-model/protobuf.js';
import { restoredKeys } from './saved-model/restore.js';
import { readShapeProto } from './saved-model/tensor.js';
import type { Variables } from './saved-model/variables.js';
import { readVariables } from './saved-model/variables.js';
import type { Siblings } from './siblings.js';
import { UnreadableError } from './support/unreadable.js';

const SERVE = 'serve';
const SIGNATURE = 'serving_default';
const KERAS = 'save it with Keras instead (model.save("model.keras"))';
const EMPTY = new Uint8Array(0);

/** A protocol buffer does not say what it is: its name does, or its first fields with words of TensorFlow's. */
export function isSavedModel(bytes: Uint8Array, name: string): boolean {
  if (/(^|[/\\])saved_model\.pb$/i.test(name)) return true;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes[0] === 0x08 && bytes[1] === 0x01 && bytes[2] === 0x12 && text.includes('saved_model');
}

/**
 * @param name `FOLDER/saved_model.pb` or the file's name, for messages and the model's name
 * @throws KwsError (exit code 2)
 */
export async function readSavedModel(bytes: Uint8Array, name: string, siblings: Siblings): Promise<Model> {
  const parsed = described(name, () => parse(bytes));
  const holds = [...nodesOf(parsed.graph)].some(({ op }) => /^Var(Handle|iable)/.test(op));
  const variables = holds ? await readVariables(name, siblings) : undefined;
  const keys = described(name, () => restoredKeys(parsed.graph, parsed.restore));
  const description = lowerGraph(
    { ...parsed, values: (node) => ownValues(node) ?? variableOf(node, keys, variables) },
    { name: folderName(name), file: name },
  );
  const hash = createHash('sha256').update(bytes);
  for (const file of variables?.files ?? []) hash.update(file);
  return { ...description, source: { format: 'saved-model', sha256: hash.digest('hex'), bytes } };
}

/** A folder is the model: `hey/saved_model.pb` is called `hey`. */
function folderName(name: string): string {
  const folder = name.split(/[/\\]/).at(-2);
  return folder === undefined || /^\.*$/.test(folder) ? modelName(name) : folder;
}

function described<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw inputError({ where, what: error.what, next: error.next }, { cause: error });
  }
}

function* nodesOf(graph: GraphDef): Generator<GraphNode> {
  yield* graph.nodes.values();
  for (const { nodes } of graph.functions.values()) yield* nodes.values();
}

/** By what the model would restore; the models of TensorFlow 1 that do not say it use the variable's name. */
function variableOf(node: GraphNode, keys: ReadonlyMap<GraphNode, string>, variables: Variables | undefined) {
  const shared = node.attributes.get('shared_name')?.text;
  return variables?.get(keys.get(node) ?? (shared || node.name));
}

/** MetaGraphDef: meta_info_def 1 (tags 4), graph_def 2, saver_def 3 (restore_op_name 3), signature_def 5. */
function parse(bytes: Uint8Array) {
  // SavedModel: saved_model_schema_version 1, meta_graphs 2.
  const metaGraphs = [...fields(bytes)].filter(({ number }) => number === 2).map((field) => field.bytes);
  const meta = metaGraphs.find((graph) => tagsOf(graph).includes(SERVE)) ?? metaGraphs[0];
  const graph = meta && lastField(meta, 2)?.bytes;
  if (meta === undefined || graph === undefined) throw new UnreadableError('has no graph in it', KERAS);
  const saver = lastField(meta, 3)?.bytes ?? EMPTY;
  return {
    graph: readGraphDef(graph),
    ...signatureOf(meta),
    restore: text(lastField(saver, 3)?.bytes ?? EMPTY),
  };
}

function tagsOf(meta: Uint8Array): readonly string[] {
  const info = lastField(meta, 1)?.bytes ?? EMPTY;
  return [...fields(info)].filter(({ number }) => number === 4).map(({ bytes }) => text(bytes));
}

/** SignatureDef: inputs 1, outputs 2; TensorInfo: name 1, tensor_shape 3. */
function signatureOf(meta: Uint8Array): {
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
} {
  const signatures = new Map<string, Uint8Array>();
  for (const { number, bytes } of fields(meta)) {
    if (number !== 5) continue;
    const { key, value } = mapEntry(bytes);
    if (!key.startsWith('__')) signatures.set(key, value);
  }
  const only = signatures.size === 1 ? [...signatures.values()][0] : undefined;
  const chosen = signatures.get(SIGNATURE) ?? only;
  if (chosen === undefined)
    throw new UnreadableError(
      signatures.size === 0
        ? 'has no signature: it does not say which function runs the model'
        : `has the signatures ${printable([...signatures.keys()].join(', '))}, and none is called ${SIGNATURE}`,
      `export it with model.export(), or ${KERAS}`,
    );
  const side = (wanted: number): SignatureTensor[] => {
    const list: SignatureTensor[] = [];
    for (const { number, bytes } of fields(chosen)) {
      if (number !== wanted) continue;
      const { key, value } = mapEntry(bytes);
      const shape = lastField(value, 3)?.bytes;
      const tensor = text(lastField(value, 1)?.bytes ?? EMPTY);
      list.push({ key, tensor, ...(shape === undefined ? {} : { shape: readShapeProto(shape) }) });
    }
    return list;
  };
  return { inputs: side(1), outputs: side(2) };
}
