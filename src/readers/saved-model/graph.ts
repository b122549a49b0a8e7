/** GraphDef and its functions out of their protocol buffers. */

import type { Attribute, GraphDef, GraphFunction, GraphNode } from '../graph/graph-def.js';
import { CONVERT_AGAIN, dataInputs, MOST_NODES, nodesByName } from '../graph/graph-def.js';
import { UnreadableError } from '../support/unreadable.js';
import { fields, lastField, signed, text, varints } from './protobuf.js';
import { readShapeProto, readTensorProto, readTextTensor } from './tensor.js';

const MOST_FUNCTIONS = 20_000;
/** More than any list that is read has. */
const MOST_ITEMS = 4096;

/** graph.proto: node 1, library 2. @throws UnreadableError */
export function readGraphDef(message: Uint8Array): GraphDef {
  const nodes: GraphNode[] = [];
  const functions = new Map<string, GraphFunction>();
  for (const { number, bytes } of fields(message)) {
    if (number === 1) nodes.push(readNode(bytes));
    if (number === 2)
      for (const entry of fields(bytes)) {
        if (entry.number !== 1) continue;
        const read = readFunction(entry.bytes);
        functions.set(read.name, read);
        if (functions.size > MOST_FUNCTIONS)
          throw new UnreadableError('has too many functions', 'give a model made for microcontrollers');
      }
    if (nodes.length > MOST_NODES) break;
  }
  return { nodes: nodesByName(nodes), functions };
}

/** node_def.proto: name 1, op 2, input 3, attr 5. */
function readNode(message: Uint8Array): GraphNode {
  let [name, op] = ['', ''];
  const inputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  for (const { number, bytes } of fields(message)) {
    if (number === 1) name = text(bytes);
    else if (number === 2) op = text(bytes);
    else if (number === 3) inputs.push(text(bytes));
    else if (number === 5) {
      const { key, value } = mapEntry(bytes);
      attributes.set(key, readAttribute(value));
    }
  }
  if (name === '') throw new UnreadableError('has a node without a name', CONVERT_AGAIN);
  return { name, op, inputs: dataInputs(inputs), attributes };
}

const EMPTY = new Uint8Array(0);

/** An entry of a protobuf map with texts as keys: key 1, value 2. */
export function mapEntry(message: Uint8Array): { readonly key: string; readonly value: Uint8Array } {
  return {
    key: text(lastField(message, 1)?.bytes ?? EMPTY),
    value: lastField(message, 2)?.bytes ?? EMPTY,
  };
}

/** attr_value.proto: list 1, s 2, i 3, f 4, b 5, type 6, shape 7, tensor 8, func 10. */
function readAttribute(message: Uint8Array): Attribute {
  const attribute: { -readonly [K in keyof Attribute]: Attribute[K] } = {};
  for (const { number, bytes, varint } of fields(message)) {
    if (number === 1) Object.assign(attribute, readList(bytes));
    else if (number === 2 && bytes.length <= 4096) attribute.text = Buffer.from(bytes).toString('latin1');
    else if (number === 3) attribute.integer = signed(varint);
    else if (number === 4 && bytes.length === 4)
      attribute.float = new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
    else if (number === 5) attribute.flag = varint !== 0n;
    else if (number === 6) attribute.type = Number(varint);
    else if (number === 7) attribute.shape = readShapeProto(bytes);
    else if (number === 8) {
      attribute.tensor = () => readTensorProto(bytes);
      attribute.tensorTexts = () => readTextTensor(bytes);
    } else if (number === 10) attribute.func = text(lastField(bytes, 1)?.bytes ?? EMPTY);
  }
  return attribute;
}

/** ListValue: s 2, i 3. */
function readList(message: Uint8Array): Attribute {
  const texts: string[] = [];
  const integers: number[] = [];
  for (const field of fields(message)) {
    if (texts.length + integers.length > MOST_ITEMS) break;
    if (field.number === 2) texts.push(text(field.bytes));
    else if (field.number === 3) for (const value of varints(field)) integers.push(signed(value));
  }
  return { texts, integers };
}

/** function.proto: signature 1 (op_def.proto: name 1, input_arg 2, output_arg 3), node_def 3, ret 4. */
function readFunction(message: Uint8Array): GraphFunction {
  let name = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: GraphNode[] = [];
  const returned = new Map<string, string>();
  const argument = (bytes: Uint8Array) => text(lastField(bytes, 1)?.bytes ?? EMPTY);
  for (const { number, bytes } of fields(message)) {
    if (number === 1)
      for (const part of fields(bytes)) {
        if (part.number === 1) name = text(part.bytes);
        else if (part.number === 2) inputs.push(argument(part.bytes));
        else if (part.number === 3) outputs.push(argument(part.bytes));
      }
    else if (number === 3) nodes.push(readNode(bytes));
    else if (number === 4) {
      const { key, value } = mapEntry(bytes);
      returned.set(key, text(value));
    }
  }
  return {
    name,
    arguments: new Map(inputs.map((input, position) => [input, position])),
    outputs: outputs.map((output) => ({ name: output, from: returned.get(output) ?? '' })),
    nodes: nodesByName(nodes),
  };
}
