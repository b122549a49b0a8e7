/** Costs per call, value, run and step: least squares without negative costs, of relative errors. */
import type { CostName, Work } from '../../src/estimate/work.js';

export interface Sample {
  readonly kernel: CostName;
  readonly work: Work;
  readonly instructions: number;
  /** Of an operator of a real model: counts more than one of the rows, whose shapes are odd. */
  readonly real: boolean;
}

type Cost = readonly [perCall: number, perValue: number, perRun: number, perStep: number];
export type Costs = Partial<Record<CostName, Cost>>;

const features = ({ calls, values, runs, steps }: Work): Cost => [calls, values, runs, steps];
const estimate = (work: Work, cost: Cost): number =>
  features(work).reduce((sum, amount, i) => sum + amount * cost[i]!, 0);

export function total(samples: readonly Sample[], costs: Costs): number {
  return samples.reduce((sum, { kernel, work }) => sum + estimate(work, costs[kernel] ?? [0, 0, 0, 0]), 0);
}

/** Solves a small system by elimination with pivots; undefined where it has no single solution. */
function solve(matrix: number[][], right: number[]): number[] | undefined {
  const n = right.length;
  const a = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(a[row]![column]!) > Math.abs(a[pivot]![column]!)) pivot = row;
    [a[column], a[pivot]] = [a[pivot]!, a[column]!];
    if (Math.abs(a[column]![column]!) < 1e-9) return undefined;
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = a[row]![column]! / a[column]![column]!;
      for (let k = column; k <= n; k++) a[row]![k]! -= factor * a[column]![k]!;
    }
  }
  return a.map((row, i) => row[n]! / row[i]!);
}

/** The best of all subsets of the costs whose members are not negative. */
function fitted(samples: readonly Sample[]): Cost {
  // Small calls matter less than large ones, but not as little as their size says.
  const weighted = samples.map(({ work, instructions, real }) => ({
    x: features(work),
    y: instructions,
    w: (real ? 30 : 1) / (instructions + 1000) ** 2,
  }));
  let best: { readonly cost: Cost; readonly error: number } | undefined;
  for (let set = 1; set < 16; set++) {
    const used = [0, 1, 2, 3].filter((i) => (set >> i) & 1);
    const matrix = used.map((i) =>
      used.map((j) => weighted.reduce((sum, { x, w }) => sum + w * x[i]! * x[j]!, 0)),
    );
    const solution = solve(
      matrix,
      used.map((i) => weighted.reduce((sum, { x, y, w }) => sum + w * x[i]! * y, 0)),
    );
    if (solution === undefined || solution.some((value) => value < 0)) continue;
    const cost = [0, 1, 2, 3].map((i) =>
      used.includes(i) ? solution[used.indexOf(i)]! : 0,
    ) as unknown as Cost;
    const error = weighted.reduce(
      (sum, { x, y, w }) => sum + w * (x.reduce((all, one, i) => all + one * cost[i]!, 0) - y) ** 2,
      0,
    );
    if (best === undefined || error < best.error * 0.999) best = { cost, error };
  }
  const [perCall, perValue, perRun, perStep] = best?.cost ?? [0, 0, 0, 0];
  return [
    Math.round(perCall),
    Number(perValue.toFixed(2)),
    Number(perRun.toFixed(2)),
    Number(perStep.toFixed(3)),
  ];
}

export function fitCosts(samples: readonly Sample[]): Costs {
  const kernels = [...new Set(samples.map(({ kernel }) => kernel))].sort();
  return Object.fromEntries(
    kernels.map((kernel) => [kernel, fitted(samples.filter((sample) => sample.kernel === kernel))]),
  );
}
