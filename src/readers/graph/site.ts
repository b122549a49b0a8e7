/** What the lowering of a node sees: the node, and a builder of operators with a bound on its constants. */
import type { ModelBuilder } from '../../model/builder.js';
import { elementCount, shapeText } from '../../model/elements.js';
import type { OperatorOptions } from '../../model/types.js';
import { printable } from '../names.js';
import { type EmittedKind, OperatorSite } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import type { GraphNode } from './graph-def.js';
import { CONVERT_AGAIN, textAttribute } from './graph-def.js';
import type { Activation, Constant, Operand } from './operand.js';
import { activation } from './operand.js';

export type LowerNode = (site: NodeSite, inputs: readonly Operand[]) => Operand;

/** Numbers that are computed or stored while one model is read. */
export class Budget {
  private left = 1 << 25;

  /** @throws UnreadableError where a model takes more */
  spend(elements: number): void {
    this.left -= elements;
    if (!(this.left >= 0))
      throw new UnreadableError(
        `leads to more than ${1 << 25} constant numbers`,
        'give a model made for microcontrollers',
      );
  }
}

export class NodeSite {
  /** Where its operators are made. */
  readonly made: OperatorSite;

  /** @param label unique in the model; begins the names of its tensors */
  constructor(
    readonly node: GraphNode,
    label: string,
    builder: ModelBuilder,
    readonly budget: Budget,
  ) {
    this.made = new OperatorSite(label, builder);
  }

  emit<K extends EmittedKind>(
    kind: K,
    inputs: readonly number[],
    shape: readonly number[],
    options: OperatorOptions[K],
  ): Activation {
    return activation(this.made.emit(kind, inputs, shape, options));
  }

  reshape(x: Activation, shape: readonly number[]): Activation {
    return activation(this.made.reshape(x, shape));
  }

  expandDims(x: Activation, axis: number): Activation {
    return activation(this.made.expandDims(x, axis));
  }

  squeeze(x: Activation, axes: readonly number[]): Activation {
    return activation(this.made.squeeze(x, axes));
  }

  tile(x: Activation, times: readonly number[]): Activation {
    return activation(this.made.tile(x, times));
  }

  transpose(x: Activation, order: readonly number[]): Activation {
    return activation(this.made.transpose(x, order));
  }

  ints(name: string, values: readonly number[], shape: readonly number[] = [values.length]): number {
    return this.made.constant(name, 'int32', shape, () => values);
  }

  /**
   * Id of a constant float tensor, made of finite numbers.
   *
   * @param arrange puts the numbers into the operator's order
   * @throws UnreadableError for numbers that are not finite
   */
  floats(
    name: string,
    from: Constant,
    shape: readonly number[] = from.shape,
    arrange: (values: Float32Array) => Float32Array = (values) => values,
  ): number {
    this.budget.spend(elementCount(shape));
    const values = Float32Array.from(from.values);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite(from.name, values[bad]!, bad);
    return this.made.constant(name, 'float32', shape, () => arrange(values));
  }

  /** @throws UnreadableError for nodes that have their channels first */
  expectChannelsLast(): void {
    const format = textAttribute(this.node, 'data_format', 'NHWC');
    if (format !== 'NHWC')
      throw new UnreadableError(
        `has the data_format ${printable(format)}; NHWC is read`,
        "build the model with data_format='channels_last' and copy the weights",
      );
  }
}

export function notFinite(name: string, value: number, at: number): UnreadableError {
  return new UnreadableError(
    `its weight ${printable(name)} holds ${value} at position ${at}`,
    'the training diverged, or the file is damaged: train again with a lower learning rate',
  );
}

/** @throws UnreadableError where a constant has another shape than the operator needs */
export function expectShape(from: Constant, shape: readonly number[]): void {
  if (from.shape.length !== shape.length || from.shape.some((dim, axis) => dim !== shape[axis]))
    throw new UnreadableError(
      `its weight ${printable(from.name)} has the shape ${shapeText(from.shape)}; ${shapeText(shape)} follows from the node`,
      CONVERT_AGAIN,
    );
}
