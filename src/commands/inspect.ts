/** `kws-gen inspect`: what is in a model, and which boards can run it. */
import { resolve } from 'node:path';
import { type Problem, problemLines } from '../diagnostics/errors.js';
import type { ModelSummary, TensorSummary } from '../model/inspect.js';

import type { FrontendGuess } from '../project/guess.js';
import { table } from '../text/table.js';
import type { Command } from './support/command.js';
import type { Candidate, Needs, Verdict } from './support/inspect-boards.js';
import { boardsOf } from './support/project-options.js';
import { milliseconds, percent } from './support/show-load.js';

export const inspectCommand: Command = {
  name: 'inspect',
  argument: {
    name: 'model',
    required: true,
    description: 'a model (.tflite, Keras, TF.js), or a microWakeWord manifest',
  },
  summary: 'show what is in a model and which boards can run it',
  description:
    'Shows inputs, outputs, operators, multiply-accumulates, parameters and streaming state of a model, what it needs of flash and RAM in the compiled runtime, which front end it was probably trained with, and which boards can run it in which runtime. Of a float model (TF.js, Keras, .tflite) it shows what it will be in int8.',
  examples: ['kws-gen inspect okay_nabu.tflite', 'kws-gen inspect model.tflite --json'],
  options: ['project'],
  async run(options, { out, directory }, argument) {
    const file = resolve(directory, argument!);
    const [{ readModel }, { inspectModel }, { readSource }, { guessFrontend }, { boardsFor }] =
      await Promise.all([
        import('../readers/read-model.js'),
        import('../model/inspect.js'),
        import('../project/source.js'),
        import('../project/guess.js'),
        import('./support/inspect-boards.js'),
      ]);
    const { model } = await readSource(
      file,
      (bytes, name, siblings) => readModel(bytes, name, siblings),
      argument,
    );
    const summary = inspectModel(model);
    const frontend = guessFrontend(model);
    const { isFloatModel, sketchInt8 } = await import('./support/inspect-float.js');
    const int8 = isFloatModel(model) ? sketchInt8(model) : undefined;
    const boards = await boardsOf(options, directory);
    const verdict = boardsFor(int8 !== undefined && 'model' in int8 ? int8.model : model, boards);
    const problems = int8 !== undefined && 'problems' in int8 ? int8.problems : [];
    const become = int8 !== undefined && problems.length === 0;
    out.result(
      {
        t: 'inspect',
        ...summary,
        frontend,
        ...verdict,
        ...(int8 === undefined ? {} : { quantized: become, unquantizable: problems }),
      },
      [
        ...describe(summary),
        '',
        `Front end: ${frontend.candidates.join(' or ') || 'none of kws-gen’s'} (${frontend.reason})`,
        ...(become ? ['', 'A float model. Quantized to int8 it is for:'] : []),
        ...(problems.length === 0 ? [] : ['', 'A float model that cannot be quantized:', ...told(problems)]),
        ...(problems.length === 0 ? describeBoards(verdict) : []),
        ...(become ? ['', nextStep(argument!, frontend)] : []),
      ],
    );
    return 0;
  },
};

const told = (problems: readonly Problem[]): string[] =>
  problems.flatMap((problem) => problemLines(problem).map((line) => `  ${line}`));

function nextStep(file: string, { candidates: [preset], proven }: FrontendGuess): string {
  const frontend = preset !== undefined && proven ? preset : 'PRESET';
  return `Next: kws-gen quantize ${file} --calibrate RECORDINGS --frontend ${frontend}`;
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

function describeBoards({ needs, boards }: Verdict): string[] {
  const refused = refusals(boards);
  const [able, unable] = [boards.filter(runs), boards.filter((board) => !runs(board))];
  return [
    ...(needs === undefined ? [] : [needsText(needs)]),
    '',
    ...(able.length === 0
      ? ['No board can run it.']
      : table(
          ['BOARD', 'RUNTIMES', 'INFERENCE', 'LOAD'],
          able.map(({ board, runtimes, estimate }) => [
            board,
            runtimes.join(' '),
            ...(estimate === undefined
              ? ['-', '-']
              : [
                  `${milliseconds(estimate.ms)} of ${milliseconds(estimate.everyMs)} ms`,
                  percent(estimate.load),
                ]),
          ]),
        )),
    ...(able.some(({ estimate }) => estimate !== undefined)
      ? ['', 'Inference and load are estimates, for the runtime named first and the front end above.']
      : []),
    ...refused.flatMap((line, i) => (i === 0 ? ['', line] : [line])),
    ...(able.length > 0 && unable.length > 0
      ? [`Not on ${unable.map(({ board }) => board).join(', ')}.`]
      : []),
  ];
}

const runs = ({ runtimes }: Candidate): boolean => runtimes.length > 0;

function needsText({ flash, arena, state }: Needs): string {
  return `Compiled (aot): ${count(flash)} bytes of constants, arena ${count(arena)} bytes, state ${count(state)} bytes`;
}

/** Each reason once, with the boards it holds for and the way out. */
function refusals(boards: readonly Candidate[]): string[] {
  const reasons = new Map<string, { readonly on: string[]; readonly next: string | undefined }>();
  for (const { board, refused } of boards)
    for (const { runtime, where, what, next } of refused) {
      const reason = `${runtime}: ${where === undefined || where.startsWith(board) ? '' : `${where}: `}${what}`;
      const known = reasons.get(reason) ?? { on: [], next };
      known.on.push(board);
      reasons.set(reason, known);
    }
  return [...reasons].flatMap(([reason, { on, next }]) => [
    on.length === boards.length ? reason : `${reason} (${on.join(', ')})`,
    ...(next === undefined ? [] : [`  next: ${next}`]),
  ]);
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
