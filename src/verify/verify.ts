/**
 * Pass: is the model consistent in itself? After it, stages may index tensors, shapes and constants without
 * checking them again.
 *
 * Owns: ids, constants, quantization, order of execution, variables; `verify/` has the rules per operator.
 * Leaves to others: whether a runtime computes the operators (`support.ts`), whether it is int8 (`int8.ts`).
 */
import type { Problem } from '../diagnostics/errors.js';
import { inputError } from '../diagnostics/errors.js';
import { OPERATORS, operatorName } from '../model/operators.js';
import type { Model, Operator } from '../model/types.js';
import { OPERATOR_RULES } from './rules/operators.js';
import type { OperatorSite } from './rules/site.js';
import { tensorMistake } from './rules/tensors.js';
import { variableMistakes } from './rules/variables.js';

const MOST_PROBLEMS = 20;

const CONTRADICTION = 'the model contradicts itself: convert it again from its source';

/** @throws an input error with all problems found */
export function verifyModel(model: Model): Model {
  const problems = modelProblems(model);
  if (problems.length > 0)
    throw inputError([
      ...problems.slice(0, MOST_PROBLEMS),
      ...(problems.length > MOST_PROBLEMS
        ? [{ what: `${problems.length - MOST_PROBLEMS} more problems of this kind` }]
        : []),
    ]);
  return model;
}

/** Everything that is wrong with the model, in the order of tensors, variables, operators, outputs. */
export function modelProblems(model: Model): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (where: string, what: string, next = CONTRADICTION) => {
    problems.push({ where: `${model.name}, ${where}`, what, next });
  };
  model.tensors.forEach((tensor, id) => {
    const mistake = tensorMistake(tensor);
    if (mistake !== undefined) report(`tensor ${id} (${tensor.name})`, mistake);
  });
  for (const [name, mistake] of variableMistakes(model)) report(`variable ${name}`, mistake);
  // Rules read shapes and constants: they run on sound tensors only.
  if (problems.length === 0) verifyOperators(model, report);
  return problems;
}

function verifyOperators(model: Model, report: (where: string, what: string, next?: string) => void): void {
  /** Tensors that have a value when the next operator runs. */
  const ready = new Set<number>(model.inputs);
  /** Constants that are stored in fewer bits, or rounded, and dequantized first. */
  const unpacked = new Set<number>();
  for (const [list, ids] of [
    ['inputs', model.inputs],
    ['outputs', model.outputs],
  ] as const) {
    if (ids.length === 0) report(list, 'there are none');
    for (const id of ids) if (model.tensors[id] === undefined) report(list, `there is no tensor ${id}`);
  }
  for (const operator of model.operators) {
    const where = `operator ${operator.index} (${operatorName(operator)})`;
    const say = (what: string, next?: string) => report(where, what, next);
    const sound = verifyOperands(model, operator, ready, say);
    for (const id of operator.outputs) {
      if (ready.has(id)) say(`writes tensor ${id}, which has its value already`);
      ready.add(id);
    }
    if (!sound || operator.kind === 'FOREIGN') continue;
    const isConstant = (position: number) => {
      const id = operator.inputs[position] ?? -1;
      return model.tensors[id]?.data !== undefined || unpacked.has(id);
    };
    const converts = operator.kind === 'DEQUANTIZE' || operator.kind === 'QUANTIZE';
    if (converts && isConstant(0)) unpacked.add(operator.outputs[0]!);
    const rule: (site: OperatorSite<never>) => void = OPERATOR_RULES[operator.kind];
    rule({
      operator: operator as never,
      input: (position) => model.tensors[operator.inputs[position] ?? -1],
      output: (position) => model.tensors[operator.outputs[position] ?? -1]!,
      isConstant,
      variables: model.variables,
      say,
    });
  }
  for (const id of model.outputs)
    if (!ready.has(id) && model.tensors[id]?.data === undefined)
      report('outputs', `nothing computes tensor ${id}`);
}

/** Counts, ids and order; true if the operator's own rule may run. */
function verifyOperands(
  model: Model,
  operator: Operator,
  ready: ReadonlySet<number>,
  say: (what: string) => void,
): boolean {
  const { inputs, outputs } = OPERATORS[operator.kind];
  const [least, greatest] = inputs;
  let sound = true;
  const fail = (what: string) => {
    say(what);
    sound = false;
  };
  if (operator.inputs.length < least || operator.inputs.length > greatest)
    fail(
      `has ${operator.inputs.length} inputs; it takes ${least === greatest ? least : `${least} to ${greatest}`}`,
    );
  if (outputs >= 0 ? operator.outputs.length !== outputs : operator.outputs.length === 0)
    fail(`has ${operator.outputs.length} outputs; it has ${outputs < 0 ? 'at least one' : outputs}`);
  operator.inputs.forEach((id, position) => {
    const optional = operator.kind === 'FOREIGN' || (position >= least && operator.kind !== 'CONCATENATION');
    if (id === -1 && optional) return;
    const tensor = model.tensors[id];
    if (tensor === undefined) fail(`input ${position} is tensor ${id}, which does not exist`);
    else if (
      tensor.data === undefined &&
      !ready.has(id) &&
      !tensor.shape.includes(0) &&
      operator.kind !== 'FOREIGN'
    )
      fail(`input ${position} is tensor ${id}, which has no value yet`);
  });
  operator.outputs.forEach((id, position) => {
    const tensor = model.tensors[id];
    if (tensor === undefined) fail(`output ${position} is tensor ${id}, which does not exist`);
    else if (tensor.data !== undefined) fail(`output ${position} is tensor ${id}, which is a constant`);
  });
  return sound;
}
