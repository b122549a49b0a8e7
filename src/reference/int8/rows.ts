/**
 * Sums of products of whole numbers, in which most of a model's time goes: many rows of weights times the values
 * under a filter, position by position.
 *
 * JavaScript has no instruction for several small products at once, but a double holds 53 bits, and a sum of 512
 * products of a value and a weight (9 bits each) takes 26. So two rows share one: their weights are stored as
 * w0 + w1 * 2^26, and one multiplication and one addition serve both. Nothing is rounded: every number on the way
 * is whole and below 2^53. Four such pairs at two positions at a time, for what is in registers need not be loaded
 * again, and sums that do not wait for each other are fast. Bit for bit the same as a sum at a time.
 */

/** Consecutive values that consecutive weights of a row belong to. */
export interface Run {
  /** From the first value of a position to the first of the run. */
  readonly offset: number;
  readonly length: number;
}

/** What the upper of two sums is multiplied by. */
export const LANE = 2 ** 26;
/** Taps after which the lower of two sums might reach into the upper one: 255 * 255 * 512 < 2^25. */
export const MOST_TAPS = 512;
/** Rows that are summed at once. */
const GROUP = 8;

/** As many runs as may be summed without looking at the lanes. */
interface Segment {
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  /** Of all runs. */
  readonly taps: number;
  /** Per group of rows [taps][GROUP / 2] pairs. */
  readonly weights: Float64Array;
}

export interface Rows {
  /**
   * Per row its start and its weights times the values from `first` on, modulo 2^32, into the first half of `sums`;
   * from `second` on, into the other half.
   */
  multiply(values: Float64Array, first: number, second: number, sums: Int32Array): void;
  /** Elements of a half of `sums`: the number of rows, up to the next multiple of what is summed at once. */
  readonly padded: number;
}

export interface RowsParams {
  readonly rows: number;
  /** Of every row, in the order of its weights. */
  readonly runs: readonly Run[];
  /** Of a row and a tap: -255…255, as values are. */
  readonly weight: (row: number, tap: number) => number;
  /** Per row what its sum starts from. */
  readonly bias: Int32Array | null;
}

export function packRows({ rows, runs, weight, bias }: RowsParams): Rows {
  const padded = Math.ceil(rows / GROUP) * GROUP;
  const start = new Int32Array(padded);
  if (bias !== null) start.set(bias);
  let tap = 0;
  const segments = segmented(runs).map((part): Segment => {
    const first = tap;
    const lengths = Int32Array.from(part, ({ length }) => length);
    const taps = lengths.reduce((sum, length) => sum + length, 0);
    tap += taps;
    const at = (row: number, i: number) => (row < rows ? weight(row, first + i) : 0);
    const weights = new Float64Array((padded / 2) * taps);
    for (let row = 0, to = 0; row < padded; row += GROUP)
      for (let i = 0; i < taps; i += 1)
        for (let pair = row; pair < row + GROUP; pair += 2)
          weights[to++] = at(pair, i) + at(pair + 1, i) * LANE;
    return { offsets: Int32Array.from(part, ({ offset }) => offset), lengths, taps, weights };
  });
  return {
    padded,
    multiply(values, first, second, sums) {
      sums.set(start);
      sums.set(start, padded);
      for (const segment of segments) addSegment(segment, values, first, second, sums);
    },
  };
}

/** Runs in order, cut where they are long, in as many lists as their sums must be looked at. */
function segmented(runs: readonly Run[]): readonly (readonly Run[])[] {
  const parts: Run[][] = [];
  let room = 0;
  for (const run of runs)
    for (let done = 0; done < run.length; ) {
      if (room === 0) {
        parts.push([]);
        room = MOST_TAPS;
      }
      const length = Math.min(room, run.length - done);
      parts.at(-1)!.push({ offset: run.offset + done, length });
      done += length;
      room -= length;
    }
  return parts;
}

/** Adds to the first half of `sums` what is at the first position, to the other half what is at the second. */
function addSegment(
  { offsets, lengths, taps, weights }: Segment,
  values: Float64Array,
  first: number,
  second: number,
  sums: Int32Array,
): void {
  const padded = sums.length / 2;
  const apart = second - first;
  for (let row = 0; row < padded; row += GROUP) {
    const otherRow = padded + row;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    let w = (row / 2) * taps;
    for (let run = 0; run < offsets.length; run += 1) {
      const from = first + offsets[run]!;
      const end = from + lengths[run]!;
      for (let i = from; i < end; i += 1) {
        const x = values[i]!;
        const y = values[i + apart]!;
        const w0 = weights[w]!;
        const w1 = weights[w + 1]!;
        const w2 = weights[w + 2]!;
        const w3 = weights[w + 3]!;
        a += x * w0;
        b += x * w1;
        c += x * w2;
        d += x * w3;
        e += y * w0;
        f += y * w1;
        g += y * w2;
        h += y * w3;
        w += 4;
      }
    }
    addPair(a, sums, row, row + 1);
    addPair(b, sums, row + 2, row + 3);
    addPair(c, sums, row + 4, row + 5);
    addPair(d, sums, row + 6, row + 7);
    addPair(e, sums, otherRow, otherRow + 1);
    addPair(f, sums, otherRow + 2, otherRow + 3);
    addPair(g, sums, otherRow + 4, otherRow + 5);
    addPair(h, sums, otherRow + 6, otherRow + 7);
  }
}

/** Adds the sums that share a double to two others. */
export function addPair(pair: number, sums: Int32Array, lower: number, upper: number): void {
  const high = Math.floor(pair / LANE + 0.5);
  sums[lower] = sums[lower]! + (pair - high * LANE);
  sums[upper] = sums[upper]! + high;
}
