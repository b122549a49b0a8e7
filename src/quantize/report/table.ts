/** The report as lines of text. Leaves to others: printing, colours (`terminal/`). */
import { OPERATORS } from '../../model/operators.js';
import { count, percent, short } from '../../text/format-numbers.js';
import { table } from '../../text/table.js';
import { printable, truncate } from '../../text/text.js';
import type { OperatorReport, QuantizationReport, SetReport } from './types.js';

const MOST_WORST = 5;
const MOST_SKIPPED = 5;

export function computing(operators: readonly OperatorReport[]): readonly OperatorReport[] {
  return operators.filter(({ kind }) => !OPERATORS[kind].moves);
}

export function reportLines(report: QuantizationReport): readonly string[] {
  const { size, input, output, calibration, holdout } = report;
  return [
    `${report.model}: ${endText(input)} → ${endText(output)}, ${count(size.macs)} multiply-accumulates`,
    `  file ${count(size.fileBytes)} bytes, weights ${count(size.weightBytes)} bytes; RAM ${count(size.ramBytes)} bytes (arena ${count(size.arenaBytes)}, state ${count(size.stateBytes)})`,
    `  calibrated by ${methodText(report)} on ${clipsText(calibration)}${report.frontend === 'none' ? '' : `, front end ${report.frontend}`}`,
    ...report.notes.map((note) => `  ${note}`),
    '',
    ...table(
      ['#', 'OPERATOR', 'SQNR', 'CUT OFF', 'RANGE', 'OUTPUT'],
      computing(report.operators).map((operator) => [
        String(operator.index),
        operator.kind,
        decibels(operator.sqnrDb),
        percent(operator.saturation, 2),
        `${short(operator.range.min)}…${short(operator.range.max)}`,
        truncate(printable(operator.tensor), 48),
      ]),
    ),
    '',
    `Agreement with float: ${agreementText(calibration)}`,
    ...(holdout === undefined ? [] : [`Held out:             ${agreementText(holdout)}`]),
    ...(report.conversion === undefined
      ? []
      : [
          `Conversion: ${report.conversion.with} and kws-gen differ by at most ${report.conversion.largestDifference.toExponential(1)} in ${report.conversion.inferences} inferences`,
        ]),
    '',
    'Worst clips:',
    ...table(
      ['  DIFFERENCE', 'FLOAT', 'INT8', 'CLIP'],
      report.worst
        .slice(0, MOST_WORST)
        .map(({ difference, float, int8, clip, inference }) => [
          `  ${difference.toFixed(3)}`,
          answer(float),
          answer(int8),
          `${printable(clip)}${inference === 0 ? '' : `, inference ${inference}`}`,
        ]),
    ),
    ...skippedLines(calibration, 'Not used'),
    ...(holdout === undefined ? [] : skippedLines(holdout, 'Not used of the held-out clips')),
  ];
}

function skippedLines({ skipped }: SetReport, title: string): readonly string[] {
  if (skipped.length === 0) return [];
  return [
    '',
    `${title}: ${skipped.length}`,
    ...skipped.slice(0, MOST_SKIPPED).map(({ where, what }) => `  ${printable(where)}: ${printable(what)}`),
    ...(skipped.length > MOST_SKIPPED
      ? [`  and ${skipped.length - MOST_SKIPPED} more (--json or --report lists them)`]
      : []),
  ];
}

export function methodText({
  method,
  percentile,
}: Pick<QuantizationReport, 'method' | 'percentile'>): string {
  return method === 'percentile' ? `percentile ${percentile ?? 99.99}` : method;
}

export function clipsText({ clips, inferences, paths }: SetReport): string {
  const from = truncate(printable(paths.join(', ')), 60);
  return `${count(clips)} clip${clips === 1 ? '' : 's'} (${count(inferences)} inferences) of ${from}`;
}

export function agreementText({ agreement }: SetReport): string {
  const { agreeing, inferences, share, meanDifference, largestDifference } = agreement;
  return `${percent(share, 2)} (${count(agreeing)} of ${count(inferences)} inferences), outputs differ by ${meanDifference.toFixed(4)} on average, ${largestDifference.toFixed(3)} at most`;
}

export function endText({ type, shape, scale, zeroPoint }: QuantizationReport['input']): string {
  const quantization = scale === undefined ? '' : ` (scale ${short(scale)}, zero point ${zeroPoint})`;
  return `${type} ${shape.join('x')}${quantization}`;
}

export function decibels(value: number | null): string {
  return value === null ? '-' : `${value.toFixed(1)} dB`;
}

function answer({ label, value }: { readonly label: string; readonly value: number }): string {
  return `${printable(label)} ${value.toFixed(3)}`;
}
