/**
 * What the numbers of a report say that one should know before flashing.
 *
 * Owns: thresholds, and what to do about each finding. Leaves to others: the clips themselves
 * (`sources/check.ts`).
 */
import type { Problem } from '../../diagnostics/errors.js';
import { fixedOutput, OPERATORS } from '../../model/operators.js';
import { top } from './agreement.js';
import type { Agreement, CodeHistogram, OperatorReport, OutputPair } from './types.js';

/** Two bits lost: 99.9 % of the values share a quarter of the codes. */
const STRETCHED_CODES = 64;
const USUAL_SHARE = 0.999;
/** A tail means something where there are this many values. */
const ENOUGH_VALUES = 10_000;

/** Operators whose output range a few values stretch; only min-max takes every value in. */
export function stretched(operators: readonly OperatorReport[]): readonly OperatorReport[] {
  return operators.filter(
    ({ kind, codes, zeroPoint }) =>
      fixedOutput(kind) === undefined &&
      !OPERATORS[kind].reshapes &&
      codes.reduce((a, b) => a + b, 0) >= ENOUGH_VALUES &&
      usualCodes(codes, zeroPoint) < STRETCHED_CODES,
  );
}

/** How many neighbouring codes hold 99.9 % of the values that are not zero; 256 where there are none. */
export function usualCodes(codes: CodeHistogram, zeroPoint: number): number {
  const counts = codes.map((count, i) => (i - 128 === zeroPoint ? 0 : count));
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return 256;
  const tail = (total * (1 - USUAL_SHARE)) / 2;
  const edge = (list: readonly number[]): number => {
    let sum = 0;
    return list.findIndex((count) => {
      sum += count;
      return sum > tail;
    });
  };
  return 256 - edge(counts) - edge([...counts].reverse());
}

export function stretchedProblem(operators: readonly OperatorReport[], where: string): readonly Problem[] {
  const found = stretched(operators);
  if (found.length === 0) return [];
  const names = found.slice(0, 3).map(({ tensor, kind }) => `${tensor} (${kind})`);
  return [
    {
      what: `a few outliers stretch the ranges of ${found.length} operators: ${names.join(', ')}${found.length > 3 ? ', …' : ''}`,
      where,
      why: 'there 99.9 % of the values share a quarter of the 256 steps or less',
      next: 'try --method mse or --method percentile:99.99 ("method" in kws.json) and compare the reports',
    },
  ];
}

/** Whether the clips make the model say more than one thing. */
export function sameAnswerProblem(
  pairs: readonly OutputPair[],
  labels: readonly string[],
  where: string,
): readonly Problem[] {
  if (pairs.length === 0) return [];
  const outputs = pairs[0]!.float.length;
  if (outputs === 1) {
    if (pairs.some(({ float }) => float[0]! >= 0.5)) return [];
    return [
      {
        what: 'the float model hears its word in none of the clips',
        where,
        why: 'the activations of a detection are not calibrated, and the front end may be another than in training',
        next: 'add recordings of the wake word; if they are there, check that the front end is the one of training',
      },
    ];
  }
  const answers = new Set(pairs.map(({ float }) => top(float)));
  if (answers.size > 1 || pairs.length === 1) return [];
  const [only] = answers;
  return [
    {
      what: `the float model gives every clip the same label, ${JSON.stringify(labels[only!] ?? `output ${only}`)}`,
      where,
      why: 'the clips are not diverse, or the front end is another than in training',
      next: 'add clips of every label; if they are there, check that the front end is the one of training',
    },
  ];
}

/** Below this the accuracy of a model visibly changes. */
const GOOD_AGREEMENT = 0.97;

export function agreementProblem(
  { agreeing, inferences, share }: Agreement,
  where: string,
): readonly Problem[] {
  if (share >= GOOD_AGREEMENT || inferences - agreeing < 2) return [];
  return [
    {
      what: `int8 and float differ in ${inferences - agreeing} of ${inferences} inferences`,
      where,
      why: 'well calibrated models agree in 98 of 100 and more',
      next: 'try --method mse, more and more diverse clips, and look for the operator where the noise begins (--report)',
    },
  ];
}
