/** `kws-gen inspect`: what is in a model, and which boards can run it. */
import { basename, resolve } from 'node:path';
import type { ResolvedBoard } from '../boards/index.js';
import type { ModelSummary, TensorSummary } from '../model/inspect.js';
import type { Model } from '../model/types.js';
import type { Runtime } from '../project/types.js';
import { table } from '../terminal/table.js';
import type { Command } from './command.js';

export const inspectCommand: Command = {
  name: 'inspect',
  argument: { name: 'model', required: true, description: 'a .tflite file' },
  summary: 'show what is in a model and which boards can run it',
  description:
    'Shows inputs, outputs, operators, multiply-accumulates, parameters and streaming state of a model, what it needs of flash and RAM in the compiled runtime, and which boards can run it in which runtime.',
  examples: ['kws-gen inspect okay_nabu.tflite', 'kws-gen inspect model.tflite --json'],
  options: [],
  async run(_, { out, directory }, argument) {
    const file = resolve(directory, argument!);
    const [{ openModel }, { inspectModel }, { readBounded, LARGEST_MODEL }] = await Promise.all([
      import('../readers/index.js'),
      import('../model/inspect.js'),
      import('../project/files.js'),
    ]);
    const model = openModel(await readBounded(file, LARGEST_MODEL, argument), basename(file));
    const summary = inspectModel(model);
    const needs = await needsOf(model);
    const boards = await boardsFor(model, needs);
    out.result({ t: 'inspect', ...summary, needs, boards }, [
      ...describe(summary),
      '',
      ...describeNeeds(needs, boards),
    ]);
    return 0;
  },
};

/** Of the compiled runtime: bytes of constants, arena and state, without code. */
interface Needs {
  readonly flash: number;
  readonly arena: number;
  readonly state: number;
}

interface Candidate {
  readonly board: string;
  readonly runtimes: readonly Runtime[];
}

/** Undefined where the compiled runtime cannot compute the model. */
async function needsOf(model: Model): Promise<Needs | undefined> {
  const [{ unsupportedOperators }, { planModel }, { requireInt8 }] = await Promise.all([
    import('../passes/support.js'),
    import('../plan/plan.js'),
    import('../passes/int8.js'),
  ]);
  if (unsupportedOperators(model, 'aot').length > 0) return undefined;
  try {
    requireInt8(model);
  } catch {
    return undefined;
  }
  const { arena, state, cost } = planModel(model);
  return { flash: cost.constantBytes, arena: arena.bytes, state: state.bytes };
}

/** The boards that have room for the model's own bytes; code and buffers come on top. */
async function boardsFor(model: Model, needs: Needs | undefined): Promise<readonly Candidate[]> {
  const [{ loadBoards }, { supportingRuntimes }] = await Promise.all([
    import('../boards/index.js'),
    import('../passes/support.js'),
  ]);
  const runtimes = supportingRuntimes(model);
  const fits = (board: ResolvedBoard, runtime: Runtime): boolean => {
    if (runtime === 'tflm') return board.tflm !== null && model.source.bytes.length < board.flashBytes;
    return (
      needs !== undefined && needs.flash < board.flashBytes && needs.arena + needs.state < board.ramBytes
    );
  };
  return [...loadBoards().values()].flatMap((board) => {
    const usable = runtimes.filter((runtime) => fits(board, runtime));
    return usable.length === 0 ? [] : [{ board: board.id, runtimes: usable }];
  });
}

function describe(model: ModelSummary): string[] {
  const { totals } = model;
  return [
    `${model.name}: ${model.operators.length} operators, ${count(totals.macs)} multiply-accumulates, ${count(totals.parameters)} parameters`,
    `  file ${count(model.fileBytes)} bytes, weights ${count(totals.weightBytes)} bytes, sha256 ${model.sha256.slice(0, 16)}…`,
    ...(model.description === undefined ? [] : [`  ${model.description}`]),
    ...model.inputs.map((tensor) => `  input  ${tensorText(tensor)}`),
    ...model.outputs.map((tensor) => `  output ${tensorText(tensor)}`),
    ...(model.labels === undefined ? [] : [`  labels ${model.labels.join(', ')}`]),
    ...(model.variables.length === 0
      ? []
      : [
          `  state  ${model.variables.length} variables, ${count(totals.stateBytes)} bytes: a streaming model`,
        ]),
    '',
    ...table(
      ['#', 'OPERATOR', 'MACS', 'INPUT', 'OUTPUT'],
      model.operators.map(({ index, name, macs, inputShapes, outputShapes }) => [
        String(index),
        name,
        macs === 0 ? '-' : count(macs),
        shape(inputShapes[0]),
        outputShapes.map(shape).join(' ') || '-',
      ]),
    ),
  ];
}

function describeNeeds(needs: Needs | undefined, boards: readonly Candidate[]): string[] {
  const head =
    needs === undefined
      ? 'The compiled runtime (aot) cannot compute this model.'
      : `Compiled (aot): ${count(needs.flash)} bytes of constants, arena ${count(needs.arena)} bytes, state ${count(needs.state)} bytes.`;
  if (boards.length === 0) return [head, 'No board can run it.'];
  return [
    head,
    '',
    ...table(
      ['BOARD', 'RUNTIMES'],
      boards.map(({ board, runtimes }) => [board, runtimes.join(' ')]),
    ),
  ];
}

const count = (value: number): string => value.toLocaleString('en');
const shape = (dimensions: readonly number[] | undefined): string =>
  dimensions === undefined ? '-' : `[${dimensions.join(',')}]`;

function tensorText({ type, shape: dimensions, quantization, name }: TensorSummary): string {
  const scale =
    quantization !== undefined && 'scale' in quantization
      ? ` scale ${Number(quantization.scale.toPrecision(7))} zero point ${quantization.zeroPoint}`
      : '';
  return `${type}${shape(dimensions)}${scale} (${name})`;
}
