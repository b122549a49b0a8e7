/**
 * The quantizer: a float model and the ranges of its activations in, an int8 model out.
 *
 * Owns: the order of the work, the model's ends, state, and the checks of the result.
 * Leaves to others: TensorFlow's rules (`rules/`), operators one by one (`rewrite/`), the ranges
 * (`calibrate.ts`), the file (`tflite/build.ts`).
 */
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { lowerModel } from '../lowering/lower.js';
import { operatorPlace } from '../lowering/operands.js';
import type { Affine } from '../model/arithmetic.js';
import { describedModel, type ModelDescription } from '../model/builder.js';
import type { Model, Operator, Variable } from '../model/types.js';
import { numberKind, requireInt8 } from '../verify/int8.js';
import { unsupportedOperators } from '../verify/support.js';
import { verifyModel } from '../verify/verify.js';
import { floats, REWRITES, rewriteAssign, rewriteRead } from './rewrite/operators.js';
import { Unquantizable } from './rewrite/unquantizable.js';
import { Int8Writer, shortName } from './rewrite/writer.js';
import { activationParams, unite } from './rules/activations.js';
import { quantizeConstant, rangeOf } from './rules/constants.js';
import { type ScaleGroup, scaleGroups } from './rules/same-scale.js';
import type { QuantizedModel, QuantizeOptions, Ranges } from './types.js';

/**
 * Quantizes a float model by TensorFlow's rules. The result is verified, int8 throughout, and computed by
 * every runtime. Counterparts are positions in the lists of operators of the two models.
 *
 * @param model float, as `simplifyModel` leaves it
 * @param ranges of the same model, from `calibrate`
 * @throws an input error with every operator that has no int8 form, or whose activation has no range
 */
export function quantizeModel(model: Model, ranges: Ranges, options: QuantizeOptions = {}): QuantizedModel {
  expectFloat(model);
  const groups = scaleGroups(model);
  const params = groupParams(model, groups.groups, ranges);
  const ofTensor = (id: number): Affine => params.get(groups.ofTensor(id)) ?? missingRange(model, id);
  const writer = new Int8Writer(model, ofTensor);
  const variables = model.variables.map((variable, id) =>
    int8Variable(variable, params.get(groups.ofVariable(id))),
  );

  const inputs = model.inputs.map((id) => inputEnd(writer, id, options.inputType ?? 'int8'));
  const counterparts = new Map<number, number>();
  const problems: Problem[] = [];
  model.operators.forEach((operator, position) => {
    try {
      counterparts.set(position, rewrite(writer, operator, variables));
    } catch (error) {
      problems.push(...problemsOf(error, model, operator));
    }
  });
  if (problems.length > 0) throw inputError(problems);
  const outputs = model.outputs.map((id) => outputEnd(writer, id, options.outputType ?? 'int8'));

  const { name, labels, frontend } = model;
  const description: ModelDescription = {
    name,
    tensors: writer.tensors,
    operators: writer.operators,
    variables,
    inputs,
    outputs,
    ...(labels === undefined ? {} : { labels }),
    ...(frontend === undefined ? {} : { frontend }),
  };
  check(describedModel(description));
  return { description, counterparts };
}

function rewrite(writer: Int8Writer, operator: Operator, variables: readonly Variable[]): number {
  if (operator.kind === 'READ_VARIABLE') return rewriteRead(writer, operator);
  if (operator.kind === 'ASSIGN_VARIABLE') {
    const { scales, zeroPoints } = variables[operator.options.variable]!.quantization!;
    return rewriteAssign(writer, operator, { scale: scales[0]!, zeroPoint: zeroPoints[0]! });
  }
  const apply: (writer: Int8Writer, operator: never) => number = REWRITES[operator.kind];
  return apply(writer, operator as never);
}

function problemsOf(error: unknown, model: Model, operator: Operator): readonly Problem[] {
  if (error instanceof KwsError) return error.problems;
  if (!(error instanceof Unquantizable)) throw error;
  return [
    {
      where: operatorPlace(model, operator),
      what: `cannot be quantized: ${error.message}`,
      next: 'change the model so that it does without, or give its int8 file',
    },
  ];
}

function missingRange(model: Model, id: number): never {
  throw inputError({
    where: `${model.name}, activation ${model.tensors[id]?.name}`,
    what: 'has no range',
    next: 'calibrate the model that is quantized, with at least one input',
  });
}

/** Scale of each group; none where no range is known. */
function groupParams(
  model: Model,
  groups: readonly ScaleGroup[],
  ranges: Ranges,
): ReadonlyMap<ScaleGroup, Affine> {
  const params = new Map<ScaleGroup, Affine>();
  for (const group of groups) {
    const known = group.deciding.flatMap((id) => ranges.get(id) ?? []);
    const initial = group.variables.map((id) => rangeOf(floats(model.variables[id]!.initial)));
    if (group.fixed !== undefined) params.set(group, group.fixed);
    else if (known.length > 0) params.set(group, activationParams(unite(known)));
    // State that nothing reads.
    else if (initial.length > 0) params.set(group, activationParams(unite(initial)));
  }
  return params;
}

function expectFloat(model: Model): void {
  const kind = numberKind(model);
  if (kind !== 'float')
    throw inputError({
      where: model.name,
      what: kind === 'int8' ? 'is int8 already' : `is a ${kind} model`,
      why: 'float models are quantized',
      next: kind === 'int8' ? 'use it as it is' : 'give the float model it was made from',
    });
  const wrong = model.variables.filter(({ type }) => type !== 'float32');
  if (wrong.length > 0)
    throw inputError(
      wrong.map(({ name, type }) => ({
        where: `${model.name}, variable ${name}`,
        what: `is ${type}, not float32`,
        next: 'give the float model it was made from',
      })),
    );
}

function int8Variable({ name, shape, initial }: Variable, params: Affine | undefined): Variable {
  const kept = params ?? activationParams({ min: 0, max: 0 });
  return {
    name: shortName(name),
    type: 'int8',
    shape,
    quantization: { scales: [kept.scale], zeroPoints: [kept.zeroPoint], axis: 0 },
    initial: new Uint8Array(quantizeConstant(floats(initial), kept).buffer),
  };
}

function inputEnd(writer: Int8Writer, id: number, type: 'int8' | 'float32'): number {
  const inside = writer.activation(id);
  if (type === 'int8') return inside;
  const { name, shape } = writer.model.tensors[id]!;
  const outside = writer.tensor({ name: `${shortName(name)}/float`, type: 'float32', shape });
  writer.push('QUANTIZE', [outside], [inside], {});
  return outside;
}

/** uint8 counts from 0 where int8 counts from -128: the same scale, the zero point 128 higher. */
function outputEnd(writer: Int8Writer, id: number, type: 'int8' | 'uint8' | 'float32'): number {
  const inside = writer.activation(id);
  if (type === 'int8') return inside;
  const { name, shape } = writer.model.tensors[id]!;
  const { scale, zeroPoint } = writer.params(id);
  const outside = writer.tensor({
    name: `${shortName(name)}/${type}`,
    type,
    shape,
    ...(type === 'uint8'
      ? { quantization: { scales: [scale], zeroPoints: [zeroPoint + 128], axis: 0 } }
      : {}),
  });
  writer.push(type === 'uint8' ? 'QUANTIZE' : 'DEQUANTIZE', [inside], [outside], {});
  return outside;
}

/** What every runtime asks of a model. */
function check(model: Model): void {
  requireInt8(verifyModel(model));
  const refused = unsupportedOperators(model, 'aot');
  if (refused.length > 0) throw inputError(refused);
  lowerModel(model);
}
