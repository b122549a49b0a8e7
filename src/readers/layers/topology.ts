/**
 * The topology of a Keras or TF.js model, from JSON as any of them writes it, as one form: a network of
 * layers that are called on each other's outputs. A Sequential model becomes a chain of calls.
 *
 * Leaves to others: what layers compute (`registry.ts`), the order of the calls (`lower.ts`).
 */
import { shapeText } from '../../model/elements.js';
import { printable } from '../names.js';
import type { Fields } from '../support/fields.js';
import { field, isFields } from '../support/fields.js';
import { UnreadableError } from '../support/unreadable.js';
import { textField } from './config.js';
import type { Call, Ref } from './inbound.js';
import { readCalls, readRefs } from './inbound.js';

export interface LayerNode {
  readonly name: string;
  readonly className: string;
  /** Python module of its class; empty where the format does not say. */
  readonly module: string;
  readonly config: Fields;
  readonly calls: readonly Call[];
  /** The model inside, of a layer that is a model. */
  readonly network?: Network;
}

export interface Network {
  readonly layers: readonly LayerNode[];
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
}

const AGAIN = 'the file is damaged or was edited: save the model again';
const SEQUENTIAL = 'Sequential';
const FUNCTIONAL = new Set(['Functional', 'Model']);
/** Models inside of models, and layers in all of them together; real ones have a few hundred. */
const MOST_DEPTH = 8;
export const MOST_LAYERS = 5000;

interface Budget {
  layers: number;
}

/**
 * @param topology `modelTopology` of a TF.js model, `model_config` of an HDF5 file, `config.json` of a `.keras` file
 * @throws UnreadableError where it is none
 */
export function readTopology(topology: unknown): Network {
  const outer = isFields(topology) ? topology : {};
  const inner = field(outer, 'model_config');
  return readNetwork(isFields(inner) ? inner : outer, 0, { layers: 0 });
}

function readNetwork(model: Fields, depth: number, budget: Budget): Network {
  if (depth > MOST_DEPTH)
    throw new UnreadableError(`nests models deeper than ${MOST_DEPTH}`, 'give a plain model');
  const className = textField(model, 'class_name', '');
  const config = field(model, 'config');
  if (className === SEQUENTIAL) return readSequential(config, depth, budget);
  if (FUNCTIONAL.has(className) && isFields(config)) return readFunctional(config, depth, budget);
  throw new UnreadableError(
    className === ''
      ? 'does not describe a model of layers'
      : `is a model of the class ${printable(className)}; Sequential and Functional ones are read`,
    'build the model with keras.Sequential or keras.Model(inputs, outputs), copy the weights, and save it',
  );
}

function layerList(config: Fields, budget: Budget): readonly unknown[] {
  const layers = field(config, 'layers');
  if (!Array.isArray(layers) || layers.length === 0) throw new UnreadableError('has no layers', AGAIN);
  budget.layers += layers.length;
  if (budget.layers > MOST_LAYERS)
    throw new UnreadableError(
      `has more than ${MOST_LAYERS} layers, which is beyond what kws-gen reads`,
      'give a model made for microcontrollers',
    );
  return layers;
}

function readLayer(raw: unknown, depth: number, budget: Budget): LayerNode {
  const layer = isFields(raw) ? raw : {};
  const className = textField(layer, 'class_name', '');
  const config = field(layer, 'config');
  const settings = isFields(config) ? config : {};
  const name = textField(layer, 'name', textField(settings, 'name', ''));
  if (className === '' || name === '')
    throw new UnreadableError('has a layer without a class or a name', AGAIN);
  const nested = className === SEQUENTIAL || FUNCTIONAL.has(className);
  return {
    name,
    className,
    module: textField(layer, 'module', ''),
    config: settings,
    calls: readCalls(field(layer, 'inbound_nodes')),
    ...(nested ? { network: readNetwork(layer, depth + 1, budget) } : {}),
  };
}

function readFunctional(config: Fields, depth: number, budget: Budget): Network {
  const layers = layerList(config, budget).map((layer) => readLayer(layer, depth, budget));
  if (new Set(layers.map(({ name }) => name)).size !== layers.length)
    throw new UnreadableError('has two layers of the same name', 'give every layer a name of its own');
  return countedFromZero({
    layers,
    inputs: readRefs(field(config, 'input_layers')),
    outputs: readRefs(field(config, 'output_layers')),
  });
}

/**
 * Keras 2 counts the calls of a model inside of a model from 1, as the model's own inputs are call 0; Keras 3
 * and TF.js count from 0. Here all count from 0.
 */
function countedFromZero(network: Network): Network {
  const greatest = new Map<string, number>();
  const note = ({ layer, node }: Ref) => greatest.set(layer, Math.max(node, greatest.get(layer) ?? 0));
  for (const { calls } of network.layers) for (const { inputs } of calls) inputs.forEach(note);
  network.outputs.forEach(note);
  const fromOne = new Set(
    network.layers
      .filter((layer) => layer.network !== undefined && greatest.get(layer.name) === layer.calls.length)
      .map(({ name }) => name),
  );
  if (fromOne.size === 0) return network;
  const counted = (ref: Ref): Ref => (fromOne.has(ref.layer) ? { ...ref, node: ref.node - 1 } : ref);
  const layers = network.layers.map((layer) => ({
    ...layer,
    calls: layer.calls.map((call) => ({ ...call, inputs: call.inputs.map(counted) })),
  }));
  return { layers, inputs: network.inputs, outputs: network.outputs.map(counted) };
}

function readSequential(config: unknown, depth: number, budget: Budget): Network {
  // Before Keras 2.2.3 the configuration was the list itself.
  const settings: Fields = Array.isArray(config) ? { layers: config } : isFields(config) ? config : {};
  const given = layerList(settings, budget).map((layer) => readLayer(layer, depth, budget));
  const layers = given[0]!.className === 'InputLayer' ? given : [impliedInput(settings, given[0]!), ...given];
  const call = (name: string): Call => ({ inputs: [{ layer: name, node: 0, tensor: 0 }], constants: false });
  const chain = layers.map((layer, i) => ({ ...layer, calls: i === 0 ? [] : [call(layers[i - 1]!.name)] }));
  if (new Set(chain.map(({ name }) => name)).size !== chain.length)
    throw new UnreadableError('has two layers of the same name', 'give every layer a name of its own');
  const end = (name: string): readonly Ref[] => [{ layer: name, node: 0, tensor: 0 }];
  return { layers: chain, inputs: end(chain[0]!.name), outputs: end(chain.at(-1)!.name) };
}

/** A Sequential model without an input layer has the input's shape in its first layer, or beside the layers. */
function impliedInput(settings: Fields, first: LayerNode): LayerNode {
  const shape = inputShapeField(first.config) ?? field(settings, 'build_input_shape');
  const inner = first.network?.layers.find(({ name }) => name === first.network?.inputs[0]?.layer);
  const config =
    shape === undefined && inner !== undefined ? inner.config : { ...first.config, batch_shape: shape };
  return { name: `${first.name}_input`, className: 'InputLayer', module: '', config, calls: [] };
}

/** The shape with the batch: Keras 3 calls it batch_shape, Keras 2 and TF.js batch_input_shape. */
function inputShapeField(config: Fields): unknown {
  const whole = field(config, 'batch_shape') ?? field(config, 'batch_input_shape');
  if (whole !== undefined && whole !== null) return whole;
  const rest = field(config, 'input_shape');
  return Array.isArray(rest) ? [null, ...rest] : undefined;
}

/** Shape and type of an input layer; the batch is read as 1. @throws UnreadableError */
export function readInput(layer: LayerNode): readonly number[] {
  const shape = inputShapeField(layer.config);
  if (!Array.isArray(shape) || shape.length === 0)
    throw new UnreadableError(
      'does not say what shape its input has',
      'build the model with an input shape (keras.Input) and save it again',
    );
  const rest = shape.slice(1);
  if (rest.some((dim) => dim === null || (Number.isInteger(dim) && dim < 0)))
    throw new UnreadableError(
      `has the dynamic input shape ${printable(shapeText(shape.slice(0, 8).map((dim) => dim ?? '?') as number[]))}; only the batch may be open`,
      'build the model with a fixed input shape, copy the weights, and save it',
    );
  if (shape.length > 8 || !rest.every((dim) => Number.isInteger(dim) && dim > 0 && dim <= 1 << 24))
    throw new UnreadableError('has an input shape that makes no sense', AGAIN);
  const dtype = field(layer.config, 'dtype');
  if (typeof dtype === 'string' && !/float/.test(dtype))
    throw new UnreadableError(
      `takes ${printable(dtype)}; models that take float features are read`,
      'give a model that takes the features of a front end',
    );
  return [1, ...(rest as number[])];
}
