/** Int8 graphs with operators that only converters write: built as RESHAPEs, then given their real names. */
import type { NewTensor } from '../../../src/model/builder.js';
import { describedModel, ModelBuilder } from '../../../src/model/builder.js';
import { elementCount } from '../../../src/model/elements.js';
import type { Model } from '../../../src/model/types.js';
import { createEngine } from '../../../src/reference/engine.js';

export const SCALE = { scale: 0.05, zeroPoint: 3 } as const;

export class Int8Graph {
  readonly b = new ModelBuilder('graph');
  private readonly names = new Map<number, string>();
  private operators = 0;

  input(shape: readonly number[]): number {
    return this.b.input('x', shape, SCALE);
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): number {
    return this.b.constant(`ints${values.join('_')}`, 'int32', shape, values);
  }

  foreign(name: string, inputs: readonly number[], output: NewTensor): number {
    this.names.set(this.operators, name);
    const scale = output.type === 'int32' ? {} : SCALE;
    return this.push(() => this.b.add('RESHAPE', inputs, { ...scale, ...output }, {}));
  }

  push<T>(add: () => T): T {
    this.operators += 1;
    return add();
  }

  conv(
    x: number,
    filter: readonly number[],
    shape: readonly number[],
    options: Readonly<Record<string, unknown>> = {},
  ) {
    const count = elementCount(filter);
    const depthwise = options.depthMultiplier !== undefined;
    const weights = Array.from({ length: count }, (_, i) => ((i * 37 + 11) % 101) - 50);
    const w = this.b.constant('w', 'int8', filter, weights, { scale: 0.01 });
    const all = {
      padding: 'VALID',
      strideH: 1,
      strideW: 1,
      dilationH: 1,
      dilationW: 1,
      activation: 'NONE',
      ...options,
    } as const;
    const output = { shape, ...SCALE };
    return this.push(() =>
      depthwise
        ? this.b.add('DEPTHWISE_CONV_2D', [x, w], output, all as never)
        : this.b.add('CONV_2D', [x, w], output, all as never),
    );
  }

  model(output: number): Model {
    const model = describedModel(this.b.build([output]));
    const operators = model.operators.map((operator) => {
      const name = this.names.get(operator.index);
      return name === undefined
        ? operator
        : { ...operator, kind: 'FOREIGN' as const, options: { builtinCode: 200, name } };
    });
    return { ...model, operators };
  }
}

export const kinds = ({ operators }: Model): string[] =>
  operators.map((operator) => (operator.kind === 'FOREIGN' ? operator.options.name : operator.kind));

/** Int8 outputs of a model with one input. */
export function run(model: Model, x: Int8Array): number[] {
  const [y] = createEngine(model).invoke([x]);
  return [...(y as Int8Array)];
}

export const someInput = (count: number): Int8Array =>
  Int8Array.from({ length: count }, (_, i) => ((i * 73 + 5) % 256) - 128);
