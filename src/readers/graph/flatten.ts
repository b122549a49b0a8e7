/**
 * The nodes that an output needs, in an order in which they can be computed, function calls inlined.
 *
 * Owns: names of node outputs, calls, nodes that only pass a tensor on, cycles.
 * Leaves to others: what a node computes (`operators/`).
 */

import { printable } from '../names.js';
import { UnreadableError } from '../support/unreadable.js';
import type { GraphDef, GraphFunction, GraphNode } from './graph-def.js';
import { CONVERT_AGAIN, MOST_NODES } from './graph-def.js';

/** The body of the graph, or of one call of a function. */
export interface Frame {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly body?: { readonly of: GraphFunction; readonly call: GraphNode; readonly caller: Frame };
  readonly depth: number;
  /** Frames of the calls in it, by the calling node's name. */
  readonly calls: Map<string, Frame>;
}

/** One output of one node that computes something. */
export interface Source {
  readonly frame: Frame;
  readonly node: GraphNode;
  /** Name of the output in functions, such as `y` of a batch norm; empty in the graph itself. */
  readonly output: string;
  readonly index: number;
}

export interface FlatNode {
  readonly frame: Frame;
  readonly node: GraphNode;
  readonly inputs: readonly { readonly from: FlatNode; readonly output: string; readonly index: number }[];
}

const MOST_CALLS = 5000;
const MOST_DEPTH = 64;
/** Through calls and passing nodes to one source, and in all. */
const MOST_STEPS = 10_000;
const MOST_STEPS_IN_ALL = 2_000_000;

export const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

/** Nodes whose output is their input of the same number. */
const PASSING: ReadonlySet<string> = new Set([
  'Identity',
  'IdentityN',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'CheckNumerics',
  'EnsureShape',
  'PlaceholderWithDefault',
  // Rounding that training simulated: the quantizer here rounds, once.
  'FakeQuantWithMinMaxArgs',
  'FakeQuantWithMinMaxVars',
  'FakeQuantWithMinMaxVarsPerChannel',
]);

export class Flattener {
  readonly main: Frame;
  private calls = 0;
  private steps = 0;

  constructor(private readonly graph: GraphDef) {
    this.main = { nodes: graph.nodes, depth: 0, calls: new Map() };
  }

  /** The frame of a call. @throws UnreadableError where there is no such function, or too much of them */
  enter(caller: Frame, call: GraphNode): Frame {
    const known = caller.calls.get(call.name);
    if (known !== undefined) return known;
    const name = call.attributes.get('f')?.func ?? '';
    const of = this.graph.functions.get(name);
    if (of === undefined)
      throw new UnreadableError(`calls the function "${printable(name)}", which is not there`, CONVERT_AGAIN);
    if (++this.calls > MOST_CALLS || caller.depth >= MOST_DEPTH)
      throw new UnreadableError(
        `calls functions more than ${MOST_CALLS} times or ${MOST_DEPTH} deep`,
        'give a model made for microcontrollers',
      );
    const frame = { nodes: of.nodes, body: { of, call, caller }, depth: caller.depth + 1, calls: new Map() };
    caller.calls.set(call.name, frame);
    return frame;
  }

  /** What computes a tensor, behind calls and nodes that pass it on. @throws UnreadableError */
  resolve(start: Frame, reference: string): Source {
    let frame = start;
    let { name, output, index } = parsed(reference);
    for (let step = 0; step < MOST_STEPS; step++) {
      if (++this.steps > MOST_STEPS_IN_ALL)
        throw new UnreadableError('is too intricate to be read', 'give a model made for microcontrollers');
      const node = frame.nodes.get(name);
      const argument = frame.body?.of.arguments.get(name) ?? -1;
      if (node === undefined) {
        if (argument < 0)
          throw new UnreadableError(`refers to "${printable(name)}", which is not there`, CONVERT_AGAIN);
        const { call, caller } = frame.body!;
        ({ name, output, index } = parsed(dataInput(call, argument)));
        frame = caller;
      } else if (CALLS.has(node.op)) {
        frame = this.enter(frame, node);
        const from = frame.body!.of.outputs[index]?.from;
        if (from === undefined)
          throw new UnreadableError(
            `takes output ${index} of "${printable(name)}", which is not there`,
            CONVERT_AGAIN,
          );
        ({ name, output, index } = parsed(from));
      } else if (PASSING.has(node.op))
        ({ name, output, index } = parsed(dataInput(node, node.op === 'IdentityN' ? index : 0)));
      else return { frame, node, output, index };
    }
    throw new UnreadableError(
      `has nodes that wait for each other, "${printable(name)}" among them`,
      CONVERT_AGAIN,
    );
  }

  /** All nodes that `output` of the graph needs, inputs first. @throws UnreadableError */
  order(output: string): { readonly nodes: readonly FlatNode[]; readonly output: Source } {
    const last = this.resolve(this.main, output);
    /** Undefined while a node's inputs are being found. */
    const done = new Map<Frame, Map<string, FlatNode | undefined>>();
    const stateOf = (frame: Frame) => {
      const states = done.get(frame) ?? new Map<string, FlatNode | undefined>();
      done.set(frame, states);
      return states;
    };
    const nodes: FlatNode[] = [];
    const todo: { readonly at: Source; readonly inputs?: readonly Source[] }[] = [{ at: last }];
    let entered = 0;
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { frame, node } = next.at;
      const states = stateOf(frame);
      if (next.inputs !== undefined) {
        const inputs = next.inputs.map((source) => {
          const from = stateOf(source.frame).get(source.node.name)!;
          return { from, output: source.output, index: source.index };
        });
        const flat = { frame, node, inputs };
        states.set(node.name, flat);
        nodes.push(flat);
        continue;
      }
      if (states.get(node.name) !== undefined) continue;
      if (states.has(node.name))
        throw new UnreadableError(
          `has nodes that wait for each other, "${printable(node.name)}" among them`,
          CONVERT_AGAIN,
        );
      if (++entered > MOST_NODES || node.inputs.length > MOST_NODES)
        throw new UnreadableError(
          `computes its output with more than ${MOST_NODES} nodes`,
          'give a model made for microcontrollers',
        );
      states.set(node.name, undefined);
      const inputs = node.inputs.map((reference) => this.resolve(frame, reference));
      todo.push({ at: next.at, inputs });
      const missing = inputs.filter((source) => stateOf(source.frame).get(source.node.name) === undefined);
      // Reversed, so that they are computed in the order in which they are named.
      for (const source of missing.reverse()) todo.push({ at: source });
    }
    return { nodes, output: last };
  }
}

/** @throws UnreadableError where the node has no such input */
export function dataInput(node: GraphNode, position: number): string {
  const reference = node.inputs[position];
  if (reference === undefined)
    throw new UnreadableError(`has no input ${position} at "${printable(node.name)}"`, CONVERT_AGAIN);
  return reference;
}

/** `node`, `node:2` or `node:output:2`. */
function parsed(reference: string) {
  const [name = '', ...rest] = reference.split(':');
  const last = Number(rest.at(-1) ?? 0);
  const output = rest.length > 1 ? rest[0]! : '';
  return { name, output, index: Number.isInteger(last) && last >= 0 ? last : -1 };
}
