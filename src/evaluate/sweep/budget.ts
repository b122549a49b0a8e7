/**
 * A budget of false accepts → which settings are within it: as counted, or as the scores of what was heard let expect.
 *
 * Owns: both rules. Leaves to others: which of the settings it is (`choose.ts`).
 */
import { poissonCdf } from '../statistics/exact.js';
import { fitTail } from '../statistics/tail.js';
import type { Point } from './count.js';
import type { Setting } from './grid.js';

/** Whether a setting lets so few through; of the points that it was made from. */
export type Budget = (point: Point) => boolean;

/** As counted: no more in these hours than so many per hour. */
export function countedBudget(maxFaPerHour: number, hours: number): Budget {
  const most = maxFaPerHour * hours;
  return ({ falseAccepts }) => falseAccepts <= most;
}

/** Of a mean of as many as the budget, so many or more are rarer than this: the fit is not believed then. */
const RARE = 0.1;

/**
 * As expected: in few hours the budget is less than one false accept, and the loudest sound of all decides. A fit of
 * how the rate falls from cutoff to cutoff has many of them decide. What was counted bounds it: a setting with more
 * false accepts than a rate of the budget gives once in ten times is not within it. Families with too few to fit are
 * as counted.
 *
 * @param points family by family, with falling cutoffs (`sweep`)
 */
export function expectedBudget(points: readonly Point[], maxFaPerHour: number, hours: number): Budget {
  const counted = countedBudget(maxFaPerHour, hours);
  const most = maxFaPerHour * hours;
  const families = new Map<string, Point[]>();
  for (const point of points) {
    const name = familyOf(point);
    const family = families.get(name);
    if (family === undefined) families.set(name, [point]);
    else family.push(point);
  }
  const lowest = new Map<string, number>();
  for (const [name, family] of families) {
    const expected = fitTail(levelsOf(family), hours);
    if (expected === undefined) continue;
    let least = Number.POSITIVE_INFINITY;
    for (const { cutoff, falseAccepts } of family) {
      const surprising = falseAccepts > most && 1 - poissonCdf(falseAccepts - 1, most) < RARE;
      if (surprising || expected(logit(cutoff)) > maxFaPerHour) break;
      least = cutoff;
    }
    lowest.set(name, least);
  }
  return (point) => {
    const least = lowest.get(familyOf(point));
    return least === undefined ? counted(point) : point.cutoff >= least;
  };
}

const familyOf = ({ window, refractorySteps }: Setting): string => `${window} ${refractorySteps}`;

const logit = (p: number): number => Math.log(p / (1 - p));

/** How loud each false accept is, as log-odds, falling: between the cutoff that lets it through and the one before. */
function levelsOf(family: readonly Point[]): readonly number[] {
  const levels: number[] = [];
  let above = 1;
  for (const { cutoff, falseAccepts } of family) {
    const level = logit((Math.min(above, 1) + cutoff) / 2);
    while (levels.length < falseAccepts) levels.push(level);
    above = cutoff;
  }
  return levels;
}
