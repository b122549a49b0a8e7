/**
 * The setting with the fewest misses within a budget of false accepts.
 *
 * Owns: which of many equal ones it is, and whether recordings say so. The same points always give the same choice.
 */
import type { Budget } from './budget.js';
import type { Point } from './count.js';
import type { Setting } from './grid.js';

export interface Chosen {
  readonly point: Point;
  /** Lowest and highest cutoff with as few misses within the budget, all others being equal. */
  readonly plateau: { readonly low: number; readonly high: number };
  /**
   * Which ends of the plateau recordings show: below the lower one there are too many false accepts, above the upper
   * one more misses. An end that is none of theirs is that of the scale.
   */
  readonly measured: { readonly low: boolean; readonly high: boolean };
  /** Whether it is the own setting, which is as good as any and which no recording speaks against. */
  readonly own: boolean;
}

/** Neighbouring cutoffs of one family that are all good, falling. */
interface Run {
  readonly points: Point[];
  readonly measured: { low: boolean; high: boolean };
}

/** A range between measured ends that is narrower than that, of 255 steps, may be chance. */
const NARROW = 3;

/**
 * Of all settings with the fewest misses, those count first whose range of cutoffs is measured at both ends. Where
 * there are none, the own setting stays if it is as good. Else the cutoff that can be moved the furthest without a
 * change is preferred. Of a range it is the middle: a setting at an edge is good by chance.
 *
 * @param points family by family, with falling cutoffs (`sweep`)
 * @param own stays, or what is near to it is preferred, of settings that are as good
 * @returns undefined where no setting is within the budget
 */
export function choose(points: readonly Point[], allows: Budget, own: Setting): Chosen | undefined {
  const within = points.filter(allows);
  if (within.length === 0) return undefined;
  const fewest = within.reduce((least, { misses }) => Math.min(least, misses), Number.POSITIVE_INFINITY);
  const runs = plateaus(points, (point) => allows(point) && point.misses === fewest);
  const measured = runs.filter(
    (run) =>
      run.measured.low && run.measured.high && byte(run.points[0]!) - byte(run.points.at(-1)!) >= NARROW,
  );
  if (measured.length === 0) {
    for (const run of runs) {
      const point = run.points.find((one) => sameSetting(one, own));
      if (point !== undefined) return { ...chosen(run, { ...point, cutoff: own.cutoff }), own: true };
    }
  }
  const [best] = (measured.length > 0 ? measured : runs)
    .map((run) => ({ run, middle: run.points[Math.floor((run.points.length - 1) / 2)]! }))
    .sort(
      (a, b) =>
        b.run.points.length - a.run.points.length ||
        a.middle.falseAccepts - b.middle.falseAccepts ||
        Math.abs(a.middle.window - own.window) - Math.abs(b.middle.window - own.window) ||
        Math.abs(a.middle.refractorySteps - own.refractorySteps) -
          Math.abs(b.middle.refractorySteps - own.refractorySteps) ||
        a.middle.window - b.middle.window ||
        b.middle.cutoff - a.middle.cutoff,
    );
  return chosen(best!.run, best!.middle);
}

/** Other words, each alone in its recording: how many there are, how often they fire, how bad that is. */
export interface OtherWords {
  readonly clips: number;
  firing(setting: Setting): number;
  /** One of them that fires, in words that are missed: as shares. */
  readonly weight: number;
}

/**
 * What is chosen among where other words are to be let pass, too: points with so many more misses as is their
 * weighted share that fires, of as many clips as there are positives.
 */
export function withOthers(
  points: readonly Point[],
  allows: Budget,
  others: readonly OtherWords[],
): readonly Point[] {
  return points.map((point) => {
    // What is not within the budget is not chosen, and not counted again.
    if (!allows(point)) return point;
    const share = others.reduce(
      (sum, { clips, firing, weight }) => sum + (weight * firing(point)) / Math.max(1, clips),
      0,
    );
    return { ...point, misses: point.misses + Math.round(share * point.clips) };
  });
}

function chosen({ points, measured }: Run, point: Point): Chosen {
  return { point, plateau: { low: points.at(-1)!.cutoff, high: points[0]!.cutoff }, measured, own: false };
}

/** The step of 255 that a device makes of a cutoff. */
function byte({ cutoff }: Pick<Setting, 'cutoff'>): number {
  return Math.floor(cutoff * 255);
}

function sameFamily(a: Setting, b: Setting): boolean {
  return a.window === b.window && a.refractorySteps === b.refractorySteps;
}

function sameSetting(a: Setting, b: Setting): boolean {
  return sameFamily(a, b) && byte(a) === byte(b);
}

function plateaus(points: readonly Point[], good: (point: Point) => boolean): readonly Run[] {
  const runs: Run[] = [];
  let open: Run | undefined;
  let before: Point | undefined;
  for (const point of points) {
    const follows = before !== undefined && sameFamily(before, point);
    if (!follows) open = undefined;
    if (!good(point)) {
      if (open !== undefined) open.measured.low = true;
      open = undefined;
    } else if (open === undefined) {
      open = { points: [point], measured: { low: false, high: follows } };
      runs.push(open);
    } else open.points.push(point);
    before = point;
  }
  return runs;
}
