/**
 * The opener of a project's models: any format that is read, int8 throughout in the end. A float model becomes
 * int8 on the way, where the project says with what it is calibrated.
 *
 * Leaves to others: formats (`readers/`), quantizing and keeping what was quantized (`quantized-model.ts`).
 */
import { inputError, type KwsError, type Problem } from '../diagnostics/errors.js';
import type { Int8Model, Model } from '../model/types.js';
import type { ProjectModel } from './quantized-model.js';
import type { ModelOpener } from './resolve.js';
import type { QuantizeEntry } from './schema.js';

/** Who is told what opening does; nobody unless given. */
export interface OpenerListener {
  /** What is being done; the next takes its place. */
  readonly status?: (text: string) => void;
  /** That a model was quantized, with what, and how well. */
  readonly progress?: (text: string) => void;
  /** What is odd about calibration. */
  readonly warn?: (problem: Problem) => void;
}

/**
 * What `loadProject` opens models with.
 * The opener throws KwsError (exit code 2) where a model is float and nothing is said to quantize it with.
 */
export function openProjectModel(listener: OpenerListener = {}): ModelOpener<Int8Model> {
  return async (bytes, name, siblings, request) => {
    const { readModel, numberKind, requireInt8, firmwareModel } = await modules();
    const model = await readModel(bytes, name, siblings);
    const quantize = request?.entry.quantize;
    if (!isFloat(numberKind(model))) {
      if (quantize !== undefined) throw notFloat(model, name);
      return firmwareModel(model);
    }
    if (request === undefined || quantize === undefined) throw floatModel(model, name, request === undefined);
    const { quantizedProjectModel } = await import('./quantized-model.js');
    const made = await quantizedProjectModel(model, request, quantize, listener.status);
    await tell(name, made, quantize, listener);
    return requireInt8(made.model);
  };
}

/** The same, but a float model is looked at as it is while no project says how it is quantized. */
export function openModelForDraft(listener: OpenerListener = {}): ModelOpener {
  const open = openProjectModel(listener);
  return async (bytes, name, siblings, request) => {
    if (request !== undefined) return open(bytes, name, siblings, request);
    const { readModel, numberKind, firmwareModel } = await modules();
    const model = await readModel(bytes, name, siblings);
    return isFloat(numberKind(model)) ? model : firmwareModel(model);
  };
}

/** Readers are many: loaded where a model is opened. */
async function modules() {
  const [{ readModel }, int8, { firmwareModel }] = await Promise.all([
    import('../readers/read-model.js'),
    import('../verify/int8.js'),
    import('../passes/firmware-model.js'),
  ]);
  return { readModel, firmwareModel, ...int8 };
}

const isFloat = (kind: string): boolean => kind === 'float' || kind === 'hybrid';

async function tell(
  name: string,
  { report }: ProjectModel,
  { calibrate }: QuantizeEntry,
  { progress, warn }: OpenerListener,
): Promise<void> {
  const sources = typeof calibrate === 'string' ? calibrate : calibrate.join(', ');
  if (report === undefined) {
    progress?.(`${name}: int8 as quantized before with ${sources}`);
    return;
  }
  for (const problem of report.warnings) warn?.(problem);
  if (progress === undefined) return;
  const [{ methodText }, { percent }] = await Promise.all([
    import('../quantize/report/table.js'),
    import('../text/format-numbers.js'),
  ]);
  const { clips, skipped, agreement } = report.calibration;
  const unused = skipped.length === 0 ? '' : `, ${skipped.length} could not be used`;
  progress(
    `${name}: quantized by ${methodText(report)} on ${clips} clips of ${sources}${unused}; int8 agrees with float in ${percent(agreement.share, 1)} of ${agreement.inferences} inferences`,
  );
}

/** @param alone whether no project names it */
function floatModel(model: Model, name: string, alone: boolean): KwsError {
  return inputError({
    what: 'is a float model',
    where: name,
    why: 'the firmware computes in int8',
    next: alone
      ? 'kws-gen init MODEL --calibrate recordings/ makes a project that quantizes it on the way; kws-gen quantize MODEL --calibrate recordings/ writes the int8 file'
      : `add "quantize": { "calibrate": "recordings/" } to ${JSON.stringify(model.name)} in kws.json, with a folder of recordings; or make the int8 file with kws-gen quantize MODEL --calibrate recordings/`,
  });
}

function notFloat({ name: model }: Model, name: string): KwsError {
  return inputError({
    what: 'is int8 already: there is nothing to quantize',
    where: name,
    next: `remove "quantize" of ${JSON.stringify(model)}, or name the float model`,
  });
}
