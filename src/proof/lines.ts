/** A proof as a few lines of text. Leaves to others: printing. */
import { printable } from '../text/text.js';
import type { ProofDifference, ProofReport, ProofStage } from './types.js';

/** What is counted of a stage, one and several. */
const COUNTED: Readonly<Record<ProofStage, readonly [string, string]>> = {
  firmware: ['firmware', 'firmware'],
  samples: ['block of samples', 'blocks of samples'],
  resampled: ['resampled block', 'resampled blocks'],
  frame: ['frame', 'frames'],
  input: ['input', 'inputs'],
  operator: ['output of operators', 'outputs of operators'],
  output: ['output', 'outputs'],
  smoothed: ['mean', 'means'],
  decision: ['decision', 'decisions'],
  constant: ['table and weights', 'tables and weights'],
};

/** The stages as a person calls them. */
const NAMES: Readonly<Record<ProofStage, string>> = {
  firmware: 'the firmware itself',
  samples: 'the samples',
  resampled: 'the resampled samples',
  frame: 'the front end',
  input: 'the model’s input',
  operator: 'an operator',
  output: 'the model’s output',
  smoothed: 'the smoothed score',
  decision: 'the decision',
  constant: 'the tables and weights',
};

export function proofLines(report: ProofReport): readonly string[] {
  const { board, runtime, build, tool, through, equal, clips, audioSeconds, stages, difference } = report;
  const how =
    through === 'memory'
      ? 'every byte, through shared memory'
      : 'digests of every value, over the serial line';
  const played = `${clips} ${clips === 1 ? 'clip' : 'clips'}, ${audioSeconds.toFixed(1)} s`;
  const counts = stages
    .filter(({ stage }) => stage !== 'firmware')
    .map(({ stage, compared }) => `${compared} ${COUNTED[stage][compared === 1 ? 0 : 1]}`);
  return [
    equal
      ? `${board} computes what the host does, in every bit: ${played}`
      : `${board} does not compute what the host does. The first that differs: ${NAMES[difference!.stage]}`,
    `Runtime ${runtime}, build ${build}, kws-gen ${printable(tool)}; compared: ${how}`,
    ...(counts.length === 0 ? [] : [`${equal ? 'Equal' : 'Compared until then'}: ${counts.join(', ')}`]),
    ...(difference === undefined ? [] : differenceLines(difference)),
  ];
}

function differenceLines(difference: ProofDifference): readonly string[] {
  const { host, board, cause } = difference;
  const value = (one: typeof host) => (one === null ? 'nothing' : printable(String(one)));
  return [
    `Where: ${whereText(difference)}`,
    `Host: ${value(host)}, board: ${value(board)}${extentText(difference)}`,
    `Likely cause: ${printable(cause.text)}`,
  ];
}

function extentText({ differing, of }: ProofDifference): string {
  return differing === undefined || of === undefined || of < 2
    ? ''
    : ` (${differing} of ${of} values differ)`;
}

/** `clip.wav at 1.230 s, inference 40 of okay_nabu, operator 7 (CONV_2D), value 12` */
function whereText(difference: ProofDifference): string {
  const { stage, clip, ms, model, number, operator, index, constant } = difference;
  const isSamples = stage === 'samples' || stage === 'resampled';
  const numbered = stage === 'frame' ? 'frame' : isSamples ? 'block' : 'inference';
  // A sample has its number by itself.
  const thing =
    number === undefined || (isSamples && index !== undefined) ? undefined : `${numbered} ${number}`;
  const element = isSamples ? 'sample' : stage === 'frame' ? 'channel' : 'value';
  const parts = [
    clip === undefined ? undefined : printable(clip),
    ms === undefined ? undefined : `at ${(ms / 1000).toFixed(3)} s`,
    thing,
    model === undefined ? undefined : `model ${printable(model)}`,
    operator &&
      `operator ${operator.index} (${operator.kind})${operator.output > 0 ? `, output ${operator.output}` : ''}`,
    constant,
    index === undefined ? undefined : `${constant === undefined ? element : 'entry'} ${index}`,
  ];
  const text = parts.filter((part) => part !== undefined).join(', ');
  return text === '' ? 'the board’s hello' : text;
}
