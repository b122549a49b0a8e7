/** Of a model that differs, the first steps that do already. */
import type { Place } from '../native/kernel-program.js';
import { type Difference, differences } from './compare.js';
import { type RandomModel, randomModel } from './random-model.js';

export async function shrink({ name, steps }: RandomModel, place: Place): Promise<Difference> {
  for (let count = 0; count <= steps; count++) {
    const [difference] = await differences([randomModel(`${name}:${count}`)], place);
    if (difference !== undefined) return difference;
  }
  throw new Error(`${name} differs on ${place} in company only: run it with the models beside it`);
}

/** What a person wants to see of a difference. */
export function describeDifference({ name, expected, answers }: Difference, place: Place): string {
  const { model } = randomModel(name);
  const at = expected.findIndex((output, i) => output !== answers[i]);
  const operators = model.operators.map(({ kind, inputs, outputs }) => {
    const shapes = (ids: readonly number[]): string =>
      ids
        .filter((id) => id >= 0)
        .map((id) => `[${model.tensors[id]!.shape}]`)
        .join(' ');
    return `  ${kind} ${shapes(inputs)} -> ${shapes(outputs)}`;
  });
  return [
    `${name} on ${place}, inference ${at}:`,
    ...operators,
    `  expected ${expected[at]}`,
    `  answer   ${answers[at]}`,
  ].join('\n');
}
