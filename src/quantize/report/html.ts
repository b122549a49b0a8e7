/**
 * The report as one page of HTML that stands by itself: no network, no script, plots inline.
 *
 * Leaves to others: the plots (`svg.ts`), the numbers.
 */

import { escapeHtml, footer, page, tableOf, warningsOf } from '../../report/html.js';
import { count, percent, short } from '../../text/format-numbers.js';
import { agrees } from './agreement.js';
import { bars, histogram, scatter } from './svg.js';
import { agreementText, clipsText, computing, decibels, endText, methodText } from './table.js';
import type { OutputPair, QuantizationReport, SetReport } from './types.js';

/** Below this an operator's noise is likely to be seen in the answers. */
const WEAK_DB = 15;
/** Points of the scatter: evenly spread over all outputs. */
const MOST_POINTS = 4000;
const MOST_SKIPPED = 200;

/** @param pairs outputs of both models, of the calibration and the held-out clips */
export function reportPage(report: QuantizationReport, pairs: readonly OutputPair[]): string {
  const title = `${report.model}: float to int8`;
  return page(title, [
    summary(report),
    warningsOf(report.warnings),
    '<h2>Agreement with float</h2>',
    agreement(report),
    `<figure>${scatterOf(pairs)}<figcaption>Every output of every inference: on the diagonal, float and int8 say the same. Red: the answer changes.</figcaption></figure>`,
    '<h2>Noise per operator</h2>',
    `<figure>${noise(report)}<figcaption>Signal to quantization noise at each operator’s output, of everything up to there. Below ${WEAK_DB} dB it shows in the answers.</figcaption></figure>`,
    operators(report),
    '<h2>Activations</h2>',
    '<p>How often each of the 256 steps of an output is used, from the least to the greatest value it can hold (heights are square roots).</p>',
    histograms(report),
    '<h2>Worst clips</h2>',
    worst(report),
    skipped('Clips not used', report.calibration),
    ...(report.holdout === undefined ? [] : [skipped('Held-out clips not used', report.holdout)]),
    footer(`${report.tool}; sha256 of the file ${report.sha256}`),
  ]);
}

function summary(report: QuantizationReport): string {
  const { size } = report;
  const rows: readonly (readonly [string, string])[] = [
    ['Input', endText(report.input)],
    ['Output', `${endText(report.output)}: ${report.labels.join(', ')}`],
    ['Front end', report.frontend],
    ['Calibration', `${methodText(report)} on ${clipsText(report.calibration)}`],
    ...Object.entries(report.pinned).map(
      ([name, { min, max }]) => ['Pinned range', `${name}: ${short(min)}…${short(max)}`] as const,
    ),
    ['File', `${count(size.fileBytes)} bytes, of which weights ${count(size.weightBytes)}`],
    [
      'RAM',
      `${count(size.ramBytes)} bytes: arena ${count(size.arenaBytes)}, streaming state ${count(size.stateBytes)}`,
    ],
    ['Work', `${count(size.macs)} multiply-accumulates per inference`],
    ...(report.conversion === undefined
      ? []
      : [
          [
            'Conversion',
            `${report.conversion.with} and kws-gen differ by at most ${report.conversion.largestDifference.toExponential(1)}`,
          ] as const,
        ]),
  ];
  const items = rows.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`);
  const notes = report.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('');
  return `<dl>${items.join('\n')}</dl>${notes === '' ? '' : `<ul>${notes}</ul>`}`;
}

function agreement({ calibration, holdout }: QuantizationReport): string {
  const rows = [
    ['calibration', clipsText(calibration), agreementText(calibration)],
    ...(holdout === undefined ? [] : [['held out', clipsText(holdout), agreementText(holdout)]]),
  ];
  return tableOf(['', 'Clips', 'Agreement'], rows);
}

function scatterOf(pairs: readonly OutputPair[]): string {
  const points = pairs.flatMap((pair) => {
    const odd = !agrees(pair);
    return pair.float.map((x, i) => ({ x, y: pair.int8[i]!, odd }));
  });
  const step = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  const shown = points.filter(({ odd }, i) => odd || i % step === 0).slice(0, 2 * MOST_POINTS);
  return scatter('float against int8 outputs', shown, 'float', 'int8');
}

const named = ({ index, kind }: { readonly index: number; readonly kind: string }) => `${index} ${kind}`;

function noise(report: QuantizationReport): string {
  const rows = computing(report.operators).map((operator) => ({
    label: named(operator),
    value: operator.sqnrDb,
    text: decibels(operator.sqnrDb),
  }));
  return bars('signal to quantization noise per operator', rows, WEAK_DB);
}

function operators(report: QuantizationReport): string {
  const rows = computing(report.operators).map((operator) => [
    named(operator),
    operator.tensor,
    operator.shape.join('x'),
    decibels(operator.sqnrDb),
    percent(operator.saturation, 2),
    `${short(operator.range.min)}…${short(operator.range.max)}`,
    short(operator.scale),
    String(operator.zeroPoint),
  ]);
  const header = ['Operator', 'Output', 'Shape', 'SQNR', 'Cut off', 'Range', 'Scale', 'Zero point'];
  return tableOf(header, rows, new Set([3, 4, 6, 7]));
}

function histograms(report: QuantizationReport): string {
  const drawn = computing(report.operators).map((operator) => {
    const { min, max } = operator.range;
    const plot = histogram(`${named(operator)}: ${operator.tensor}`, operator.codes, short(min), short(max));
    return `<figure class="small">${plot}<figcaption>${escapeHtml(named(operator))}</figcaption></figure>`;
  });
  return `<div class="grid">${drawn.join('\n')}</div>`;
}

function worst(report: QuantizationReport): string {
  const text = ({ label, value }: { readonly label: string; readonly value: number }) =>
    `${label} ${value.toFixed(3)}`;
  const rows = report.worst.map(({ clip, inference, difference, float, int8 }) => [
    clip,
    String(inference),
    difference.toFixed(3),
    text(float),
    text(int8),
  ]);
  return tableOf(['Clip', 'Inference', 'Difference', 'Float', 'Int8'], rows, new Set([1, 2]));
}

function skipped(title: string, { skipped: clips }: SetReport): string {
  if (clips.length === 0) return '';
  const rows = clips.slice(0, MOST_SKIPPED).map(({ where, what }) => [where, what]);
  return `<h2>${escapeHtml(title)} (${clips.length})</h2>${tableOf(['File', 'Why'], rows)}`;
}
