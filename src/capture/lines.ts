/** The report on a microphone as lines of text. Leaves to others: printing. */
import { printable } from '../text/text.js';
import type { MicReport } from './quality.js';

export function micLines(report: MicReport, board: string): readonly string[] {
  const { seconds, samples, levelDb, peakDb, noiseFloorDb, dc, clippedSamples, settlingMs } = report;
  const { missingSamples, overrunSamples, measuredRate, rate, findings, verdict } = report;
  const decibels = (value: number | null) => (value === null ? 'none' : `${value} dB of full scale`);
  const rateText =
    measuredRate === null
      ? `${rate} Hz by its own word; it was not measured`
      : `${measuredRate} Hz by this computer’s clock, ${rate} Hz by its own word`;
  return [
    `${printable(board)}: ${seconds.toFixed(1)} s, ${samples} samples`,
    `  level        ${decibels(levelDb)}, the loudest sample ${decibels(peakDb)}`,
    `  noise floor  ${decibels(noiseFloorDb)}`,
    `  DC offset    ${(100 * dc).toFixed(2)} % of full scale`,
    `  clipped      ${clippedSamples} samples`,
    `  rate         ${rateText}`,
    `  dropped      ${overrunSamples} samples on the board, ${missingSamples} on the line`,
    `  settled      after ${settlingMs} ms`,
    ...findings.flatMap(({ severity, what, next }) => [
      `  ${severity.padEnd(11)}  ${what}`,
      `               ${next}`,
    ]),
    '',
    `${verdict.slice(0, 1).toUpperCase()}${verdict.slice(1)}`,
  ];
}
