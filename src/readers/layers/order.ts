/** The order in which a network calls its layers: those only that its outputs need, inputs first. */
import { printable } from '../names.js';
import { UnreadableError } from '../support/unreadable.js';
import type { Ref } from './inbound.js';
import type { LayerNode, Network } from './topology.js';

/** Call number `call` of a layer; an input layer has the call 0 without having been called. */
export interface Step {
  readonly layer: LayerNode;
  readonly call: number;
}

const AGAIN = 'the file is damaged or was edited: save the model again';
const keyOf = (layer: string, call: number) => `${call} ${layer}`;

/** @throws UnreadableError where a layer is not there, or layers wait for each other */
export function order(network: Network): readonly Step[] {
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const needed = new Map<string, Step>();
  const todo: Ref[] = [...network.outputs];
  for (let ref = todo.pop(); ref !== undefined; ref = todo.pop()) {
    const key = keyOf(ref.layer, ref.node);
    if (needed.has(key)) continue;
    const layer = layers.get(ref.layer);
    if (layer === undefined || ref.node < 0 || ref.node >= Math.max(1, layer.calls.length))
      throw new UnreadableError(`refers to the layer "${printable(ref.layer)}", which is not there`, AGAIN);
    needed.set(key, { layer, call: ref.node });
    for (const input of layer.calls[ref.node]?.inputs ?? []) todo.push(input);
  }

  // Kahn's algorithm; the file's order among those that are ready keeps it deterministic.
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  const inFileOrder: [string, Step][] = [];
  for (const layer of network.layers)
    for (let call = 0; call < Math.max(1, layer.calls.length); call++) {
      const key = keyOf(layer.name, call);
      if (needed.has(key)) inFileOrder.push([key, needed.get(key)!]);
    }
  for (const [key, { layer, call }] of inFileOrder) {
    const inputs = new Set((layer.calls[call]?.inputs ?? []).map((ref) => keyOf(ref.layer, ref.node)));
    waiting.set(key, inputs.size);
    for (const input of inputs) {
      const list = readers.get(input);
      if (list === undefined) readers.set(input, [key]);
      else list.push(key);
    }
  }
  const ready = inFileOrder.map(([key]) => key).filter((key) => waiting.get(key) === 0);
  const steps: Step[] = [];
  for (let next = 0; next < ready.length; next++) {
    const key = ready[next]!;
    steps.push(needed.get(key)!);
    for (const reader of readers.get(key) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (steps.length < inFileOrder.length) {
    const stuck = inFileOrder.find(([key]) => waiting.get(key) !== 0)![1].layer.name;
    throw new UnreadableError(`has layers that wait for each other, "${printable(stuck)}" among them`, AGAIN);
  }
  return steps;
}
