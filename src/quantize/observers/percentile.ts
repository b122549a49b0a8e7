/**
 * The range that holds a percentage of the values; what lies beyond is cut, half of it at either end, evenly
 * spread within a bin of the histogram.
 */
import type { Range } from '../types.js';
import type { Bins } from './histogram.js';
import { Histogram } from './histogram.js';
import type { Observer } from './observer.js';

/** The value that `count` values lie beyond, from the given end. */
function quantile(bins: Bins, count: number, upper: boolean): number {
  const { start, width, counts, zeros } = bins;
  const size = counts.length;
  const zeroBin = Math.floor((0 - start) / width);
  let left = count;
  for (let i = 0; i < size; i += 1) {
    const bin = upper ? size - 1 - i : i;
    const here = counts[bin]!;
    // Zeros lie at the lower edge of their bin: met last from above, first from below.
    if (!upper && bin === zeroBin) {
      if (zeros > left) return 0;
      left -= zeros;
    }
    if (here > left) {
      const part = (left / here) * width;
      return upper ? start + (bin + 1) * width - part : start + bin * width + part;
    }
    left -= here;
    if (upper && bin === zeroBin) {
      if (zeros > left) return 0;
      left -= zeros;
    }
  }
  return 0;
}

function percentileRange(bins: Bins, percentile: number): Range {
  const total = bins.zeros + bins.counts.reduce((sum, count) => sum + count, 0);
  const cut = ((100 - percentile) / 200) * total;
  return {
    min: Math.fround(Math.min(0, Math.max(bins.min, quantile(bins, cut, false)))),
    max: Math.fround(Math.max(0, Math.min(bins.max, quantile(bins, cut, true)))),
  };
}

export function percentileObserver(percentile: number): Observer {
  const histogram = new Histogram();
  return {
    observe: (values) => histogram.add(values),
    range: () => percentileRange(histogram.bins(), percentile),
  };
}
