/**
 * What kws.json lists to happen on a detection → which output of which model starts what.
 *
 * Owns: labels and models that an action names. Leaves to others: the fields by themselves (`schema.ts`), the
 * pins of a board (`emit/actions.ts`).
 */
import type { Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { fieldProblem } from '../diagnostics/schema-problems.js';
import type { ActionEntry } from './schema.js';
import type { ResolvedAction, ResolvedModel } from './types.js';

type Named = Pick<ResolvedModel, 'name' | 'labels' | 'detector'>;

/**
 * @param models all that were resolved, a gate last
 * @param gate its name: nothing is detected of it
 * @param problems gets one for every action that nothing can start
 */
export function resolveActions(
  entries: readonly ActionEntry[],
  models: readonly Named[],
  { gate, file, problems }: { readonly gate?: string; readonly file: string; readonly problems: Problem[] },
): readonly ResolvedAction[] {
  const wakeWords = models
    .map((model, index) => ({ model, index }))
    .filter(({ model }) => model.name !== gate);
  return entries.flatMap((entry, at) => {
    const problem = (field: string | undefined, found: Omit<Problem, 'where'>) =>
      problems.push(fieldProblem(file, ['actions', at, ...(field === undefined ? [] : [field])], found));
    const effect = effectOf(entry, problem);
    const among = wakeWords.filter(({ model }) => entry.model === undefined || model.name === entry.model);
    if (among.length === 0) {
      const names = wakeWords.map(({ model }) => model.name);
      const what = `there is no wake-word model ${JSON.stringify(entry.model)}`;
      problem('model', { what, next: didYouMean(entry.model ?? '', names) });
      return [];
    }
    const found = among.flatMap(({ model, index }) =>
      detectable(model).flatMap((label) =>
        model.labels[label] === entry.on ? [{ model: index, label }] : [],
      ),
    );
    if (found.length === 0) {
      const names = among.flatMap(({ model }) => detectable(model).map((label) => model.labels[label]!));
      const what = `${JSON.stringify(entry.on)} is no label that is detected`;
      problem('on', { what, next: didYouMean(entry.on, names) });
    }
    return effect === undefined ? [] : found.map((starts) => ({ ...starts, effect, entry: at }));
  });
}

/** Numbers of the outputs that a model's detector decides on. */
const detectable = ({ labels, detector }: Named): number[] =>
  labels.flatMap((_, label) => (detector.targets.includes(label) ? [label] : []));

/** Reports what of an entry does not go together. */
function effectOf(
  { pin, text, level, ms, pulses }: ActionEntry,
  report: (field: string | undefined, problem: Omit<Problem, 'where'>) => void,
): ResolvedAction['effect'] | undefined {
  if ((pin === undefined) === (text === undefined)) {
    report(undefined, {
      what: pin === undefined ? 'it does nothing' : 'it has both "pin" and "text"',
      next: 'give "pin", or "text" for a line on the serial line; what is to do both takes two actions',
    });
    return undefined;
  }
  if (text !== undefined) {
    const ofPins = Object.entries({ level, ms, pulses }).find(([, value]) => value !== undefined);
    if (ofPins !== undefined)
      report(ofPins[0], { what: 'is of pins, and this action prints a text', next: 'remove it' });
    return { text };
  }
  if (level === 'toggle' && ms !== undefined)
    report('ms', {
      what: `${ms} for a pin that is toggled`,
      why: 'it stays as it is until the next detection',
      next: 'remove it, or set "level" to "high" or "low"',
    });
  if (pulses !== undefined && ms === undefined)
    report('pulses', { what: 'pulses without a length', next: 'give "ms", the length of one' });
  return { pin: pin!, level: level ?? 'high', ms: ms ?? 0, pulses: pulses ?? 1 };
}
