/**
 * Models whose outputs are probabilities: a softmax (of several outputs) or a sigmoid (of one) behind a model that
 * ends in logits, as training with `from_logits=True` leaves it.
 *
 * Owns: when that is done, and what is refused.
 * Leaves to others: what an output is (`meaning.ts`), how a file gets an operator more (`append-file.ts`).
 */
import { inputError } from '../../diagnostics/errors.js';
import { elementCount } from '../../model/elements.js';
import type { Model } from '../../model/types.js';
import { numberKind } from '../../verify/int8.js';
import { appendToFile } from './append-file.js';
import { appendToModel } from './append-model.js';
import type { Added, OutputChoice } from './choice.js';
import { outputMeaning } from './meaning.js';

export interface WithProbabilities {
  readonly model: Model;
  /** What was added; absent: the outputs are taken as they are. */
  readonly added?: Added;
}

/**
 * @param choice what the user says; undefined: what the model itself tells
 * @param model verified, with one output; float, or int8 from a TensorFlow Lite file
 * @param where how messages call it
 * @throws KwsError (exit code 2) for outputs that no probabilities can be made of, unless the user has said what
 *   they are
 */
export function withProbabilities(
  model: Model,
  choice?: OutputChoice,
  where = model.name,
): WithProbabilities {
  const output = model.tensors[model.outputs[0] ?? -1];
  if (model.outputs.length !== 1 || output === undefined || choice === 'probabilities') return { model };
  const meaning = outputMeaning(model);
  if (meaning.kind === 'probabilities') return { model };
  if (meaning.kind === 'neither' && choice === undefined)
    throw inputError({
      what: 'its outputs are no probabilities of labels',
      where,
      why: meaning.why,
      next: 'end the model in a softmax (several labels) or a sigmoid (one) and train it so; kws-gen init --output logits adds that to it as it is, kws-gen init --output probabilities takes its values as probabilities (in kws.json: "output" of the model)',
    });
  const added = elementCount(output.shape) === 1 ? 'sigmoid' : 'softmax';
  const append = numberKind(model) === 'int8' ? appendToFile : appendToModel;
  return { model: append(model, added), added };
}

/** What is said where something was added. */
export function addedNote(added: Added): string {
  const outputs = added === 'softmax' ? 'its outputs are' : 'its output is a logit, and';
  return added === 'softmax'
    ? `${outputs} logits: a softmax is added; kws-gen init --output probabilities takes them as they are`
    : `${outputs} a sigmoid is added; kws-gen init --output probabilities takes it as it is`;
}
