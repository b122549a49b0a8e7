/**
 * A chosen setting as the `detector` of kws.json, with where it comes from.
 *
 * Owns: which fields change. What is written is resolved once more and must come to the detector that was
 * measured; presets and rounding may want a field more.
 */
import type { DetectorSpec } from '../../detector/spec.js';
import { toolError } from '../../diagnostics/errors.js';
import type { AudioFrontendSpec } from '../../frontend/spec.js';
import { stepMs } from '../../frontend/spec.js';
import { isStreaming } from '../../model/fit.js';
import { resolveDetector } from '../../project/detector.js';
import type { DetectorEntry } from '../../project/schema.js';
import type { ResolvedModel } from '../../project/types.js';
import { type Setting, withSetting } from '../sweep/grid.js';
import type { TunedModel } from './tune.js';

export type DetectorFields = Exclude<DetectorEntry, string>;
export type TunedNote = NonNullable<DetectorFields['tuned']>;

/** @param entry as kws.json has it */
export function tunedEntry(
  entry: DetectorEntry | undefined,
  model: ResolvedModel,
  frontend: AudioFrontendSpec,
  setting: Setting,
  note: TunedNote,
): DetectorFields {
  return { ...settingEntry(entry, model, frontend, setting), tuned: note };
}

/** The same of a setting that was not measured: where it comes from is not said. */
export function settingEntry(
  entry: DetectorEntry | undefined,
  model: ResolvedModel,
  frontend: AudioFrontendSpec,
  setting: Setting,
): DetectorFields {
  const { tuned: _, ...before } = typeof entry === 'string' ? { preset: entry } : (entry ?? {});
  const wanted = withSetting(model.detector, setting);
  const resolve = (fields: DetectorFields): DetectorSpec | undefined =>
    resolveDetector(fields, model.hop, {
      file: 'kws.json',
      path: [],
      problems: [],
      frontend,
      labels: model.labels,
      streaming: isStreaming(model.model),
    });
  const base: DetectorFields = { ...before, cutoff: setting.cutoff, window: setting.window };
  const ms = setting.refractorySteps * stepMs(frontend);
  const { minimum } = wanted;
  // As little as will do; an inclusive refractory time is a step shorter.
  const candidates: readonly DetectorFields[] = [
    base,
    { ...base, minimum },
    ...[ms, ms - stepMs(frontend)].flatMap((refractoryMs) => [
      { ...base, refractoryMs },
      { ...base, refractoryMs, minimum },
    ]),
  ];
  const found = candidates.find((fields) => {
    const spec = resolve(fields);
    return spec !== undefined && same(spec, wanted);
  });
  if (found === undefined)
    throw toolError({
      what: `the setting of ${model.name} cannot be written`,
      where: 'kws.json',
      why: 'no fields of the detector come to what was measured',
      next: 'report it with this kws.json; --dry-run shows the setting',
    });
  return found;
}

function same(a: DetectorSpec, b: DetectorSpec): boolean {
  const text = (spec: DetectorSpec) =>
    JSON.stringify(Object.entries(spec).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}

/** Where a setting comes from, for people who read kws.json. */
export function noteOf({ after }: Pick<TunedModel, 'after'>, maxFaPerHour: number, now: Date): TunedNote {
  const { misses, falseAccepts } = after!;
  const three = (value: number) => Number(value.toPrecision(3));
  return {
    maxFaPerHour,
    falseAcceptsPerHour: three(falseAccepts.perHour!),
    falseAcceptsAtMost: three(falseAccepts.high! * 1.005),
    misses: misses.misses,
    clips: misses.clips,
    hours: three(falseAccepts.hours),
    date: now.toISOString().slice(0, 10),
  };
}
