/** The report as lines of text. Leaves to others: printing. */
import { table } from '../../text/table.js';
import { printable } from '../../text/text.js';
import type { ClipOutcome, EvaluationReport, FalseAccept, ModelReport } from '../types.js';
import { acceptText, hoursText, missText, momentText, pointCells, settingText } from '../words.js';

const MOST_WORST = 10;
const MOST_SKIPPED = 5;

export function reportLines(report: EvaluationReport): readonly string[] {
  const { positives, negatives } = report;
  return [
    `${report.project}: ${positives.clips} positives (${hoursText(positives.hours)}), ${negatives.clips} negatives (${hoursText(negatives.hours)}); front end ${report.frontend}, ${report.arithmetic}`,
    `Each clip is heard with ${report.leadMs} ms before it and ${report.tailMs} ms after it.`,
    ...report.models.flatMap((model) => modelLines(model)),
    ...(report.confusion.heard.length > 1 && report.positives.clips > 0 ? confusionLines(report) : []),
    ...missLines(report.misses),
    ...acceptLines(report.falseAccepts),
    ...skippedLines(report),
    ...(report.notes.length === 0 ? [] : ['', ...report.notes.map((note) => `Note: ${note}`)]),
  ];
}

function modelLines({ name, labels, operating, choices, noise }: ModelReport): readonly string[] {
  const { misses, falseAccepts, repeats, others } = operating;
  return [
    '',
    `${name} (${printable(labels.join(', '))}) at ${settingText(operating)}`,
    `  misses         ${missText(misses)}`,
    ...noise.map(({ snrDb, misses: rate }) => `  at ${String(snrDb).padEnd(2)} dB SNR   ${missText(rate)}`),
    `  false accepts  ${acceptText(falseAccepts)}`,
    ...(repeats === 0 ? [] : [`  repeats        ${repeats} more detections in clips that were heard`]),
    ...(others === 0 ? [] : [`  false accepts in positives of other labels: ${others}`]),
    ...(choices.length === 0
      ? []
      : [
          '',
          ...table(
            ['  FALSE ACCEPTS', 'MISSES', 'HERE', 'CUTOFF', 'WINDOW', 'REFRACTORY'],
            choices.map(({ maxFaPerHour, point }) => [
              `  up to ${maxFaPerHour}/h`,
              ...(point === null ? ['no setting'] : pointCells(point, misses.clips, falseAccepts.hours)),
            ]),
          ),
        ]),
  ];
}

function confusionLines({ confusion: { heard, rows } }: EvaluationReport): readonly string[] {
  return [
    '',
    'Said, and heard:',
    ...table(
      ['', ...heard, 'nothing'].map(printable),
      rows.map(({ label, clips }) => [`  ${printable(label)}`, ...clips.map(String)]),
    ),
  ];
}

function missLines(misses: readonly ClipOutcome[]): readonly string[] {
  if (misses.length === 0) return [];
  return [
    '',
    `Misses, the least heard first${more(misses.length)}:`,
    ...table(
      ['  HIGHEST', 'AT', 'LABEL', 'HEARD', 'CLIP'],
      misses
        .slice(0, MOST_WORST)
        .map(({ highest, ms, label, heard, clip }) => [
          `  ${highest.toFixed(3)}`,
          momentText(ms),
          printable(label),
          printable(heard.join(', ')) || '-',
          printable(clip),
        ]),
    ),
  ];
}

function acceptLines(accepts: readonly FalseAccept[]): readonly string[] {
  if (accepts.length === 0) return [];
  return [
    '',
    `False accepts, the most certain first${more(accepts.length)}:`,
    ...table(
      ['  P', 'AT', 'LABEL', 'CLIP'],
      accepts
        .slice(0, MOST_WORST)
        .map(({ p, ms, label, clip, inPositive }) => [
          `  ${p.toFixed(3)}`,
          momentText(ms),
          printable(label),
          `${printable(clip)}${inPositive ? ' (a positive of another label)' : ''}`,
        ]),
    ),
  ];
}

const more = (count: number) =>
  count > MOST_WORST ? ` (${MOST_WORST} of ${count}; --json and --report have more)` : '';

function skippedLines({ skipped }: EvaluationReport): readonly string[] {
  if (skipped.length === 0) return [];
  return [
    '',
    `Not used: ${skipped.length}`,
    ...skipped
      .slice(0, MOST_SKIPPED)
      .map(({ where, what }) => `  ${printable(where ?? '')}: ${printable(what)}`),
    ...(skipped.length > MOST_SKIPPED
      ? [`  and ${skipped.length - MOST_SKIPPED} more (--json and --report list them)`]
      : []),
  ];
}
