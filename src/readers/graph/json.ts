/** GraphDef as TF.js's converter writes it: protobuf's JSON mapping, integers and bytes as texts. */

import { printable } from '../names.js';
import { field, isFields } from '../support/fields.js';
import { UnreadableError } from '../support/unreadable.js';
import type { Attribute, GraphDef, GraphNode } from './graph-def.js';
import { CONVERT_AGAIN, DATA_TYPES, dataInputs, nodesByName } from './graph-def.js';

/** More than any list that is read has. */
const MOST_ITEMS = 4096;

/** @throws UnreadableError */
export function graphFromJson(topology: unknown): GraphDef {
  const list = isFields(topology) ? field(topology, 'node') : undefined;
  if (!Array.isArray(list) || list.length === 0) throw new UnreadableError('has no nodes', CONVERT_AGAIN);
  return { nodes: nodesByName(list.map(readNode)), functions: new Map() };
}

function readNode(raw: unknown): GraphNode {
  const node = isFields(raw) ? raw : {};
  const [name, op] = [field(node, 'name'), field(node, 'op')];
  const inputs = field(node, 'input') ?? [];
  const attributes = field(node, 'attr') ?? {};
  if (typeof name !== 'string' || name === '' || typeof op !== 'string')
    throw new UnreadableError('has a node without a name or an operation', CONVERT_AGAIN);
  if (!isTexts(inputs) || !isFields(attributes))
    throw new UnreadableError(
      `has damaged inputs or attributes at the node ${printable(name)}`,
      CONVERT_AGAIN,
    );
  return {
    name,
    op,
    inputs: dataInputs(inputs),
    attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, readAttribute(value)])),
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function readAttribute(raw: unknown): Attribute {
  const value = isFields(raw) ? raw : {};
  const [s, i, f, b] = ['s', 'i', 'f', 'b'].map((key) => field(value, key));
  const [type, list, shape] = [field(value, 'type'), field(value, 'list'), field(value, 'shape')];
  const func = field(value, 'func');
  const functionName = isFields(func) ? field(func, 'name') : undefined;
  return {
    ...(typeof s === 'string' ? { text: decoded(s) } : {}),
    ...(isNumeric(i) ? { integer: Number(i) } : {}),
    ...(typeof f === 'number' ? { float: f } : {}),
    ...(typeof b === 'boolean' ? { flag: b } : {}),
    ...(type === undefined ? {} : { type: readType(type) }),
    ...(shape === undefined ? {} : { shape: readShape(shape) }),
    ...(isFields(list) ? readList(list) : {}),
    ...(typeof functionName === 'string' ? { func: functionName } : {}),
  };
}

function readList(list: Readonly<Record<string, unknown>>): Attribute {
  const [i, s] = [field(list, 'i'), field(list, 's')];
  return {
    ...(Array.isArray(i) && i.length <= MOST_ITEMS ? { integers: i.map(Number) } : {}),
    ...(isTexts(s) && s.length <= MOST_ITEMS ? { texts: s.map(decoded) } : {}),
  };
}

const isNumeric = (value: unknown): value is string | number =>
  typeof value === 'number' || (typeof value === 'string' && value.length < 32);

/** Bytes are base64 in JSON. */
const decoded = (text: string) => Buffer.from(text.slice(0, 4096), 'base64').toString('latin1');

function readType(type: unknown): number {
  if (typeof type === 'number') return type;
  return typeof type === 'string' && Object.hasOwn(DATA_TYPES, type)
    ? DATA_TYPES[type as keyof typeof DATA_TYPES]
    : -1;
}

/** A TensorShapeProto: -1 for an open dimension, null where the rank is unknown. */
export function readShape(raw: unknown): readonly number[] | null {
  const shape = isFields(raw) ? raw : {};
  const dims = field(shape, 'dim') ?? [];
  if (field(shape, 'unknownRank') === true || !Array.isArray(dims) || dims.length > 64) return null;
  return dims.map((dim: unknown) => {
    // A size of 0 is left out by protobuf.
    const size = Number((isFields(dim) ? field(dim, 'size') : undefined) ?? 0);
    return Number.isInteger(size) ? size : -1;
  });
}
