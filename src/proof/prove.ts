/**
 * The same clips on the host and on a board: every value on the way is compared, and the first one that differs is
 * named with its likely cause.
 *
 * Owns: the order of questions. Leaves to others: the host's values (`host-trace.ts`), the board's (`board.ts`),
 * comparing them (`compare.ts`), reasons (`cause.ts`), starting boards (`targets/`).
 */
import type { BoardNumbers } from '../boards/board-arithmetic.js';
import type { ResolvedBoard } from '../boards/types.js';
import { planWindows } from '../emit/incremental.js';
import { generatedConstants } from '../emit/traced.js';
import type { ResolvedProject } from '../project/types.js';
import type { HelloEvent } from '../protocol/events.js';
import { firmwareDifferences, otherModels } from '../targets/same-firmware.js';
import { joined, type TracedBoard } from './board.js';
import { causeOf } from './cause.js';
import { type Found, type OperatorRecords, TraceComparison } from './compare.js';
import { type ConstantsReport, compareConstants, valuesOf } from './constants.js';
import { decisionDifference } from './decisions.js';
import { HostTrace } from './host-trace.js';
import {
  BLOCK_SAMPLES,
  type Place,
  type ProofDifference,
  type ProofReport,
  type StageCount,
} from './types.js';

/** A clip at the rate the board takes. */
export interface ProofClip {
  readonly name: string;
  readonly samples: Int16Array;
}

export interface ProofSubject {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly numbers: BoardNumbers;
  /** Version of the tool that made the firmware. */
  readonly toolVersion: string;
}

export interface ProofOptions {
  /** Told before each clip. */
  readonly progress?: (clip: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * @param board runs firmware of the project that was rendered with `trace`
 * @throws KwsError (exit code 3) where the board goes away, or what it tells does not arrive whole
 */
export async function prove(
  subject: ProofSubject,
  board: TracedBoard,
  clips: readonly ProofClip[],
  { progress, signal }: ProofOptions = {},
): Promise<ProofReport> {
  const { hello } = board;
  const counts = new Map<StageCount['stage'], number>();
  let [played, audioSeconds] = [0, 0];
  const count = (stage: StageCount['stage'], more: number) => {
    if (more > 0) counts.set(stage, (counts.get(stage) ?? 0) + more);
  };
  const report = (difference: ProofDifference | undefined): ProofReport => ({
    board: hello.board,
    runtime: hello.runtime,
    build: hello.build,
    tool: hello.tool,
    through: board.through,
    equal: difference === undefined,
    clips: played,
    audioSeconds,
    stages: [...counts].map(([stage, compared]) => ({ stage, compared })),
    ...(difference === undefined ? {} : { difference }),
  });
  const other = identityDifference(hello, subject);
  count('firmware', 1);
  if (other !== undefined) return report(other);
  const constants = await compareConstants(
    board,
    generatedConstants(subject.project, subject.board, hello.runtime),
  );
  const expected = operatorRecords(subject, hello);
  for (const { name, samples } of clips) {
    signal?.throwIfAborted();
    progress?.(name);
    const host = new HostTrace(subject.project, subject.numbers, samples);
    const comparison = new TraceComparison(host, expected, board.hello.board);
    const said = await board.play(name, samples, (record) => comparison.take(record));
    played++;
    audioSeconds += samples.length / subject.numbers.captureRate;
    const own = host.said();
    comparison.end(host.steps);
    for (const [stage, compared] of Object.entries(comparison.counts))
      count(stage as StageCount['stage'], compared);
    count('decision', comparison.found === undefined ? own.scores.length : 0);
    const context = { subject, board, clip: { name, samples }, constants };
    const decided = decisionDifference(own, said, subject.project);
    const found = comparison.found;
    const foundMs = host.msOf(found?.item?.step ?? host.steps);
    const before = decided?.ms !== undefined && decided.ms < foundMs;
    if (found !== undefined && !before)
      return report({ ...(await located(found, context)), ...msIn(found, host) });
    if (decided !== undefined) return report({ ...decided, clip: name });
  }
  count('constant', constants.compared);
  return report(constantDifference(constants, subject.project));
}

/** Per model: records of a whole inference and of one at a hop. */
function operatorRecords({ project, board }: ProofSubject, { runtime }: HelloEvent): OperatorRecords {
  if (runtime !== 'aot')
    return project.models.map(({ model: { operators } }) => [
      operators.reduce((sum, { outputs }) => sum + outputs.length, 0),
    ]);
  return planWindows(project, board).map(({ plan: { steps, sliding } }) =>
    [steps, sliding?.steps ?? steps].map((all) => all.reduce((sum, { results }) => sum + results.length, 0)),
  );
}

/** What the hello says of another tool, model or front end. */
function identityDifference(
  hello: HelloEvent,
  { project, board, toolVersion }: ProofSubject,
): ProofDifference | undefined {
  const place = { stage: 'firmware' } as const;
  for (const { name, model } of project.models) {
    const there = hello.models.find(({ m }) => m === name)?.model ?? null;
    if (there !== model.source.sha256)
      return {
        ...place,
        model: name,
        host: model.source.sha256.slice(0, 12),
        board: there?.slice(0, 12) ?? null,
        cause: {
          kind: 'other-model',
          text: `The board has another model in the place of ${name} (SHA-256 of its file)`,
        },
      };
  }
  if (hello.tool !== toolVersion)
    return {
      ...place,
      host: toolVersion,
      board: hello.tool,
      cause: {
        kind: 'tool-version',
        text: `Another version of kws-gen made the firmware: flash it anew with ${toolVersion}`,
      },
    };
  const [problem] = [...firmwareDifferences(hello, project), ...otherModels(hello, project)];
  if (problem !== undefined)
    return {
      ...place,
      host: 'the project',
      board: problem.why ?? 'another',
      cause: {
        kind: problem.what.includes('front end') ? 'other-front-end' : 'other-firmware',
        text: `${problem.what[0]!.toUpperCase()}${problem.what.slice(1)}`,
      },
    };
  if (hello.board === board.id) return undefined;
  return {
    ...place,
    host: board.id,
    board: hello.board,
    cause: { kind: 'other-firmware', text: 'The firmware was made for another board' },
  };
}

/** Audio time of what differs; of samples it is in their number. */
function msIn({ record, item }: Found, host: HostTrace): { readonly ms?: number } {
  if (item === undefined || record.stage === 'samples' || record.stage === 'resampled') return {};
  return { ms: host.msOf(item.step) };
}

interface Context {
  readonly subject: ProofSubject;
  readonly board: TracedBoard;
  readonly clip: ProofClip;
  readonly constants: ConstantsReport;
}

/** The clip again as far as needed, for the values of what differs. */
async function located({ record, item }: Found, context: Context): Promise<ProofDifference> {
  const { subject, board, clip, constants } = context;
  const place = placeOf({ record, item }, context);
  const isSamples = record.stage === 'samples' || record.stage === 'resampled';
  const own = item === undefined ? [] : isSamples ? twoBlocks(record, context) : numbersOf(item.values);
  const like = (isSamples ? new Int16Array(0) : item?.values) ?? new Uint8Array(0);
  const until = clip.samples.subarray(0, (item?.at ?? clip.samples.length) + 4 * BLOCK_SAMPLES);
  const told = record.data !== undefined && !isSamples ? [record] : await board.values(record, until);
  const parts = isSamples
    ? told.map((part) => ({
        ...part,
        offset: part.offset + (part.number - record.number) * 2 * BLOCK_SAMPLES,
      }))
    : told.filter(({ number }) => number === record.number);
  const bytes = joined(parts);
  // Of an operator at a hop only rows are told: those that are not count as right.
  const all = isSamples || item === undefined ? valuesOf(like, bytes) : filledIn(own, like, bytes, parts);
  const index = all.findIndex((value, i) => i < own.length && !Object.is(value, own[i]));
  const differing = all.filter((value, i) => !Object.is(value, own[i])).length;
  const evidence = {
    stage: record.stage,
    model: record.model,
    operator: record.id,
    runtime: board.hello.runtime,
    host: own,
    board: all,
    constants,
  };
  if (item !== undefined && index < 0 && all.length >= own.length)
    return {
      ...place,
      host: null,
      board: null,
      cause: {
        kind: 'not-repeatable',
        text: 'The board computed it differently the first time and rightly the second: memory that is not initialised, a race, or an unstable supply',
      },
    };
  return {
    ...place,
    ...(index < 0 ? {} : { index: isSamples ? record.number * BLOCK_SAMPLES + index : index }),
    ...(isSamples ? {} : { differing, of: own.length }),
    host: index < 0 ? (own[all.length] ?? null) : own[index]!,
    board: index < 0 ? null : all[index]!,
    cause: causeOf(evidence, subject.project),
  };
}

const numbersOf = (values: ArrayLike<number | bigint>): readonly number[] => Array.from(values, Number);

/** Of samples the block after it, too: where some are missing, others move up. */
function twoBlocks(
  record: Found['record'],
  { subject: { project, numbers }, clip }: Context,
): readonly number[] {
  const host = new HostTrace(project, numbers, clip.samples);
  const blocks = [record.number, record.number + 1].map((number) => host.find({ ...record, number }));
  return blocks.flatMap((block) => numbersOf(block?.values ?? []));
}

function filledIn(
  own: readonly number[],
  like: { readonly BYTES_PER_ELEMENT: number },
  bytes: Uint8Array,
  parts: readonly { readonly offset: number; readonly bytes: number }[],
): readonly number[] {
  const there = valuesOf(like, bytes);
  const size = like.BYTES_PER_ELEMENT;
  const told = (i: number) =>
    parts.some(({ offset, bytes: n }) => i * size >= offset && i * size < offset + n);
  return own.map((value, i) => (told(i) ? there[i]! : value));
}

function placeOf({ record }: Found, { subject: { project }, clip }: Context): Place {
  const { stage, model, number, id, output } = record;
  const isModel = stage !== 'samples' && stage !== 'resampled' && stage !== 'frame';
  const op =
    stage === 'operator'
      ? project.models[model]!.model.operators.find(({ index }) => index === id)
      : undefined;
  return {
    stage,
    clip: clip.name,
    number,
    ...(isModel ? { model: project.models[model]!.name } : {}),
    ...(stage === 'operator' ? { operator: { index: id, kind: op?.kind ?? 'unknown', output } } : {}),
  };
}

/** Constants that are wrong, though no value of the clips was. */
function constantDifference(
  { wrong }: ConstantsReport,
  { models }: ResolvedProject,
): ProofDifference | undefined {
  const [first] = wrong;
  if (first === undefined) return undefined;
  const { of, name, index, host, board, differing, entries } = first;
  const model = typeof of === 'number' ? models[of]!.name : undefined;
  return {
    stage: 'constant',
    ...(model === undefined ? {} : { model }),
    constant: typeof of === 'number' ? name : `${of} ${name}`,
    index,
    differing,
    of: entries,
    host,
    board,
    cause: {
      kind: typeof of === 'number' ? 'weights' : 'front-end-table',
      text: 'No value of these clips depends on it, but it is not what was generated',
    },
  };
}
