/**
 * A model of Keras or TF.js layers → operators.
 *
 * Owns: the order in which layers are called, models inside of models, layers that are called several
 * times, one problem per layer that cannot be read.
 * Leaves to others: JSON (`topology.ts`), what a layer computes (`registry.ts`), files.
 */
import type { Problem } from '../../diagnostics/errors.js';
import { inputError } from '../../diagnostics/errors.js';
import type { ModelDescription } from '../../model/builder.js';
import { ModelBuilder } from '../../model/builder.js';
import { printable } from '../names.js';
import type { Value } from '../support/operator-site.js';
import { checkShape } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import type { Step } from './order.js';
import { order } from './order.js';
import { snakeCase } from './paths.js';
import { adviceFor, LAYERS } from './registry.js';
import { LayerSite } from './site.js';
import type { LayerNode, Network } from './topology.js';
import { MOST_LAYERS, readInput, readTopology } from './topology.js';
import type { LayerAddress, WeightSource } from './weights.js';

/** Operations of Keras 3 (`x + y`, `keras.ops.expand_dims`) that equal the layer of their name. */
const OPERATIONS = /^(Add|Multiply|Subtract|ExpandDims|Squeeze)$/;

const MOST_PROBLEMS = 20;
/** Of all layers together: 256 MB. */
const MOST_VALUES = 1 << 26;

/** A value, or nothing where the layer that gives it could not be read. */
type Result = Value | undefined;

/**
 * @param topology JSON of the model's layers, untrusted
 * @param file its name, for messages
 * @throws KwsError (exit code 2) with one problem for every layer that is not read
 */
export function lowerLayers(
  topology: unknown,
  weights: WeightSource,
  model: { readonly name: string; readonly file: string; readonly keras?: 2 | 3 },
): ModelDescription {
  const lowering = new Lowering(weights, model.name, model.file, model.keras ?? 2);
  try {
    return lowering.run(topology);
  } catch (error) {
    if (error instanceof UnreadableError)
      throw inputError({ where: model.file, what: error.what, next: error.next }, { cause: error });
    throw error;
  }
}

class Lowering {
  private readonly builder: ModelBuilder;
  private readonly problems: Problem[] = [];
  /** By label: a layer that is called twice keeps its constants. */
  private readonly sites = new Map<string, LayerSite>();
  private readonly steps = new Map<Network, readonly Step[]>();
  private calls = 0;
  private values = 0;

  constructor(
    private readonly weights: WeightSource,
    name: string,
    private readonly file: string,
    private readonly keras: 2 | 3,
  ) {
    this.builder = new ModelBuilder(name);
  }

  run(topology: unknown): ModelDescription {
    const network = readTopology(topology);
    for (const [list, what] of [
      [network.inputs, 'inputs'],
      [network.outputs, 'outputs'],
    ] as const)
      if (list.length !== 1)
        throw new UnreadableError(
          `has ${list.length} ${what}: ${printable(list.map(({ layer }) => layer).join(', '))}; models with one are read`,
          'build a model of one input and one output from its layers (keras.Model), and save it',
        );
    const [output] = this.runNetwork(network, undefined, { names: [], path: '' });
    if (this.problems.length > 0) throw inputError(this.reported());
    if (output === undefined)
      throw new UnreadableError(
        'names an output that none of its layers gives',
        'the file is damaged or was edited: save the model again',
      );
    const description = this.builder.build([output.id]);
    if (description.operators.length === 0)
      throw new UnreadableError('has no layer that computes anything', 'give the model that was trained');
    return description;
  }

  private reported(): readonly Problem[] {
    const more = this.problems.length - MOST_PROBLEMS;
    return [
      ...this.problems.slice(0, MOST_PROBLEMS),
      ...(more > 0 ? [{ what: `${more} more layers have problems` }] : []),
    ];
  }

  /** @param given values of its inputs; undefined for the outermost model, whose inputs are made */
  private runNetwork(network: Network, given: readonly Result[] | undefined, around: LayerAddress): Result[] {
    const results = new Map<string, readonly Result[]>();
    const addresses = addressesOf(network, around);
    for (const { layer, call } of this.stepsOf(network)) {
      // Not a problem of one layer: nothing is read on.
      if (++this.calls > MOST_LAYERS)
        throw inputError({
          where: this.file,
          what: `calls its layers more than ${MOST_LAYERS} times, which is beyond what kws-gen reads`,
          next: 'give a model made for microcontrollers',
        });
      const address = addresses.get(layer.name)!;
      const inputs = (layer.calls[call]?.inputs ?? []).map(
        (ref) => results.get(`${ref.node} ${ref.layer}`)?.[ref.tensor],
      );
      const position = network.inputs.findIndex((ref) => ref.layer === layer.name);
      results.set(
        `${call} ${layer.name}`,
        this.attempt(layer, address, () => {
          if (layer.calls.length === 0) return [this.input(layer, address, given, position)];
          if (layer.network !== undefined) return this.nested(layer.network, address, inputs);
          return [this.lower(layer, address, call, inputs)];
        }),
      );
    }
    return network.outputs.map((ref) => results.get(`${ref.node} ${ref.layer}`)?.[ref.tensor]);
  }

  /** A model that is called several times is put into order once. */
  private stepsOf(network: Network): readonly Step[] {
    const known = this.steps.get(network) ?? order(network);
    this.steps.set(network, known);
    return known;
  }

  /** The values of a layer; a problem noted and none where it cannot be read. */
  private attempt(layer: LayerNode, address: LayerAddress, run: () => readonly Result[]): readonly Result[] {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.problems.push({
        where: `${this.file}, layer ${printable(address.names.join('/'))} (${printable(layer.className)})`,
        what: error.what,
        next: error.next,
      });
      return [];
    }
  }

  private input(
    layer: LayerNode,
    address: LayerAddress,
    given: readonly Result[] | undefined,
    position: number,
  ): Result {
    if (layer.className !== 'InputLayer' || position < 0)
      throw new UnreadableError(
        'is called on nothing',
        'the file is damaged or was edited: save the model again',
      );
    if (given === undefined) {
      const shape = readInput(layer);
      checkShape(shape);
      return { id: this.builder.input(address.names.join('/'), shape, {}, 'float32'), shape };
    }
    return given[position];
  }

  private nested(network: Network, address: LayerAddress, inputs: readonly Result[]) {
    if (inputs.length !== network.inputs.length)
      throw new UnreadableError(
        `takes ${network.inputs.length} inputs and is given ${inputs.length}`,
        'the file is damaged or was edited: save the model again',
      );
    return this.runNetwork(network, inputs, { names: address.names, path: `${address.path}/` });
  }

  private lower(layer: LayerNode, address: LayerAddress, call: number, inputs: readonly Result[]): Result {
    const lowering = Object.hasOwn(LAYERS, layer.className) ? LAYERS[layer.className] : undefined;
    const operation = /^keras\.src\.ops\b/.test(layer.module) && !OPERATIONS.test(layer.className);
    if (lowering === undefined || operation || !/^($|keras\b|tf_keras\b|tensorflow\b)/.test(layer.module))
      throw new UnreadableError(
        `is a layer of the class ${printable(layer.className)}, which kws-gen does not read`,
        adviceFor(layer.className),
      );
    if (layer.calls[call]?.constants)
      throw new UnreadableError('is given a number beside its inputs', 'use a Rescaling layer instead');
    const known = inputs.filter((value) => value !== undefined);
    // A layer that hangs on one with a problem has none of its own.
    if (known.length < inputs.length) return undefined;
    return lowering(this.site(layer, address), known);
  }

  private site(layer: LayerNode, address: LayerAddress): LayerSite {
    const label = address.names.join('/');
    const known = this.sites.get(label);
    if (known !== undefined) return known;
    const spend = (values: number) => {
      this.values += values;
      // A hostile file may give the same bytes to any number of layers.
      if (this.values > MOST_VALUES)
        throw inputError({
          where: this.file,
          what: `has more than ${MOST_VALUES} weights, which is beyond what kws-gen reads`,
          next: 'give a model made for microcontrollers',
        });
    };
    const { className, config } = layer;
    const weights = () => this.weights.of(address);
    const site = new LayerSite({ label, className, config, weights, keras: this.keras }, this.builder, spend);
    this.sites.set(label, site);
    return site;
  }
}

/** Where the layers of a network keep their weights. */
function addressesOf(network: Network, around: LayerAddress): ReadonlyMap<string, LayerAddress> {
  const used = new Map<string, number>();
  return new Map(
    network.layers.map((layer) => {
      // Keras 3 numbers the layers of a class in their order; operations (`x + y`) are no layers.
      const kind = snakeCase(layer.className);
      const number = used.get(kind) ?? 0;
      if (!layer.module.startsWith('keras.src.ops')) used.set(kind, number + 1);
      const path = `${around.path}layers/${kind}${number === 0 ? '' : `_${number}`}`;
      return [layer.name, { names: [...around.names, layer.name], path }];
    }),
  );
}
