/**
 * A TensorFlow graph as both of its formats give it (JSON in TF.js, protobuf in a SavedModel), and the
 * attributes of its nodes, which are untrusted.
 *
 * Specification: tensorflow/core/framework/graph.proto, node_def.proto, attr_value.proto, function.proto.
 */

import { printable } from '../names.js';
import { UnreadableError } from '../support/unreadable.js';

/** DataType of tensorflow/core/framework/types.proto, those that are read. */
export const DATA_TYPES = {
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_STRING: 7,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_HALF: 19,
} as const;

/** Numbers that are known when the model is read. */
export interface TensorValues {
  readonly type: 'float' | 'int';
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** One attribute: whatever its kind, the fields it has. */
export interface Attribute {
  readonly text?: string;
  readonly integer?: number;
  readonly float?: number;
  readonly flag?: boolean;
  readonly type?: number;
  /** -1 for an open dimension; null where not even their number is known. */
  readonly shape?: readonly number[] | null;
  readonly integers?: readonly number[];
  readonly texts?: readonly string[];
  /** Name of a function. */
  readonly func?: string;
  /** @throws UnreadableError for a tensor that is damaged or of a type that is not read */
  readonly tensor?: () => TensorValues;
  /** Elements of a tensor of texts. */
  readonly tensorTexts?: () => readonly string[];
}

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** `node`, `node:1`, in functions `node:output:0` or an argument's name; without those that only wait. */
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface GraphFunction {
  readonly name: string;
  /** Names and positions. */
  readonly arguments: ReadonlyMap<string, number>;
  /** Names of its outputs in order, and the node outputs they are. */
  readonly outputs: readonly { readonly name: string; readonly from: string }[];
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

export interface GraphDef {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly functions: ReadonlyMap<string, GraphFunction>;
}

/** An input or output of a signature. */
export interface SignatureTensor {
  /** What the model calls it. */
  readonly key: string;
  /** Node output, such as `Identity:0`. */
  readonly tensor: string;
  readonly shape?: readonly number[] | null;
}

/** More than the largest model for a microcontroller has, optimizer and all. */
export const MOST_NODES = 20_000;

export const CONVERT_AGAIN = 'the file is damaged or was edited: convert or save the model again';

/** Inputs that bring data: `^node` is only waited for. */
export function dataInputs(inputs: readonly string[]): readonly string[] {
  return inputs.filter((reference) => !reference.startsWith('^'));
}

/** Nodes by name. @throws UnreadableError where two have one name, or there are too many */
export function nodesByName(nodes: readonly GraphNode[]): ReadonlyMap<string, GraphNode> {
  if (nodes.length > MOST_NODES)
    throw new UnreadableError(
      `has ${nodes.length} nodes; at most ${MOST_NODES} are read`,
      'give a model made for microcontrollers',
    );
  const byName = new Map(nodes.map((node) => [node.name, node]));
  if (byName.size < nodes.length) throw new UnreadableError('has two nodes of the same name', CONVERT_AGAIN);
  return byName;
}

export function textAttribute(node: GraphNode, key: string, fallback: string): string {
  return node.attributes.get(key)?.text ?? fallback;
}

export function flagAttribute(node: GraphNode, key: string, fallback: boolean): boolean {
  return node.attributes.get(key)?.flag ?? fallback;
}

/** An integer of at most 2^24. @throws UnreadableError */
export function integerAttribute(node: GraphNode, key: string, fallback: number): number {
  return checked(key, [node.attributes.get(key)?.integer ?? fallback])[0]!;
}

/** Integers of at most 2^24; `fallback` where there are none. @throws UnreadableError */
export function integersAttribute(
  node: GraphNode,
  key: string,
  fallback: readonly number[],
): readonly number[] {
  const given = node.attributes.get(key)?.integers;
  return checked(key, given === undefined || given.length === 0 ? fallback : given);
}

function checked(key: string, values: readonly number[]): readonly number[] {
  const bad = values.find((value) => !Number.isInteger(value) || Math.abs(value) > 1 << 24);
  if (bad !== undefined || values.length > 64)
    throw new UnreadableError(
      `its ${key} is ${printable(String(bad ?? `a list of ${values.length}`))}, which makes no sense`,
      CONVERT_AGAIN,
    );
  return values;
}
