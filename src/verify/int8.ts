/**
 * Pass: is the model fully int8? Floats are fine only at the ends, behind QUANTIZE and before DEQUANTIZE.
 *
 * Leaves to others: simplifying float models (`simplify.ts`), quantizing them (`quantize/`).
 */
import type { Problem } from '../diagnostics/errors.js';
import { inputError } from '../diagnostics/errors.js';
import { operatorName } from '../model/operators.js';
import type { ElementType, Int8Model, Model, Operator } from '../model/types.js';

/** How the numbers of a model are kept. */
export type NumberKind = 'int8' | 'float' | 'hybrid' | 'uint8' | 'int16';

const QUANTIZE = 'kws-gen quantize MODEL --calibrate RECORDINGS';

const REFUSALS: Readonly<Record<Exclude<NumberKind, 'int8'>, Omit<Problem, 'where'>>> = {
  float: {
    what: 'is a float model',
    why: 'the firmware computes in int8',
    next: `quantize it: ${QUANTIZE}`,
  },
  hybrid: {
    what: 'is a hybrid model: int8 weights, float activations',
    why: 'weights were quantized and activations were not; microcontrollers need both in int8',
    next: `quantize the rest of it: ${QUANTIZE}; better, quantize the float model it was made from`,
  },
  uint8: {
    what: 'is quantized to uint8, the scheme of TensorFlow 1',
    why: 'the firmware computes in int8 with scales per channel',
    next: `quantize the float model it was made from: ${QUANTIZE}`,
  },
  int16: {
    what: 'has 16-bit activations',
    why: 'the firmware computes in int8',
    next: `quantize the float model it was made from: ${QUANTIZE}`,
  },
};

interface Finding {
  readonly kind: Exclude<NumberKind, 'int8'>;
  readonly operator: Operator;
}

/** Returns the model if it is int8. @throws an input error that says what it is and the way to int8 */
export function requireInt8(model: Model): Int8Model {
  const finding = firstFinding(model);
  if (finding === undefined) return model as Int8Model;
  const { kind, operator } = finding;
  throw inputError({
    ...REFUSALS[kind],
    where: `${model.name}, operator ${operator.index} (${operatorName(operator)})`,
  });
}

/** What kind of numbers the model computes with. */
export function numberKind(model: Model): NumberKind {
  return firstFinding(model)?.kind ?? 'int8';
}

function firstFinding(model: Model): Finding | undefined {
  const findings = model.operators.flatMap((operator): Finding[] => {
    const kind = operatorNumbers(model, operator);
    return kind === 'int8' ? [] : [{ kind, operator }];
  });
  // A model with one hybrid operator is hybrid, whatever else is float in it.
  return findings.find((finding) => finding.kind === 'hybrid') ?? findings[0];
}

function operatorNumbers(model: Model, operator: Operator): NumberKind {
  if (operator.kind === 'QUANTIZE' || operator.kind === 'DEQUANTIZE')
    return conversionNumbers(model, operator);
  const types = new Set<ElementType>();
  const weights = new Set<ElementType>();
  for (const id of [...operator.inputs, ...operator.outputs]) {
    const tensor = model.tensors[id];
    if (tensor === undefined) continue;
    (tensor.data === undefined ? types : weights).add(tensor.type);
  }
  if (types.has('float32') || types.has('float16')) return weights.has('int8') ? 'hybrid' : 'float';
  // Outputs in uint8 come from QUANTIZE; whatever computes in uint8 is the old scheme.
  if (types.has('uint8') && operator.kind !== 'FOREIGN' && weights.has('uint8')) return 'uint8';
  if (types.has('int16') && operator.kind !== 'FOREIGN') return 'int16';
  return 'int8';
}

/** What is stored small, as a constant or in half precision, and dequantized is a float model. */
function conversionNumbers(model: Model, operator: Operator): NumberKind {
  const x = model.tensors[operator.inputs[0] ?? -1];
  const small = x?.data !== undefined || x?.type === 'float16';
  return operator.kind === 'DEQUANTIZE' && small ? 'float' : 'int8';
}
