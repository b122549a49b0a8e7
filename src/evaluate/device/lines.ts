/** The verdict on a device as lines of text. Leaves to others: printing. */

import type { DetectValue, Difference, ScoreValue } from '../../targets/said.js';
import { printable } from '../../text/text.js';
import { momentText } from '../words.js';
import type { DeviceReport } from './types.js';

const MOST = 10;

/** The verdict, then what differs. */
export function deviceLines(report: DeviceReport): readonly string[] {
  const { board, runtime, boards, equal, clips, inferences, detections, differences, playedAgain, late } =
    report;
  const differ = inferences.compared - inferences.equal + detections.compared - detections.equal;
  const numbers = `${inferences.equal} of ${inferences.compared} inferences, ${detections.equal} of ${detections.compared} detections in ${clips === 1 ? '1 clip' : `${clips} clips`}`;
  return [
    `${equal ? 'The board’s scores equal the host’s' : 'The board’s scores differ from the host’s; equal are'}: ${numbers}`,
    `Played to ${boards === 1 ? board : `${boards} of ${board}`}, runtime ${runtime}, build ${report.build}`,
    ...(playedAgain === 0
      ? []
      : [`Lines of the board were lost on their way; clips played again: ${playedAgain}`]),
    ...(late === null || late === 0
      ? []
      : [
          `The board fell behind: ${late === 1 ? '1 step of features was' : `${late} steps of features were`} done only when the next inference was due; use a larger hop, a faster board or runtime`,
        ]),
    ...hint(report),
    ...differences.slice(0, MOST).map(differenceText),
    ...(differ > MOST ? [`and ${differ - MOST} more (--json lists up to 1000)`] : []),
  ];
}

/** Where models say the same and only detectors differ, the reason is plain. */
function hint({ equal, outputsEqual }: DeviceReport): readonly string[] {
  if (equal || !outputsEqual) return [];
  return [
    'All raw outputs are equal, only what the detectors make of them differs: kws.json has other detector settings than the firmware (kws-gen flash makes it anew)',
  ];
}

function differenceText(difference: Difference): string {
  const { clip, ms, model, what } = difference;
  const [host, board] =
    difference.what === 'score'
      ? [scoreText(difference.host), scoreText(difference.board)]
      : [detectText(difference.host), detectText(difference.board)];
  return `${printable(clip)} at ${momentText(ms)}, ${what} of ${printable(model)}: host ${host}, board ${board}`;
}

function scoreText(score: ScoreValue | null): string {
  return score === null ? 'none' : `${score.q.join(' ')} (mean ${score.p.join(' ')}, inference ${score.n})`;
}

function detectText(detection: DetectValue | null): string {
  return detection === null ? 'none' : `${printable(detection.label)} at ${detection.p}`;
}
