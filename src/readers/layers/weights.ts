/**
 * Weights by layer, whatever file they come from, checked before use.
 *
 * Owns: finding a layer's variables among those the file has for it (by name, or by the order in which
 * Keras keeps them), their shapes, that they are finite numbers.
 * Leaves to others: files (`tfjs.ts`, `keras/`).
 */
import { elementCount, shapeText } from '../../model/elements.js';
import { printable } from '../names.js';
import { UnreadableError } from '../support/unreadable.js';

export interface Weight {
  /** The variable's own name, such as `kernel`, or its number. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Reads the values; called only for a weight that is needed and has the right shape. */
  readonly values: () => Float32Array;
}

/** Where a layer stands in its model. */
export interface LayerAddress {
  /** Names of the models around it, without the outermost, and its own. */
  readonly names: readonly string[];
  /** Where Keras 3 keeps its variables, such as `layers/sequential/layers/conv2d_1`. */
  readonly path: string;
}

export interface WeightSource {
  /** The variables of one layer, in the file's order; none where it has none. */
  of(address: LayerAddress): readonly Weight[];
}

const AGAIN = 'the file is incomplete or damaged: save the model again';

/** Shapes by name; a name without a shape is a variable that the layer does not have. */
export type Wanted = Readonly<Record<string, readonly number[] | undefined>>;
export type Taken<W extends Wanted> = {
  readonly [K in keyof W]: W[K] extends readonly number[] ? Float32Array : Float32Array | undefined;
};

/**
 * The variables of a layer.
 *
 * @param wanted shapes by name, in the order in which Keras keeps the variables
 * @throws UnreadableError where one is missing, has another shape, or holds NaN or infinity
 */
export function takeWeights<W extends Wanted>(found: readonly Weight[], wanted: W): Taken<W> {
  const byName = new Map(found.map((weight) => [weight.name, weight]));
  const shapes = Object.entries(wanted).filter(
    (entry): entry is [string, readonly number[]] => entry[1] !== undefined,
  );
  const named = shapes.every(([name]) => byName.has(name));
  const taken = shapes.map(([name, shape], position): [string, Float32Array] => {
    const weight = named || found.length < shapes.length ? byName.get(name) : found[position];
    if (weight === undefined)
      throw new UnreadableError(`its weight ${name} (${shapeText(shape)}) is missing`, AGAIN);
    if (weight.shape.length !== shape.length || weight.shape.some((dim, axis) => dim !== shape[axis]))
      throw new UnreadableError(
        `its weight ${name} has the shape ${printable(shapeText(weight.shape.slice(0, 8)))}; ${shapeText(shape)} follows from the layer`,
        AGAIN,
      );
    return [name, finite(weight.values(), name, elementCount(shape))];
  });
  return Object.fromEntries(taken) as Taken<W>;
}

function finite(values: Float32Array, name: string, count: number): Float32Array {
  if (values.length !== count)
    throw new UnreadableError(`its weight ${name} has ${values.length} values; ${count} are needed`, AGAIN);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UnreadableError(
      `its weight ${name} holds ${values[bad]} at position ${bad}`,
      'the training diverged, or the file is damaged: train again with a lower learning rate',
    );
  return values;
}

/**
 * A source of weights that are named `layer/variable`, as TF.js's manifests and Keras's older HDF5 files
 * name them: perhaps below the models around the layer, perhaps with a scope between layer and variable.
 */
export function namedWeights(weights: readonly Weight[]): WeightSource {
  const byLayer = new Map<string, Weight[]>();
  for (const weight of weights) {
    const parts = weight.name.replace(/:0$/, '').split('/');
    const name = parts.pop()!;
    const layer = parts.join('/');
    const list = byLayer.get(layer);
    if (list === undefined) byLayer.set(layer, [{ ...weight, name }]);
    else list.push({ ...weight, name });
  }
  const scopes = [...byLayer.keys()];
  return {
    of({ names }) {
      const own = names.at(-1)!;
      const exact = byLayer.get(own) ?? byLayer.get(names.join('/'));
      if (exact !== undefined) return exact;
      const scope =
        scopes.find((candidate) => candidate.endsWith(`/${own}`)) ??
        scopes.find((candidate) => candidate.startsWith(`${own}/`)) ??
        scopes.find((candidate) => candidate.includes(`/${own}/`));
      return scope === undefined ? [] : byLayer.get(scope)!;
    },
  };
}
