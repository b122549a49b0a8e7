/** Dense → FULLY_CONNECTED over the last dimension. Keras's kernel is [in, units], the operator's [units, in]. */

import { field } from '../support/fields.js';
import { transposed } from '../support/transposed.js';
import { UnreadableError } from '../support/unreadable.js';
import { fusedActivation } from './activation.js';
import { countField, flagField } from './config.js';
import type { LowerLayer } from './site.js';
import { only } from './site.js';

export const lowerDense: LowerLayer = (site, inputs) => {
  const x = only(site, inputs);
  const depth = x.shape.at(-1)!;
  if (x.shape.length < 2)
    throw new UnreadableError(
      'takes a vector per input and is given a single number',
      'give the input a dimension',
    );
  if ((field(site.config, 'lora_rank') ?? null) !== null)
    throw new UnreadableError(
      'is trained with LoRA',
      'merge the LoRA weights into the kernel and save again',
    );
  const units = countField(site.config, 'units');
  const { kernel, bias } = site.weights({
    kernel: [depth, units],
    bias: flagField(site.config, 'use_bias', true) ? [units] : undefined,
  });
  const { activation, after } = fusedActivation(site.config);
  const operands = [
    x.id,
    site.constant('kernel', 'float32', [units, depth], () => transposed(kernel, depth, units)),
    bias === undefined ? -1 : site.constant('bias', 'float32', [units], () => bias),
  ];
  const options = { activation, keepNumDims: x.shape.length > 2 };
  return after(site, site.emit('FULLY_CONNECTED', operands, [...x.shape.slice(0, -1), units], options));
};
