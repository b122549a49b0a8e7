/**
 * What a float model will be once it is quantized: its operators and sizes are known before its ranges are.
 *
 * Leaves to others: quantizing (`quantize/`), which boards run the result (`inspect-boards.ts`).
 */
import { KwsError, type Problem } from '../../diagnostics/errors.js';
import { describedModel } from '../../model/builder.js';
import type { Model } from '../../model/types.js';
import { simplifyModel } from '../../passes/simplify.js';
import { quantizeModel } from '../../quantize/quantize.js';
import { openModel } from '../../readers/read-model.js';
import { writeModel } from '../../tflite/build.js';
import { numberKind } from '../../verify/int8.js';

/** Any range gives the same operators, shapes and bytes. */
const SOME_RANGE = { min: -1, max: 1 };

/** Whether `quantize` takes it. */
export function isFloatModel(model: Model): boolean {
  return ['float', 'hybrid'].includes(numberKind(model));
}

/**
 * The int8 form of a float model with made-up ranges: good for sizes, not for computing; or everything that cannot
 * be quantized.
 */
export function sketchInt8(
  model: Model,
): { readonly model: Model } | { readonly problems: readonly Problem[] } {
  try {
    return { model: sketch(model) };
  } catch (error) {
    if (error instanceof KwsError) return { problems: error.problems };
    throw error;
  }
}

function sketch(model: Model): Model {
  const float = simplifyModel(model);
  const ranges = new Map(float.tensors.map((_, id) => [id, SOME_RANGE]));
  const { description } = quantizeModel(float, ranges);
  return openModel(writeModel(describedModel(description)), model.name);
}
