/**
 * What the planner relies on in a model, whoever made it: one input, one output, every value written once
 * and before it is read. Leaves to others: whether operands fit each other (`lowering/`).
 */
import { inputError, type Problem } from '../diagnostics/errors.js';
import { operatorName } from '../model/operators.js';
import type { Model } from '../model/types.js';

const DAMAGED = 'the file is damaged; export the model again';

/** @throws KwsError (exit code 2) with everything found */
export function checkFlow(model: Model): void {
  const problems: Problem[] = [];
  const sides = [
    ['input', model.inputs],
    ['output', model.outputs],
  ] as const;
  for (const [what, ids] of sides)
    if (ids.length !== 1 || model.tensors[ids[0]!] === undefined)
      problems.push({
        where: model.name,
        what: `the model has ${ids.length} ${what}s, not one`,
        why: 'the firmware feeds one tensor of features and reads one tensor of scores',
        next: `export a model with exactly one ${what}`,
      });

  const written = new Set(model.inputs);
  const isConstant = (id: number) => model.tensors[id]?.data !== undefined;
  for (const op of model.operators) {
    const where = `${model.name}, operator ${op.index} (${operatorName(op)})`;
    const unwritten = op.inputs.find((id) => id !== -1 && !isConstant(id) && !written.has(id));
    if (unwritten !== undefined)
      problems.push({
        where,
        what: `reads tensor ${unwritten}, which nothing before it writes`,
        next: DAMAGED,
      });
    const twice = op.outputs.find(
      (id) => model.tensors[id] === undefined || isConstant(id) || written.has(id),
    );
    if (twice !== undefined)
      problems.push({ where, what: `writes tensor ${twice}, which has a value already`, next: DAMAGED });
    for (const id of op.outputs) written.add(id);
  }
  const [output] = model.outputs;
  if (problems.length === 0 && !written.has(output!))
    problems.push({ where: model.name, what: "no operator writes the model's output", next: DAMAGED });
  if (problems.length > 0) throw inputError(problems);
}
