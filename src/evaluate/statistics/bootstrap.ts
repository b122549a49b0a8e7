/**
 * How far a curve may be off: its points computed anew from clips drawn with replacement (Efron, "Bootstrap
 * methods: another look at the jackknife", 1979). Clips and not detections are drawn: what is heard wrongly in
 * a recording is often heard several times.
 */
import { ALPHA, type Interval } from './exact.js';
import { randomNumbers } from './random.js';

/** Times that clips are drawn. */
const REPLICATES = 500;
/** With fewer clips there is nothing to draw from. */
export const FEWEST_CLIPS = 10;

/**
 * The middle 95 % of sum(counts) / sum(sizes) over drawn clips, per point of a curve (percentile method).
 *
 * @param points per point of the curve one count per clip
 * @param sizes of the clips: 1 each for a share of clips, hours for a rate
 * @returns undefined where there are fewer than FEWEST_CLIPS clips
 */
export function bootstrap(
  points: readonly ArrayLike<number>[],
  sizes: ArrayLike<number>,
  seed = 1,
): readonly Interval[] | undefined {
  const clips = sizes.length;
  if (clips < FEWEST_CLIPS) return undefined;
  const random = randomNumbers(seed);
  const drawn = points.map(() => new Float64Array(REPLICATES));
  const times = new Uint16Array(clips);
  for (let replicate = 0; replicate < REPLICATES; replicate++) {
    times.fill(0);
    for (let i = 0; i < clips; i++) times[Math.floor(random() * clips)]!++;
    const size = weighted(times, sizes);
    points.forEach((counts, point) => {
      drawn[point]![replicate] = weighted(times, counts) / size;
    });
  }
  return drawn.map((values) => {
    const sorted = values.sort();
    const at = (share: number) => sorted[Math.min(REPLICATES - 1, Math.floor(share * REPLICATES))]!;
    return { low: at(ALPHA / 2), high: at(1 - ALPHA / 2) };
  });
}

function weighted(times: Uint16Array, values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < times.length; i++) sum += times[i]! * values[i]!;
  return sum;
}
