/** Shapes with dimensions put in, taken out or swapped. */

/** EXPAND_DIMS: a dimension of 1 before `axis`, negative ones counted from the end; undefined where there is no such place. */
export function expandedShape(shape: readonly number[], axis: number): readonly number[] | undefined {
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  return at >= 0 && at <= shape.length ? shape.toSpliced(at, 0, 1) : undefined;
}

/** SQUEEZE: without the dimensions `axes`, or without all of 1 where none are given; undefined where one is not 1. */
export function squeezedShape(
  shape: readonly number[],
  axes: readonly number[],
): readonly number[] | undefined {
  const gone = new Set(axes.map((axis) => (axis < 0 ? axis + shape.length : axis)));
  if ([...gone].some((axis) => shape[axis] !== 1)) return undefined;
  return shape.filter((size, axis) => (axes.length === 0 ? size !== 1 : !gone.has(axis)));
}

/** A permutation of dimensions, without those of 1, and with those that stay neighbours in order taken as one. */
export interface Permutation {
  /** Sizes of the input. */
  readonly shape: readonly number[];
  /** Dimension i of the output is dimension order[i] of the input; [] or [0] moves nothing. */
  readonly order: readonly number[];
}

/** The least dimensions that move the same elements: [1, 5, 4, 3] by [0, 3, 1, 2] is [20, 3] by [1, 0]. */
export function leastPermutation(shape: readonly number[], order: readonly number[]): Permutation {
  const kept = order.filter((axis) => shape[axis] !== 1);
  const ranks = kept.toSorted((a, b) => a - b);
  // Runs of dimensions that follow each other in the input and in the output.
  const runs: number[][] = [];
  for (const axis of kept) {
    const last = runs.at(-1);
    if (last !== undefined && ranks.indexOf(axis) === ranks.indexOf(last.at(-1)!) + 1) last.push(axis);
    else runs.push([axis]);
  }
  const sorted = runs.toSorted((a, b) => a[0]! - b[0]!);
  return {
    shape: sorted.map((run) => run.reduce((size, axis) => size * shape[axis]!, 1)),
    order: runs.map((run) => sorted.indexOf(run)),
  };
}
