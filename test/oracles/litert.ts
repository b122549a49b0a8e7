/**
 * A model as LiteRT's reference kernels compute it: the same numbers as ours and TensorFlow Lite Micro's, but
 * for FULLY_CONNECTED, where LiteRT (ai-edge-litert 2.3) rounds the scaled sum once. The others round
 * twice, after the multiplication and after the shift, so about one output in 2^(shift + 1) differs by one.
 */
import type { KernelParams } from '../../src/lowering/call.js';
import { lowerModel } from '../../src/lowering/lower.js';
import { elementCount } from '../../src/model/elements.js';
import type { Model, Operator } from '../../src/model/types.js';
import { createEngine, type TypedArray } from '../../src/reference/engine.js';

type Values = Map<number, TypedArray>;

function roundedOnce(p: KernelParams['fully_connected_s8'], x: Int8Array): Int8Array {
  const y = new Int8Array(p.batches * p.outN);
  for (let batch = 0; batch < p.batches; batch += 1)
    for (let out = 0; out < p.outN; out += 1) {
      let sum = p.bias?.[out] ?? 0;
      for (let i = 0; i < p.inN; i += 1)
        sum += (x[batch * p.inN + i]! + p.inputOffset) * (p.filter[out * p.inN + i]! + p.filterOffset);
      const shift = BigInt(31 - p.shifts[out]!);
      const scaled = Number((BigInt(sum) * BigInt(p.multipliers[out]!) + (1n << (shift - 1n))) >> shift);
      y[batch * p.outN + out] = Math.max(p.activationMin, Math.min(p.activationMax, scaled + p.outputOffset));
    }
  return y;
}

/** One operator on its own: its outputs from its inputs. */
function operatorStep(model: Model, operator: Operator): (values: Values) => void {
  const inputs = [...new Set(operator.inputs)].filter((id) => id >= 0 && !model.tensors[id]!.data);
  const alone: Model = { ...model, operators: [operator], variables: [], inputs, outputs: operator.outputs };
  if (operator.kind === 'FULLY_CONNECTED') {
    const [call] = lowerModel(alone);
    const params = call!.params as KernelParams['fully_connected_s8'];
    return (values) =>
      values.set(operator.outputs[0]!, roundedOnce(params, values.get(inputs[0]!) as Int8Array));
  }
  const engine = createEngine(alone);
  return (values) => {
    const outputs = engine.invoke(inputs.map((id) => values.get(id)!));
    operator.outputs.forEach((id, i) => {
      values.set(id, outputs[i]!);
    });
  };
}

/** Outputs of every inference of a run from reset, in order. @param run values of one or more inputs */
export function asLitert(model: Model): (run: TypedArray) => TypedArray[] {
  const steps = model.operators.map((operator) => {
    if (operator.kind === 'READ_VARIABLE' || operator.kind === 'ASSIGN_VARIABLE') return undefined;
    return operatorStep(model, operator);
  });
  const size = elementCount(model.tensors[model.inputs[0]!]!.shape);
  return (run) => {
    const values: Values = new Map();
    const state: TypedArray[] = model.variables.map(
      ({ initial }) => new Int8Array(Uint8Array.from(initial).buffer),
    );
    const outputs: TypedArray[] = [];
    for (let at = 0; at < run.length; at += size) {
      values.set(model.inputs[0]!, run.slice(at, at + size));
      model.operators.forEach((operator, i) => {
        if (operator.kind === 'READ_VARIABLE')
          values.set(operator.outputs[0]!, state[operator.options.variable]!);
        else if (operator.kind === 'ASSIGN_VARIABLE')
          state[operator.options.variable] = values.get(operator.inputs[0]!)!;
        else steps[i]!(values);
      });
      outputs.push(...model.outputs.map((id) => values.get(id)!));
    }
    return outputs;
  };
}
