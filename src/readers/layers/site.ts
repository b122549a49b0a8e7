/**
 * What the lowering of a layer sees: its configuration, its weights, and a builder of operators.
 *
 * A lowering turns the values a layer is called on into the values it gives; it throws a `UnreadableError` for
 * what it cannot do.
 */
import type { ModelBuilder } from '../../model/builder.js';
import { elementCount, shapeText } from '../../model/elements.js';
import type { Fields } from '../support/fields.js';
import { OperatorSite, type Value } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import type { Taken, Wanted, Weight } from './weights.js';
import { takeWeights } from './weights.js';

export type LowerLayer = (site: LayerSite, inputs: readonly Value[]) => Value;

/** The parts of a model that a layer is lowered from. */
export interface LayerParts {
  /** Unique in the model; begins the names of its tensors. */
  readonly label: string;
  readonly className: string;
  readonly config: Fields;
  readonly weights: () => readonly Weight[];
  /** Major version of the Keras that wrote the model: some functions changed their meaning. */
  readonly keras: 2 | 3;
}

export class LayerSite extends OperatorSite {
  readonly className: string;
  readonly config: Fields;
  readonly keras: 2 | 3;
  private readonly found: LayerParts['weights'];
  private readonly taken = new Map<string, unknown>();

  /** @param spend notes how many values are about to be read; throws where that is too much for one model */
  constructor(
    { label, className, config, weights, keras }: LayerParts,
    builder: ModelBuilder,
    private readonly spend: (values: number) => void,
  ) {
    super(label, builder);
    this.className = className;
    this.config = config;
    this.keras = keras;
    this.found = weights;
  }

  /** Its variables, in Keras's order. @throws UnreadableError */
  weights<W extends Wanted>(wanted: W): Taken<W> {
    const key = JSON.stringify(wanted);
    const known = this.taken.get(key);
    if (known !== undefined) return known as Taken<W>;
    const shapes = Object.values(wanted).filter((shape) => shape !== undefined);
    this.spend(shapes.reduce((sum, shape) => sum + elementCount(shape), 0));
    const taken = takeWeights(this.found(), wanted);
    this.taken.set(key, taken);
    return taken;
  }
}

/** The only value of a layer that takes one. @throws UnreadableError */
export function only(site: LayerSite, inputs: readonly Value[], rank?: number): Value {
  const [x] = inputs;
  if (x === undefined || inputs.length !== 1)
    throw new UnreadableError(`takes one input and is given ${inputs.length}`, 'save the model again');
  if (rank !== undefined && x.shape.length !== rank)
    throw new UnreadableError(
      `${site.className} takes ${rank} dimensions (with the batch) and is given ${shapeText(x.shape)}`,
      'put a Reshape layer before it',
    );
  return x;
}

/** @throws UnreadableError for a layer that has its channels first */
export function expectChannelsLast(site: LayerSite): void {
  const order = Object.hasOwn(site.config, 'data_format') ? site.config.data_format : undefined;
  if (order !== undefined && order !== null && order !== 'channels_last')
    throw new UnreadableError(
      `has the data_format "${order === 'channels_first' ? order : 'unknown'}"; channels_last is read`,
      "build the model with data_format='channels_last' and copy the weights",
    );
}
