/**
 * On what a layer of a functional model is called: the node formats of Keras 2, TF.js and Keras 3, as one.
 */

import { field, isFields, untupled } from '../support/fields.js';
import { UnreadableError } from '../support/unreadable.js';
import { isSmallInteger } from './config.js';

/** Output `tensor` of call `node` of a layer of the same model. */
export interface Ref {
  readonly layer: string;
  readonly node: number;
  readonly tensor: number;
}

/** One call of a layer. */
export interface Call {
  readonly inputs: readonly Ref[];
  /** It is also given numbers that are no layer's output. */
  readonly constants: boolean;
}

const BROKEN = 'the file is damaged or was edited: save the model again';
const MOST_DEPTH = 8;

function isRef(value: unknown): value is readonly [string, number, number] {
  return Array.isArray(value) && typeof value[0] === 'string' && value.length >= 3;
}

function ref(value: unknown): Ref {
  if (!isRef(value) || !isSmallInteger(value[1]) || !isSmallInteger(value[2]))
    throw new UnreadableError('refers to another layer in a form that is not known', BROKEN);
  return { layer: value[0], node: value[1], tensor: value[2] };
}

/** `input_layers` and `output_layers`: one reference, a list of them, or a table by name. */
export function readRefs(value: unknown): readonly Ref[] {
  const plain = untupled(value);
  if (isRef(plain)) return [ref(plain)];
  if (Array.isArray(plain)) return plain.map((one) => ref(untupled(one)));
  if (isFields(plain)) return Object.values(plain).map((one) => ref(untupled(one)));
  throw new UnreadableError('does not say what its inputs and outputs are', BROKEN);
}

/** `inbound_nodes`: one call after the other. */
export function readCalls(value: unknown): readonly Call[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UnreadableError('does not say what it is called on', BROKEN);
  return value.map((node) => (isFields(node) ? keras3Call(node) : keras2Call(node)));
}

/** [[layer, node, tensor, {…}], …]; a constant is ["_CONSTANT_VALUE", -1, value, {…}]. */
function keras2Call(node: unknown): Call {
  if (!Array.isArray(node)) throw new UnreadableError('does not say what it is called on', BROKEN);
  const inputs = isRef(node) ? [node] : node;
  const refs = inputs.filter((input) => !(Array.isArray(input) && input[0] === '_CONSTANT_VALUE'));
  return { inputs: refs.map(ref), constants: refs.length < inputs.length };
}

/** {args, kwargs}: tensors are objects of the class `__keras_tensor__`, anywhere in them. */
function keras3Call(node: Readonly<Record<string, unknown>>): Call {
  const inputs: Ref[] = [];
  let constants = false;
  const collect = (value: unknown, depth: number): void => {
    if (depth > MOST_DEPTH)
      throw new UnreadableError('is called on arguments that are nested too deep', BROKEN);
    if (Array.isArray(value)) for (const one of value) collect(one, depth + 1);
    else if (isFields(value) && field(value, 'class_name') === '__keras_tensor__') {
      const config = field(value, 'config');
      inputs.push(ref(isFields(config) ? field(config, 'keras_history') : undefined));
    } else if (isFields(value)) for (const one of Object.values(value)) collect(one, depth + 1);
    else if (typeof value === 'number') constants = true;
  };
  collect(field(node, 'args'), 0);
  // Of the keyword arguments only tensors matter: `training`, `mask` and the like say nothing about inference.
  const given = constants;
  collect(field(node, 'kwargs'), 0);
  return { inputs, constants: given };
}
