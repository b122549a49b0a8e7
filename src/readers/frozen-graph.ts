/**
 * Reader of frozen graphs of TensorFlow 1: one GraphDef (`.pb`) with the weights as constants in it.
 *
 * Owns: the outer form, which node is the output, and the cut behind an audio front end (DecodeWav,
 * AudioSpectrogram, Mfcc), which the device computes by its own. Leaves to others: protocol buffers
 * (`saved-model/`), nodes (`graph/`).
 *
 * Specification: tensorflow/core/framework/graph.proto; tensorflow/core/kernels/spectrogram_op.cc, mfcc_op.cc.
 */
import { createHash } from 'node:crypto';
import { inputError } from '../diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import type { FrontendSpec } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import type { GraphDef, GraphNode, SignatureTensor } from './graph/graph-def.js';
import { integerAttribute } from './graph/graph-def.js';
import { lowerGraph, ownValues } from './graph/lower.js';
import { modelName } from './names.js';
import { readGraphDef } from './saved-model/graph.js';
import { lastField, readVarint } from './saved-model/protobuf.js';
import { UnreadableError } from './support/unreadable.js';

/** A GraphDef begins with a node, and a node with its name and operation. */
export function isFrozenGraph(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a) return false;
  try {
    const { value, next } = readVarint(bytes, 1);
    const length = Number(value);
    if (length < 4 || next + length > bytes.length) return false;
    const node = bytes.subarray(next, next + length);
    const [name, op] = [lastField(node, 1), lastField(node, 2)];
    const plain = (field: typeof name, pattern: RegExp) =>
      field?.wire === 2 &&
      field.bytes.length <= 512 &&
      pattern.test(Buffer.from(field.bytes).toString('latin1'));
    return plain(name, /^[A-Za-z0-9.][\w./\\>-]*$/) && plain(op, /^[A-Z_]\w*$/);
  } catch (error) {
    if (error instanceof UnreadableError) return false;
    throw error;
  }
}

/** @throws KwsError (exit code 2) */
export function readFrozenGraph(bytes: Uint8Array, name: string): Model {
  let cut: Cut;
  try {
    cut = cutFrontend(frozen(readGraphDef(bytes)));
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw inputError({ where: name, what: error.what, next: error.next }, { cause: error });
  }
  const { graph, description, frontend } = cut;
  const read = lowerGraph(
    { graph, inputs: [], outputs: outputsOf(graph), values: ownValues },
    { name: modelName(name), file: name },
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    ...read,
    source: { format: 'frozen-graph', sha256, bytes, ...(description === undefined ? {} : { description }) },
    ...(frontend === undefined ? {} : { frontend }),
  };
}

/** @throws UnreadableError for a graph whose weights are elsewhere */
function frozen(graph: GraphDef): GraphDef {
  for (const { op } of graph.nodes.values())
    if (/^(Variable|VariableV2|VarHandleOp)$/.test(op))
      throw new UnreadableError(
        'is a graph without its weights: they are in a checkpoint',
        'freeze it (tf.compat.v1.graph_util.convert_variables_to_constants), or give the SavedModel',
      );
  return graph;
}

/** Nodes that compute something nobody reads. */
function outputsOf({ nodes }: GraphDef): readonly SignatureTensor[] {
  const read = new Set(
    [...nodes.values()].flatMap(({ inputs }) => inputs.map((input) => input.split(':')[0]!)),
  );
  return [...nodes.values()]
    .filter((node) => !read.has(node.name) && node.inputs.length > 0 && node.op !== 'NoOp')
    .map((node) => ({ key: node.name, tensor: node.name }));
}

interface Cut {
  readonly graph: GraphDef;
  readonly description?: string;
  readonly frontend?: FrontendSpec;
}

/** Speech commands of TensorFlow are one second, and the graph may leave that to its caller. */
const SAMPLE_RATE = 16_000;
const DT_FLOAT = 1;

/** The graph with an input in the place of the features. @throws UnreadableError */
function cutFrontend(graph: GraphDef): Cut {
  const nodes = [...graph.nodes.values()];
  const spectrogram = nodes.find(({ op }) => op === 'AudioSpectrogram');
  if (spectrogram === undefined) return { graph };
  const mfcc = nodes.find(({ op }) => op === 'Mfcc');
  const samples = integerAttribute(
    nodes.find(({ op }) => op === 'DecodeWav') ?? spectrogram,
    'desired_samples',
    -1,
  );
  const window = integerAttribute(spectrogram, 'window_size', 0);
  const step = integerAttribute(spectrogram, 'stride', 0);
  const given = samples > 0 ? samples : SAMPLE_RATE;
  const frames = Math.floor((given - window) / step) + 1;
  if (!(window > 0 && step > 0 && frames > 0))
    throw new UnreadableError(
      'has an audio front end of which no frame fits into its clip',
      'save the graph again',
    );
  const fftSize = 2 ** Math.ceil(Math.log2(window));
  const coefficients = mfcc === undefined ? 0 : integerAttribute(mfcc, 'dct_coefficient_count', 13);
  const end = mfcc ?? spectrogram;
  const width = mfcc === undefined ? fftSize / 2 + 1 : coefficients;
  const features: GraphNode = {
    name: end.name,
    op: 'Placeholder',
    inputs: [],
    attributes: new Map([
      ['dtype', { type: DT_FLOAT }],
      ['shape', { shape: [1, frames, width] }],
    ]),
  };
  const what = mfcc === undefined ? `spectrogram of ${width} bins` : `${coefficients} MFCCs`;
  // What the cut leaves over would count as outputs.
  const behind = (node: GraphNode) => node.op !== 'AudioSpectrogram' && node.op !== 'DecodeWav';
  const ms = (count: number) => Number(((1000 * count) / SAMPLE_RATE).toFixed(3));
  return {
    graph: {
      ...graph,
      nodes: new Map(nodes.filter(behind).map((node) => [node.name, node])).set(end.name, features),
    },
    description: `cut behind its audio front end: ${what} of ${ms(window)} ms every ${ms(step)} ms${mfcc === undefined ? '' : ', as the preset tensorflow-mfcc computes them'}`,
    ...(mfcc === undefined ? {} : { frontend: mfccFrontend(mfcc, window, step, fftSize, coefficients) }),
  };
}

/** TensorFlow's MFCC kernel with the attributes of its node (defaults: audio_ops.cc). */
function mfccFrontend(
  mfcc: GraphNode,
  windowSamples: number,
  stepSamples: number,
  fftSize: number,
  coefficients: number,
): FrontendSpec {
  const preset = FRONTEND_PRESETS['tensorflow-mfcc'];
  if (preset.kind !== 'spectral' || preset.filterbank === null || preset.dct === null) return preset;
  const limit = (key: string, fallback: number) => mfcc.attributes.get(key)?.float ?? fallback;
  return {
    ...preset,
    windowSamples,
    stepSamples,
    fftSize,
    filterbank: {
      ...preset.filterbank,
      channels: integerAttribute(mfcc, 'filterbank_channel_count', 40),
      lowerBandLimit: limit('lower_frequency_limit', 20),
      upperBandLimit: limit('upper_frequency_limit', 4000),
    },
    dct: { ...preset.dct, coefficients },
  };
}
