/**
 * Random models whose window of frames slides: images with time as their rows or their width, mostly through windows and functions
 * that work by rows, and inputs that are a stream cut at every hop.
 */
import { elementCount, tensorBytes } from '../../src/model/elements.js';
import type { SlidingWindow } from '../../src/plan/sliding.js';
import { Graph, type Grow } from './graph.js';
import {
  growConcatenation,
  growPad,
  growReshape,
  growSlice,
  growSplit,
  growTranspose,
} from './operators/movement.js';
import {
  growBinary,
  growFunction,
  growPrelu,
  growQuantize,
  growReduction,
  growSoftmax,
} from './operators/values.js';
import { growConv2d, growDepthwiseConv2d, growFullyConnected, growPool } from './operators/windows.js';
import type { RandomModel } from './random-model.js';

/** Drawn as often as they stand here. */
const GROW: readonly Grow[] = [
  ...[growConv2d, growConv2d, growConv2d, growDepthwiseConv2d, growDepthwiseConv2d, growDepthwiseConv2d],
  ...[growPool('AVERAGE_POOL_2D'), growPool('MAX_POOL_2D'), growBinary('ADD'), growBinary('ADD')],
  ...[growBinary('MUL'), growFunction('RELU'), growFunction('LOGISTIC'), growPrelu, growPad, growQuantize],
  ...[
    growConcatenation,
    growSplit,
    growSlice,
    growReduction('MEAN'),
    growSoftmax,
    growTranspose,
    growReshape,
  ],
  growFullyConnected,
];

export interface SlidingModel extends RandomModel {
  readonly window: SlidingWindow;
}

const HOPS = 6;

/** The model called `SEED/NUMBER`: all of it, and what it sees, follows from the name. */
export function slidingModel(name: string): SlidingModel {
  const graph = new Graph(`sliding ${name}`);
  const { draw } = graph;
  const frames = draw.between(6, 40);
  const hop = draw.pick([1, 1, 2, 2, 4, draw.between(1, frames)]);
  const shape = draw.pick([
    [1, frames, draw.between(1, 6), draw.pick([1, 2, 4])],
    [1, frames, 1, draw.pick([4, 8, 10])],
    [1, 1, frames, draw.pick([2, 4, 8])],
  ]);
  const input = graph.activation(shape);
  graph.open.push(input);
  const steps = draw.between(1, 8);
  for (let step = 0; step < steps; step++) {
    for (let tries = 0; tries < 20; tries++) {
      const grown = draw.pick(GROW)(graph, draw.chance(5) ? draw.pick(graph.open) : graph.open.at(-1)!);
      if (grown === undefined) continue;
      graph.open.push(...grown);
      break;
    }
  }
  const read = new Set(graph.operators.flatMap(({ inputs }) => inputs));
  const ends = graph.open.filter((id) => !read.has(id));
  const [first] = ends;
  const flat = (id: number): number =>
    graph.op('RESHAPE', [id], [graph.like(id, [1, elementCount(graph.shape(id))])], {});
  let output = first!;
  if (ends.length > 1) {
    const parts = ends.map((id, i) => (i === 0 ? flat(id) : graph.requantized(flat(id), first!)));
    const count = parts.reduce((sum, id) => sum + elementCount(graph.shape(id)), 0);
    output = graph.op('CONCATENATION', parts, [graph.like(first!, [1, count])], {
      axis: 1,
      activation: 'NONE',
    });
  }
  const bytes = tensorBytes(graph.tensors[input]!);
  const row = bytes / frames;
  const stream = Uint8Array.from(draw.activations(bytes + HOPS * hop * row));
  const inputs = Array.from({ length: HOPS + 1 }, (_, i) =>
    stream.slice(i * hop * row, i * hop * row + bytes),
  );
  return { name, model: graph.model([input], [output]), steps, inputs, window: { frames, hop } };
}

/** The inputs in turn as hops, and after a reset the first again: lines for test/native/model_driver.cpp. */
export function hopLines({ inputs }: Pick<RandomModel, 'inputs'>): string[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const hops = inputs.flatMap((bytes, i) => (i === 0 ? [hex(bytes)] : ['slide', hex(bytes)]));
  return [...hops, 'reset', hex(inputs[0]!)];
}

export function slidingModels(seed: number, count: number, first = 0): readonly SlidingModel[] {
  return Array.from({ length: count }, (_, i) => slidingModel(`${seed}/${first + i}`));
}
