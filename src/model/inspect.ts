/**
 * What there is to know about a model, as plain data: the `inspect` command prints it, `--json` as it is.
 *
 * Leaves to others: layout of the text (`commands/`), which boards can run it (`plan/`, `boards/`).
 */
import { elementCount, tensorBytes } from './elements.js';
import { OPERATORS, operatorMacs, operatorName } from './operators.js';
import type { ElementType, Model, OperatorKind, Quantization } from './types.js';

/** One scale and zero point, or how many there are along which dimension. */
type QuantizationSummary =
  | { readonly scale: number; readonly zeroPoint: number }
  | { readonly channels: number; readonly axis: number };

export interface TensorSummary {
  readonly id: number;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly constant: boolean;
  readonly quantization?: QuantizationSummary;
}

interface OperatorSummary {
  /** Position in the source file's main graph. */
  readonly index: number;
  readonly kind: OperatorKind;
  /** The kind, or a foreign operator's own name. */
  readonly name: string;
  /** Ids; -1 where an optional operand is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly inputShapes: readonly (readonly number[])[];
  readonly outputShapes: readonly (readonly number[])[];
  readonly macs: number;
  readonly tier: number;
}

export interface ModelSummary {
  readonly name: string;
  readonly format: Model['source']['format'];
  readonly sha256: string;
  readonly fileBytes: number;
  readonly description?: string;
  readonly inputs: readonly TensorSummary[];
  readonly outputs: readonly TensorSummary[];
  readonly labels?: readonly string[];
  readonly tensors: readonly TensorSummary[];
  readonly operators: readonly OperatorSummary[];
  readonly variables: readonly {
    readonly name: string;
    readonly type: ElementType;
    readonly shape: readonly number[];
    readonly bytes: number;
  }[];
  /** How many operators of each name, sorted by name. */
  readonly operatorCounts: readonly {
    readonly name: string;
    readonly count: number;
    readonly macs: number;
  }[];
  readonly totals: {
    /** Multiply-accumulates of one inference. */
    readonly macs: number;
    /** Elements of weights and biases: the second and later operands of operators with parameters. */
    readonly parameters: number;
    /** Bytes of all constants; those that tensors share count once. */
    readonly weightBytes: number;
    /** Bytes that survive from one inference to the next. */
    readonly stateBytes: number;
    /** Bytes of the largest activation: no arena is smaller. */
    readonly largestActivationBytes: number;
  };
}

export function inspectModel(model: Model): ModelSummary {
  const tensors = model.tensors.map((_, id) => summary(model, id));
  const operators = model.operators.map((operator): OperatorSummary => {
    const shapes = (ids: readonly number[]) => ids.map((id) => model.tensors[id]?.shape ?? []);
    return {
      index: operator.index,
      kind: operator.kind,
      name: operatorName(operator),
      inputs: operator.inputs,
      outputs: operator.outputs,
      inputShapes: shapes(operator.inputs),
      outputShapes: shapes(operator.outputs),
      macs: operatorMacs(operator, model.tensors),
      tier: OPERATORS[operator.kind].tier,
    };
  });
  return {
    name: model.name,
    format: model.source.format,
    sha256: model.source.sha256,
    fileBytes: model.source.bytes.length,
    ...(model.source.description === undefined ? {} : { description: model.source.description }),
    inputs: model.inputs.map((id) => summary(model, id)),
    outputs: model.outputs.map((id) => summary(model, id)),
    ...(model.labels === undefined ? {} : { labels: model.labels }),
    tensors,
    operators,
    variables: model.variables.map(({ name, type, shape, initial }) => ({
      name,
      type,
      shape,
      bytes: initial.length,
    })),
    operatorCounts: countByName(operators),
    totals: {
      macs: sum(operators.map(({ macs }) => macs)),
      parameters: sum([...parameterIds(model)].map((id) => elementCount(model.tensors[id]!.shape))),
      weightBytes: sum(distinctConstants(model).map((data) => data.length)),
      stateBytes: sum(model.variables.map(({ initial }) => initial.length)),
      largestActivationBytes: tensors
        .filter(({ constant }) => !constant)
        .reduce((largest, { bytes }) => Math.max(largest, bytes), 0),
    },
  };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function summary(model: Model, id: number): TensorSummary {
  const tensor = model.tensors[id]!;
  const { name, type, shape, data, quantization } = tensor;
  return {
    id,
    name,
    type,
    shape,
    bytes: tensorBytes(tensor),
    constant: data !== undefined,
    ...(quantization === undefined ? {} : { quantization: quantizationSummary(quantization) }),
  };
}

function quantizationSummary({ scales, zeroPoints, axis }: Quantization): QuantizationSummary {
  return scales.length === 1
    ? { scale: scales[0]!, zeroPoint: zeroPoints[0]! }
    : { channels: scales.length, axis };
}

function parameterIds(model: Model): Set<number> {
  return new Set(
    model.operators
      .filter(({ kind }) => OPERATORS[kind].operands !== 'integers')
      .flatMap(({ inputs }) => inputs.filter((id) => model.tensors[id]?.data !== undefined)),
  );
}

/** Tensors of a file may view the same bytes; other tensors have bytes of their own. */
function distinctConstants(model: Model): readonly Uint8Array[] {
  const seen = new Map<ArrayBufferLike, Set<number>>();
  return model.tensors.flatMap(({ data }) => {
    if (data === undefined) return [];
    const offsets = seen.get(data.buffer) ?? new Set();
    const repeated = offsets.has(data.byteOffset);
    seen.set(data.buffer, offsets.add(data.byteOffset));
    return repeated ? [] : [data];
  });
}

function countByName(operators: readonly OperatorSummary[]): ModelSummary['operatorCounts'] {
  const names = [...new Set(operators.map(({ name }) => name))].sort();
  return names.map((name) => {
    const same = operators.filter((operator) => operator.name === name);
    return { name, count: same.length, macs: sum(same.map(({ macs }) => macs)) };
  });
}
