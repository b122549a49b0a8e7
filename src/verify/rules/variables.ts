/** Rules for streaming state: bytes as long as the shape says, reads and assignments that fit. */
import { ELEMENT_BYTES, elementCount } from '../../model/elements.js';
import type { Model } from '../../model/types.js';
import { tensorMistake } from './tensors.js';

/** Pairs of variable and mistake. */
export function variableMistakes(model: Model): readonly (readonly [name: string, mistake: string])[] {
  const found: [string, string][] = [];
  for (const { name, type, shape, quantization, initial } of model.variables) {
    const mistake = tensorMistake({ name, type, shape, ...(quantization ? { quantization } : {}) });
    if (mistake !== undefined) found.push([name, mistake]);
    const length = ELEMENT_BYTES[type] * elementCount(shape);
    if (initial.length !== length)
      found.push([name, `starts with ${initial.length} bytes, and its shape takes ${length}`]);
  }
  return found;
}
