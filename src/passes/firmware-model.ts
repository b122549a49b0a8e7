/**
 * The model that firmware is made of: int8 throughout, without the operators that only say what shapes are.
 *
 * Both runtimes take it: the compiled one its operators, the interpreter a file that is written anew where
 * something changed. The hash stays that of the file the user gave: it is what they can compare.
 */
import type { Int8Model, Model } from '../model/types.js';
import { writeModel } from '../tflite/build.js';
import { requireInt8 } from '../verify/int8.js';
import { simplifyModel } from './simplify.js';

/** @throws KwsError (exit code 2) for a model that is not int8 */
export function firmwareModel(model: Model): Int8Model {
  const int8 = requireInt8(model);
  const simple = simplifyModel(int8);
  if (simple === model) return int8;
  // Options of operators that are not known here cannot be written: the interpreter may run the file as it is.
  if (simple.operators.some(({ kind }) => kind === 'FOREIGN')) return int8;
  const { description } = model.source;
  const bytes = writeModel({ ...simple, ...(description === undefined ? {} : { description }) });
  return requireInt8({ ...simple, source: { ...model.source, bytes } });
}
