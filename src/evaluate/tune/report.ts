/** What `tune` found, as lines and as an object, and what to think of it. */
import type { Problem } from '../../diagnostics/errors.js';
import type { OperatingPoint } from '../types.js';
import { acceptText, hoursText, missText, perHourText, rateText, settingText } from '../words.js';
import type { TunedModel, Tuning } from './tune.js';

export function tuneLines({ models, untouched }: Tuning, maxFaPerHour: number): readonly string[] {
  return [
    ...models.flatMap((tuned, i) => [...(i === 0 ? [] : ['']), ...modelLines(tuned, maxFaPerHour)]),
    ...untouched.map((name) => `${name} has no positives and stays as it is`),
  ];
}

function modelLines(tuned: TunedModel, maxFaPerHour: number): readonly string[] {
  const { model, outcome, before, after, plateau, nearest } = tuned;
  const point = (name: string, { misses, falseAccepts, ...setting }: OperatingPoint) => [
    `  ${name}  ${settingText(setting)}`,
    `          misses ${missText(misses)}; false accepts ${acceptText(falseAccepts)}`,
  ];
  const head = `${model.name}, at most ${rateText(maxFaPerHour)}:`;
  if (after === null || plateau === null)
    return [
      head,
      ...point('before', before),
      `  no setting meets the budget; the nearest is ${settingText(nearest!)}: ${perHourText(nearest!.falseAccepts, before.falseAccepts.hours)}, ${nearest!.misses} of ${before.misses.clips} missed`,
    ];
  const { low, high } = plateau;
  const range =
    low === high
      ? '  no other cutoff is as good: more recordings would show whether that is chance'
      : `  cutoffs from ${low} to ${high} miss as few within the budget`;
  if (outcome === 'kept') return [head, ...point('stays ', before), range];
  const name = outcome === 'measured' ? 'after ' : 'one of';
  return [head, ...point('before', before), ...point(name, after), range];
}

export function tuneObject({ models, untouched, ran }: Tuning, maxFaPerHour: number) {
  return {
    t: 'tune' as const,
    maxFaPerHour,
    models: models.map(({ model, setting: _, ...rest }) => ({ name: model.name, ...rest })),
    untouched,
    skipped: ran.skipped.slice(0, 1000).map(({ where, what }) => ({ where, what })),
  };
}

/** What recordings do not say of a model's cutoff. */
function undecided({ model, outcome, plateau, measured }: TunedModel): readonly Problem[] {
  const where = model.name;
  if (outcome === 'deaf')
    return [
      {
        what: 'no setting hears any of the clips',
        where,
        next: 'listen to one of them: is it the word the model was trained on? kws-gen features CLIP shows what the model gets',
      },
    ];
  if (plateau === null || measured === null || (measured.low && measured.high)) return [];
  const { low, high } = plateau;
  if (outcome === 'measured')
    return [
      {
        what: `the clips do not bound the cutoff from above: none more is missed at ${high}`,
        where,
        next: 'give more positives, fainter and farther ones among them',
      },
    ];
  const why = measured.low
    ? `none more is missed at ${high}`
    : measured.high
      ? `there are no more false accepts than the budget at ${low}`
      : `misses and false accepts are as few at ${low} as at ${high}`;
  return [
    {
      what: `the recordings do not say what the cutoff should be: from ${low} to ${high} each is as good`,
      where,
      why,
      next: measured.low
        ? 'give more positives, fainter and farther ones among them'
        : 'give negatives that are harder, speech with words that sound alike, and more of them',
    },
  ];
}

/** Recordings that prove less than the budget asks or leave the cutoff open, and files that could not be used. */
export function warnings({ models, ran }: Tuning, maxFaPerHour: number): readonly Problem[] {
  const hours = models[0]?.before.falseAccepts.hours ?? 0;
  const bound = -Math.log(0.05) / hours;
  const few: readonly Problem[] =
    bound > maxFaPerHour
      ? [
          {
            what: `${hoursText(hours)} of negatives are too few for ${rateText(maxFaPerHour)}`,
            where: '--negatives',
            why: `even none at all in that time proves no less than ${perHourText(0, hours).replace('<= ', '')}`,
            next:
              maxFaPerHour > 0
                ? `give ${hoursText(3 / maxFaPerHour)} or more`
                : 'no number of hours proves that there is never one',
          },
        ]
      : [];
  const { skipped } = ran;
  const open = models.flatMap(undecided);
  if (skipped.length === 0) return [...few, ...open];
  const [first] = skipped;
  return [
    ...few,
    ...open,
    {
      what: `${skipped.length === 1 ? '1 file' : `${skipped.length} files`} could not be used; the first: ${first!.what}`,
      where: first!.where ?? '',
      next: 'convert to WAV or FLAC, or leave out',
    },
  ];
}
