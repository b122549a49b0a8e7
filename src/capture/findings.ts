/** Figures of a microphone → what is wrong with it, and what to do then. */

type MicProblem =
  | 'no sound'
  | 'stuck'
  | 'quiet'
  | 'clipping'
  | 'dc'
  | 'noise'
  | 'rate'
  | 'dropped'
  | 'lost lines'
  | 'settling';

export interface Finding {
  readonly problem: MicProblem;
  /** `fault`: nothing is to be expected of it so. */
  readonly severity: 'fault' | 'warning';
  readonly what: string;
  readonly next: string;
}

/** What was measured. */
export interface MicFacts {
  readonly seconds: number;
  readonly samples: number;
  /** Without DC, relative to full scale. dB */
  readonly levelDb: number | null;
  readonly peakDb: number | null;
  /** The quietest tenth of it. dB */
  readonly noiseFloorDb: number | null;
  /** Of full scale, -1 to 1, once it has settled. */
  readonly dc: number;
  readonly clippedSamples: number;
  readonly missingSamples: number;
  readonly overrunSamples: number;
  /** Hz; null where it cannot be measured. */
  readonly measuredRate: number | null;
  readonly rate: number;
  /** From the first sample until level and DC stay. */
  readonly settlingMs: number;
}

const RATE_WARNING = 0.003;
const RATE_FAULT = 0.01;

/** @param stuckAt the value of every sample, where they are all the same */
export function findingsOf(facts: MicFacts, stuckAt: number | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  const find = (problem: MicProblem, severity: Finding['severity'], what: string, next: string) =>
    findings.push({ problem, severity, what, next });
  const { samples, levelDb, peakDb, noiseFloorDb, dc, clippedSamples, measuredRate: measured } = facts;
  if (samples === 0) {
    find('no sound', 'fault', 'not a single sample came', 'look at what the board says: kws-gen monitor');
    return findings;
  }
  if (stuckAt !== undefined) {
    find(
      'stuck',
      'fault',
      `every sample is ${stuckAt}`,
      'is the microphone there, powered, and wired to the pins of the board file? Of an I2S microphone the L/R pin says which half of the frame it speaks in',
    );
    return findings;
  }
  const clippedShare = clippedSamples / samples;
  if (clippedShare > 0.001)
    find(
      'clipping',
      'fault',
      `it is clipped: ${percent(clippedShare)} of the samples are at the end of the scale`,
      'lower the gain ("microphone": {"gain": …} of the board in kws.json), or speak further away',
    );
  else if (clippedSamples > 0)
    find('clipping', 'warning', `${clippedSamples} samples are clipped`, 'lower the gain a little');
  if (Math.abs(dc) > 0.1)
    find(
      'dc',
      'fault',
      `its DC offset is ${percent(dc)} of full scale`,
      'check the wiring and the supply of the microphone; a PDM microphone wants its clock within its range',
    );
  else if (Math.abs(dc) > 0.01)
    find(
      'dc',
      'warning',
      `its DC offset is ${percent(dc)} of full scale`,
      'front ends with a window of their own take it out; a plain spectrum has it in its lowest bin',
    );
  if ((levelDb ?? -200) < -72 && (peakDb ?? -200) < -54)
    find(
      'quiet',
      'fault',
      `it is very quiet: ${decibelText(levelDb)} below full scale, the loudest sample ${decibelText(peakDb)}`,
      'say something while it listens; if it stays so, raise the gain',
    );
  if ((noiseFloorDb ?? -200) > -35)
    find(
      'noise',
      'fault',
      `its noise floor is ${decibelText(noiseFloorDb)} below full scale`,
      'be quiet while it listens; if it stays so, lower the gain, and keep clocks and power lines away from it',
    );
  else if ((noiseFloorDb ?? -200) > -45)
    find(
      'noise',
      'warning',
      `its noise floor is ${decibelText(noiseFloorDb)} below full scale`,
      'is it quiet around it? Lower the gain where it is',
    );
  if (measured !== null) {
    const error = measured / facts.rate - 1;
    if (Math.abs(error) > RATE_WARNING)
      find(
        'rate',
        Math.abs(error) > RATE_FAULT ? 'fault' : 'warning',
        `it delivers ${Math.round(measured)} samples a second and not ${facts.rate} (${error > 0 ? '+' : ''}${percent(error)})`,
        'check the clock that the board file asks for; words sound faster or slower to the model by so much',
      );
  }
  if (facts.overrunSamples > 0)
    find(
      'dropped',
      'fault',
      `${facts.overrunSamples} samples found no room on the board`,
      'the model or the serial line is too slow for the microphone: a larger hop, a faster board, its native USB port',
    );
  if (facts.missingSamples > 0)
    find(
      'lost lines',
      'fault',
      `${facts.missingSamples} samples were lost on the serial line`,
      'connect the board directly, with another cable, and close other programs that read its port',
    );
  if (facts.settlingMs > 100)
    find(
      'settling',
      facts.settlingMs > 1000 ? 'fault' : 'warning',
      `it settles only after ${facts.settlingMs} ms`,
      `have the board drop them: "microphone": {"settleMs": …} of the board in kws.json, ${facts.settlingMs} more than now`,
    );
  return findings;
}

const percent = (share: number) => `${(100 * share).toPrecision(2)} %`;
const decibelText = (value: number | null) => (value === null ? 'endless' : `${Math.round(-value)} dB`);
