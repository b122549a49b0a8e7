/**
 * Calibration: what ranges a float model's activations have on representative inputs.
 *
 * Owns: running the model, one observer per tensor, pinned ranges.
 * Leaves to others: where inputs come from and whether they are representative (`sources/`, `report/`), what
 * becomes of the ranges (`quantize.ts`), how a range is chosen (`observers/`).
 */
import { inputError, type Problem } from '../diagnostics/errors.js';
import { nearest } from '../diagnostics/nearest.js';
import { operatorPlace } from '../lowering/operands.js';
import { elementCount } from '../model/elements.js';
import { operatorName } from '../model/operators.js';
import type { Model } from '../model/types.js';
import { createEngine } from '../reference/engine.js';
import { minMaxObserver } from './observers/min-max.js';
import { mseObserver } from './observers/mse.js';
import type { Observer } from './observers/observer.js';
import { percentileObserver } from './observers/percentile.js';
import { unite } from './rules/activations.js';
import { scaleGroups } from './rules/same-scale.js';
import { atOnce, type Steps } from './steps.js';
import type { CalibrationInput, CalibrationMethod, CalibrationOptions, Range, Ranges } from './types.js';

const DEFAULT_PERCENTILE = 99.99;
/** What pins the model's input, whatever its tensor is called. */
const INPUT = 'input';

const OBSERVERS: Readonly<Record<CalibrationMethod, (options: CalibrationOptions) => () => Observer>> = {
  'min-max': () => minMaxObserver,
  mse: () => mseObserver,
  percentile: ({ percentile = DEFAULT_PERCENTILE }) => {
    if (!(percentile > 50 && percentile <= 100))
      throw inputError({
        where: 'percentile',
        what: `${percentile} is not above 50 and at most 100`,
        next: 'give for example 99.99',
      });
    return () => percentileObserver(percentile);
  },
};

/**
 * Ranges of every float activation of a model with one input, in the unit of its values.
 *
 * An item holds one input or several, one after the other: they are given to the model in that order, its
 * state carried from one to the next. Streaming state is reset before every item. A tensor that shares its
 * scale with a pinned one has the pinned range too.
 *
 * Deterministic: the same inputs give the same ranges, and with equal ranges the same files.
 *
 * @param model float, as `simplifyModel` leaves it
 * @throws an input error where there are no inputs, one does not fit, a value is not finite (the operator and
 *   the item are named), or a pinned range is of no use
 */
export function calibrate(
  model: Model,
  inputs: Iterable<CalibrationInput>,
  options: CalibrationOptions = {},
): Ranges {
  return atOnce(calibrating(model, inputs, options));
}

/** The same step by step: gives the number of inferences after each. */
export function* calibrating(
  model: Model,
  inputs: Iterable<CalibrationInput>,
  options: CalibrationOptions = {},
): Steps<number, Ranges> {
  const { method = 'min-max' } = options;
  const create = OBSERVERS[method](options);
  const pinned = pinnedRanges(model, options.pinned ?? {});
  const observers = new Map<number, Observer>();
  let item = '';

  const observe = (tensor: number, values: unknown, place: () => string): void => {
    if (!(values instanceof Float32Array)) return;
    const wrong = firstWrong(values);
    if (wrong !== undefined)
      throw inputError({
        where: place(),
        what: `gives ${wrong} for the calibration input ${item}`,
        next: 'check that input and the weights: with values that are no numbers there is no range',
      });
    const known = observers.get(tensor);
    if (known === undefined) observers.set(tensor, create());
    observers.get(tensor)!.observe(values);
  };
  const engine = createEngine(model, {
    trace: (operator, outputs) => {
      outputs.forEach((values, position) => {
        observe(operator.outputs[position]!, values, () => operatorPlace(model, operator));
      });
    },
  });

  const [input] = model.inputs;
  const size = inputSize(model);
  let count = 0;
  for (const { name, values } of inputs) {
    item = name;
    if (values.length === 0 || values.length % size !== 0)
      throw inputError({
        where: name,
        what: `has ${values.length} values; the model takes ${size} at a time`,
        next: 'check that the front end, or the features, are those of this model',
      });
    engine.reset();
    for (let at = 0; at < values.length; at += size) {
      const window = values.slice(at, at + size);
      observe(input!, window, () => `${model.name}, input`);
      engine.invoke([window]);
      count += 1;
      yield count;
    }
  }
  if (count === 0)
    throw inputError({
      where: model.name,
      what: 'there is nothing to calibrate with',
      next: 'give recordings, or features, of what the model will hear',
    });
  const measured = new Map([...observers].map(([id, observer]) => [id, observer.range()]));
  return spreadPinned(model, measured, pinned);
}

/** The first value that is not finite. */
function firstWrong(values: Float32Array): number | undefined {
  for (const value of values) if (value - value !== 0) return value;
  return undefined;
}

function inputSize(model: Model): number {
  const [input, ...others] = model.inputs;
  const tensor = model.tensors[input ?? -1];
  if (tensor === undefined || others.length > 0 || tensor.type !== 'float32')
    throw inputError({
      where: model.name,
      what:
        others.length > 0 ? `has ${model.inputs.length} inputs` : `its input is ${tensor?.type ?? 'missing'}`,
      why: 'models with one float32 input are quantized',
      next: others.length > 0 ? 'give a model with one input' : 'give the float model it was made from',
    });
  return elementCount(tensor.shape);
}

/** By tensor id. */
function pinnedRanges(model: Model, pinned: Readonly<Record<string, Range>>): ReadonlyMap<number, Range> {
  const problems: Problem[] = [];
  const found = new Map<number, Range>();
  const fixed = fixedTensors(model);
  const names = new Map<string, number>();
  model.tensors.forEach(({ name, data, type }, id) => {
    if (data === undefined && type === 'float32' && !names.has(name)) names.set(name, id);
  });
  for (const [name, { min, max }] of Object.entries(pinned)) {
    const id = names.get(name) ?? (name === INPUT ? model.inputs[0] : undefined);
    const where = `pinned range of ${name}`;
    if (id === undefined) {
      const meant = nearest(name, [INPUT, ...names.keys()]);
      problems.push({
        where,
        what: 'the model has no such activation',
        next: meant === undefined ? `pin '${INPUT}', or a tensor by its name` : `did you mean '${meant}'?`,
      });
    } else if (fixed.has(id))
      problems.push({
        where,
        what: `is the output of ${fixed.get(id)}, whose range is fixed`,
        next: 'leave it out',
      });
    else if (!(Number.isFinite(min) && Number.isFinite(max) && min < max))
      problems.push({
        where,
        what: `${min} to ${max} is no range`,
        next: 'give two numbers, the lesser first',
      });
    else found.set(id, { min: Math.fround(min), max: Math.fround(max) });
  }
  if (problems.length > 0) throw inputError(problems);
  return found;
}

/** Tensors of groups whose scale does not depend on ranges, and which operator says so. */
function fixedTensors(model: Model): ReadonlyMap<number, string> {
  const { groups } = scaleGroups(model);
  const makers = new Map(model.operators.flatMap((op) => op.outputs.map((id) => [id, operatorName(op)])));
  return new Map(
    groups
      .filter(({ fixed }) => fixed !== undefined)
      .flatMap(({ tensors }) => tensors.map((id) => [id, makers.get(id) ?? 'an operator'] as const)),
  );
}

/** Whatever shares a scale with pinned tensors gets their range. */
function spreadPinned(
  model: Model,
  measured: ReadonlyMap<number, Range>,
  pinned: ReadonlyMap<number, Range>,
): Ranges {
  if (pinned.size === 0) return measured;
  const ranges = new Map(measured);
  for (const { tensors } of scaleGroups(model).groups) {
    const given = tensors.flatMap((id) => pinned.get(id) ?? []);
    if (given.length > 0) for (const id of tensors) ranges.set(id, unite(given));
  }
  return ranges;
}
