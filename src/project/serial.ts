/**
 * What kws.json says of the serial line → which model it is about.
 *
 * Owns: the model that is named. Leaves to others: the fields by themselves (`schema.ts`), what the firmware then
 * speaks (`emit/serial.ts`, templates/lib/kws_app).
 */
import type { Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { fieldProblem } from '../diagnostics/schema-problems.js';
import type { KwsFile } from './schema.js';
import type { ResolvedModel, ResolvedSerial } from './types.js';

/** @param problems gets one where the model that is named is none of the project's */
export function resolveSerial(
  entry: KwsFile['serial'],
  models: readonly Pick<ResolvedModel, 'name'>[],
  file: string,
  problems: Problem[],
): ResolvedSerial | undefined {
  if (entry === undefined) return undefined;
  const { mlperfTiny, text } = entry;
  const model = models.findIndex(({ name }) => name === (mlperfTiny?.model ?? models[0]?.name));
  if (mlperfTiny !== undefined && model < 0) {
    const what = `there is no model ${JSON.stringify(mlperfTiny.model)}`;
    const next = didYouMean(
      mlperfTiny.model ?? '',
      models.map(({ name }) => name),
    );
    problems.push(fieldProblem(file, ['serial', 'mlperfTiny', 'model'], { what, next }));
    return undefined;
  }
  return {
    ...(mlperfTiny === undefined ? {} : { mlperfTiny: { benchmark: mlperfTiny.benchmark, model } }),
    ...(text === undefined ? {} : { text }),
  };
}
