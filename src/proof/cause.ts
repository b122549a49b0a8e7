/**
 * Why the first thing that differs does: what is known of the values and of the board's constants, in words.
 *
 * Owns: the reasons and their order. A reason that was seen (an entry of a table that is another one) comes before one
 * that is concluded (all constants are right, so the code is not).
 */
import { lowerModel } from '../lowering/lower.js';
import type { ResolvedProject } from '../project/types.js';
import type { ConstantsReport, WrongConstant } from './constants.js';
import type { Cause, TracedStage } from './types.js';

export interface Evidence {
  readonly stage: TracedStage;
  readonly model: number;
  readonly operator?: number;
  readonly runtime: string;
  /** All values, the host's and the board's, of samples those of the block after it, too; none where there are none. */
  readonly host: readonly number[];
  readonly board: readonly number[];
  readonly constants: ConstantsReport;
}

const plural = (count: number, one: string) => (count === 1 ? `1 ${one}` : `${count} ${one}s`);
const entry = ({ name, index, host, board, differing, entries }: WrongConstant) =>
  `${name}[${index}] is ${board}, generated was ${host}${differing > 1 ? ` (${differing} of ${plural(entries, 'entry').replace('entrys', 'entries')} differ)` : ''}`;

/** Of what arrives: the same samples, so many places earlier or later. */
export function shiftOf(host: readonly number[], board: readonly number[]): number | undefined {
  const first = host.findIndex((value, i) => value !== board[i]);
  if (first < 0) return undefined;
  // Silence fits everything.
  const fits = (a: readonly number[], b: readonly number[], by: number) => {
    const rest = a.slice(first + by);
    const length = Math.min(rest.length, b.length - first);
    return (
      length >= 16 &&
      new Set(rest).size > 4 &&
      rest.slice(0, length).every((value, i) => value === b[first + i])
    );
  };
  for (let by = 1; by <= 300; by++) {
    if (fits(host, board, by)) return by;
    if (fits(board, host, by)) return -by;
  }
  return undefined;
}

/** Two elements that have changed places, where nothing else differs. */
export function swapOf(
  host: readonly number[],
  board: readonly number[],
): readonly [number, number] | undefined {
  const [a, b, ...more] = host.flatMap((value, i) => (value === board[i] ? [] : [i]));
  if (a === undefined || b === undefined || more.length > 0) return undefined;
  return host[a] === board[b] && host[b] === board[a] ? [a, b] : undefined;
}

export function causeOf(evidence: Evidence, project: Pick<ResolvedProject, 'models'>): Cause {
  const { stage, model } = evidence;
  const name = project.models[model]?.name ?? '';
  switch (stage) {
    case 'samples':
      return sampleCause(evidence, 'between the host and the front end');
    case 'resampled':
      return resamplerCause(evidence);
    case 'frame':
      return frameCause(evidence);
    case 'input':
      return {
        kind: 'input-code',
        text: 'The frames are right and the input is not: putting frames into the input (the ring of features, Frontend::convert, the order of frames and channels), or its scale and zero point in src/kws_config.cpp',
      };
    case 'operator':
      return operatorCause(evidence, project);
    case 'output':
      return outputCause(name);
    case 'smoothed':
      return {
        kind: 'detector',
        text: `The output of ${name} is right and its mean is not: the detector's window, or the output's zero point and multiplier, in src/kws_config.cpp; or lib/kws_detector`,
      };
    case 'constant':
      return { kind: 'unknown', text: 'A constant is not as it was generated' };
  }
}

function sampleCause({ host, board }: Evidence, where: string): Cause {
  const shift = shiftOf(host, board);
  if (shift !== undefined && shift > 0)
    return {
      kind: 'dropped-samples',
      text: `${plural(shift, 'sample')} dropped ${where}: what follows comes ${shift} too early`,
    };
  if (shift !== undefined)
    return {
      kind: 'doubled-samples',
      text: `${plural(-shift, 'sample')} too many ${where}: what follows comes ${-shift} too late`,
    };
  return { kind: 'unknown', text: `Samples change ${where}: shared memory, frames, or the ring of audio` };
}

function resamplerCause(evidence: Evidence): Cause {
  const wrong = evidence.constants.wrong.find(({ of }) => of === 'resampler');
  if (wrong !== undefined)
    return { kind: 'front-end-table', text: `A table of the resampler is another one: ${entry(wrong)}` };
  const shifted = sampleCause(evidence, 'by the resampler');
  if (shifted.kind !== 'unknown') return shifted;
  return {
    kind: 'front-end-code',
    text: 'The resampler’s tables are right: its code (kws_frontend/src/resampler.cpp)',
  };
}

function frameCause({ host, board, constants }: Evidence): Cause {
  const wrong = constants.wrong.filter(({ of }) => of === 'front end');
  if (wrong.length > 0)
    return {
      kind: 'front-end-table',
      text: `A table of the front end is another one: ${wrong.map(entry).join('; ')}`,
    };
  const swap = swapOf(host, board);
  if (swap !== undefined)
    return {
      kind: 'channel-order',
      text: `Channels ${swap[0]} and ${swap[1]} have changed places; all tables are as generated, so it is the front end’s code`,
    };
  const differing = host.flatMap((value, i) => (value === board[i] ? [] : [i]));
  const where =
    differing.length === host.length
      ? 'in every channel'
      : `in ${plural(differing.length, 'channel')} (${differing.slice(0, 8).join(', ')}${differing.length > 8 ? ', …' : ''})`;
  return {
    kind: 'front-end-code',
    text: `The samples and all tables are right, values differ ${where}: the code of the front end (lib/kws_frontend) or its scalar settings in src/kws_config.cpp`,
  };
}

/** Half of a model's constants that are other ones are another model. */
const isOther = ({ wrong, all }: ConstantsReport['models'][number]) =>
  all > 1 && wrong >= Math.max(2, all / 2);

function operatorCause(
  { model, operator = 0, runtime, host, board, constants }: Evidence,
  { models }: Pick<ResolvedProject, 'models'>,
): Cause {
  const config = models[model]!;
  const counts = constants.models[model]!;
  if (isOther(counts))
    return {
      kind: 'other-model',
      text: `Another model of the same shape: ${counts.wrong} of ${counts.all} constants of ${config.name} are other ones`,
    };
  const wrong = constants.wrong.filter(({ of }) => of === model);
  const own = wrong.find(({ name }) => name.startsWith(`operator ${operator} `)) ?? wrong[0];
  if (own !== undefined)
    return { kind: 'weights', text: `Weights of ${config.name} are other ones: ${entry(own)}` };
  const swap = swapOf(host, board);
  if (swap !== undefined)
    return {
      kind: 'channel-order',
      text: `Values ${swap[0]} and ${swap[1]} have changed places; all weights are as generated, so it is the kernel's code`,
    };
  if (runtime !== 'aot')
    return {
      kind: 'kernel',
      text: 'Its inputs and the model file are right: its kernel in TensorFlow Lite Micro’s library',
    };
  const op = config.model.operators.find(({ index }) => index === operator);
  const call = op && lowerModel(config.model)[config.model.operators.indexOf(op)];
  const kernel = call === undefined ? 'its kernel' : `its kernel (lib/kws_kernels, ${call.kernel})`;
  return {
    kind: 'kernel',
    text: `Its inputs and all weights are right: ${kernel}, or its parameters in the generated model`,
  };
}

const outputCause = (name: string): Cause => ({
  kind: 'runtime',
  text: `All operators of ${name} are right: where its output is read from`,
});
