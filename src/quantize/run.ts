/**
 * A float model and clips in; an int8 file, checked against the float model, and what that cost out.
 *
 * Owns: the order of the work. Pure, and deterministic: the same model, clips and options give the same bytes.
 * Leaves to others: clips (`sources/`), ranges (`calibrate.ts`), TensorFlow's rules (`quantize.ts`), the report's
 * parts (`report/`), files (`commands/quantize.ts`).
 */

import { createHash } from 'node:crypto';
import { coreTarget } from '../boards/cores.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { type AudioFrontendSpec, type FrontendSpec, hasIntegerFrames } from '../frontend/spec.js';
import { elementCount } from '../model/elements.js';
import { inspectModel } from '../model/inspect.js';
import type { Model, Tensor } from '../model/types.js';
import { smallWeights } from '../passes/float/dequantize-weights.js';
import { simplifyModel } from '../passes/simplify.js';
import { planModel } from '../plan/plan.js';
import { openModel } from '../readers/read-model.js';
import { writeModel } from '../tflite/build.js';
import { numberKind } from '../verify/int8.js';
import { VERSION } from '../version.js';
import { calibrating } from './calibrate.js';
import { quantizeModel } from './quantize.js';
import { agreementOf, worstClips } from './report/agreement.js';
import { measuring } from './report/measure.js';
import { methodText } from './report/table.js';
import type { EndReport, OutputPair, QuantizationReport, SetReport } from './report/types.js';
import { agreementProblem, sameAnswerProblem, stretchedProblem } from './report/warnings.js';
import { checkClips } from './sources/check.js';
import { type CalibrationSet, calibrationInputs, inferences } from './sources/types.js';
import { atOnce, mapped, type Steps } from './steps.js';
import type { CalibrationOptions, QuantizeOptions, Range } from './types.js';

/** Clips and the paths they came from. */
export interface NamedSet {
  readonly paths: readonly string[];
  readonly set: CalibrationSet;
}

export interface RunOptions extends CalibrationOptions, QuantizeOptions {
  readonly labels?: readonly string[];
  /** What the model was trained with, as far as it is known; it travels in the file. */
  readonly frontend?: FrontendSpec;
  /** How messages call that front end. */
  readonly frontendName?: string;
}

export interface QuantizeRun {
  readonly bytes: Uint8Array;
  /** The file, read again. */
  readonly model: Model;
  /** The float model without what is folded away. */
  readonly float: Model;
  readonly report: QuantizationReport;
  /** Outputs of both models, of the calibration and the held-out clips. */
  readonly outputs: readonly OutputPair[];
}

/** What a micro-frontend's features span, whatever the clips: microWakeWord trains with 0…26. */
const MICRO_INPUT: Range = { min: 0, max: 26 };

/**
 * The float model that can be quantized: one float32 input, one output.
 *
 * @throws KwsError (exit code 2) with the way on, for int8 models too
 */
export function requireFloat(model: Model): Model {
  const kind = numberKind(model);
  const refuse = (problem: Omit<Problem, 'where'>) => inputError({ ...problem, where: model.name });
  if (kind === 'int8')
    throw refuse({
      what: 'is int8 already: there is nothing to quantize',
      next: 'use it as it is: kws-gen init takes it',
    });
  if (kind === 'uint8' || kind === 'int16')
    throw refuse({
      what: `was quantized before, to ${kind}`,
      why: 'what rounding took away does not come back',
      next: 'give the float model it was made from',
    });
  const ends = [
    ['inputs', model.inputs],
    ['outputs', model.outputs],
  ] as const;
  for (const [name, ids] of ends)
    if (ids.length !== 1)
      throw refuse({
        what: `has ${ids.length} ${name}`,
        why: 'a wake-word model has one input, the features, and one output with a probability per label',
        next: `export the model with one of its ${name} only`,
      });
  return model;
}

export function inputTensor(model: Model): Tensor {
  return model.tensors[model.inputs[0]!]!;
}

/** The pinned ranges with the front end's own, unless the input is pinned already. */
function pinnedRanges(
  pinned: Readonly<Record<string, Range>>,
  frontend: FrontendSpec | undefined,
  model: Model,
): Readonly<Record<string, Range>> {
  const hasIntegers = frontend !== undefined && frontend.kind !== 'none' && hasIntegerFrames(frontend);
  if (!hasIntegers || 'input' in pinned || inputTensor(model).name in pinned) return pinned;
  return { ...pinned, input: MICRO_INPUT };
}

/**
 * @param model float, as read; see `requireFloat`
 * @param calibration what ranges are measured on
 * @param holdout what int8 is compared on, too
 * @throws KwsError (exit code 2) with everything that cannot be quantized
 */
export function runQuantizer(
  model: Model,
  calibration: NamedSet,
  options: RunOptions,
  holdout?: NamedSet,
): QuantizeRun {
  return atOnce(quantizing(model, calibration, options, holdout));
}

/** The same step by step: gives what is done at the moment. Arguments and errors as `runQuantizer`. */
export function* quantizing(
  model: Model,
  calibration: NamedSet,
  options: RunOptions,
  holdout?: NamedSet,
): Steps<string, QuantizeRun> {
  const { frontend, frontendName = frontend?.kind ?? 'none', labels = model.labels } = options;
  const float = simplifyModel({
    ...requireFloat(model),
    ...(labels === undefined ? {} : { labels }),
    ...(frontend === undefined || frontend.kind === 'none' ? {} : { frontend }),
  });
  const pinned = pinnedRanges(options.pinned ?? {}, frontend, float);
  const counted = (work: string, set: CalibrationSet) => (done: number) =>
    `${work}, ${done} of ${inferences(set)} inferences`;
  const ranges = yield* mapped(
    calibrating(float, calibrationInputs(calibration.set), { ...options, pinned }),
    counted('measuring ranges', calibration.set),
  );
  const { description, counterparts } = quantizeModel(float, ranges, options);
  const method = options.method ?? 'min-max';
  const bytes = writeModel({
    ...description,
    description: `int8 by kws-gen ${VERSION} from ${model.name} (${model.source.format})`,
    calibration: {
      method: methodText({ method, ...percentileOf(options) }),
      clips: calibration.set.clips.length,
      inputs: inferences(calibration.set),
      ...(Object.keys(pinned).length === 0 ? {} : { pinned }),
      tool: `kws-gen ${VERSION}`,
    },
  });
  const int8 = openModel(bytes, `${model.name}.tflite`);

  const twins = { float, int8, counterparts };
  const compare = (set: CalibrationSet, operators = true) =>
    mapped(measuring(twins, set, operators), counted('comparing int8 with float', set));
  const measured = yield* compare(calibration.set);
  const count = elementCount(int8.tensors[int8.outputs[0]!]!.shape);
  const unnamed = count === 1 ? [model.name] : Array.from({ length: count }, (_, i) => `output ${i}`);
  const names = labels ?? unnamed;
  const held = holdout === undefined ? undefined : yield* compare(holdout.set, false);
  const outputs = [...measured.outputs, ...(held?.outputs ?? [])];
  const report: QuantizationReport = {
    model: model.name,
    format: model.source.format,
    tool: `kws-gen ${VERSION}`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    labels: names,
    frontend: frontendName,
    method,
    ...percentileOf(options),
    pinned,
    input: endReport(inputTensor(int8)),
    output: endReport(int8.tensors[int8.outputs[0]!]!),
    operators: measured.operators,
    calibration: setReport(calibration, measured.outputs),
    ...(holdout === undefined || held === undefined ? {} : { holdout: setReport(holdout, held.outputs) }),
    worst: worstClips(outputs, names),
    size: sizeOf(int8),
    warnings: [
      ...checkClips(calibration.set, inputTensor(float).shape, 'calibration'),
      ...sameAnswerProblem(measured.outputs, names, 'calibration'),
      ...(method === 'min-max' ? stretchedProblem(measured.operators, model.name) : []),
      ...agreementProblem(agreementOf(measured.outputs), 'calibration'),
      ...(held === undefined ? [] : agreementProblem(agreementOf(held.outputs), 'held-out clips')),
      ...labelsProblem(labels, count, model.name),
    ],
    notes: notesOf(model, pinned, options.pinned ?? {}, calibration, holdout),
  };
  return { bytes, model: int8, float, report, outputs };
}

function percentileOf({ percentile }: CalibrationOptions): Pick<CalibrationOptions, 'percentile'> {
  return percentile === undefined ? {} : { percentile };
}

function notesOf(
  model: Model,
  pinned: Readonly<Record<string, Range>>,
  given: Readonly<Record<string, Range>>,
  calibration: NamedSet,
  holdout: NamedSet | undefined,
): readonly string[] {
  const small = smallWeights(model);
  return [
    ...(pinned.input === MICRO_INPUT && given.input === undefined
      ? [
          `input range pinned to ${MICRO_INPUT.min}…${MICRO_INPUT.max}, what the micro front end gives; --pin input=MIN..MAX pins another`,
        ]
      : []),
    ...(small.length === 0
      ? []
      : [
          `its weights were rounded before (${small.length} tensors in ${[...new Set(small.map(({ type }) => type))].join(', ')}): what that cost is not in these numbers`,
        ]),
    ...calibration.set.notes,
    ...(holdout?.set.notes ?? []).map((note) => `held-out: ${note}`),
  ];
}

function labelsProblem(
  labels: readonly string[] | undefined,
  outputs: number,
  where: string,
): readonly Problem[] {
  if (labels !== undefined || outputs === 1) return [];
  return [
    {
      what: `the ${outputs} outputs have no labels`,
      where,
      why: 'the file does not carry them, and whoever uses it has to know their order',
      next: '--labels a,b,… names them, in the order of training',
    },
  ];
}

function endReport({ type, shape, quantization }: Tensor): EndReport {
  if (quantization === undefined) return { type, shape };
  return { type, shape, scale: quantization.scales[0]!, zeroPoint: quantization.zeroPoints[0]! };
}

function setReport({ paths, set }: NamedSet, pairs: Parameters<typeof agreementOf>[0]): SetReport {
  return {
    paths,
    clips: set.clips.length,
    inferences: inferences(set),
    skipped: set.skipped.map(({ where = '', what }) => ({ where, what })),
    agreement: agreementOf(pairs),
  };
}

function sizeOf(model: Model): QuantizationReport['size'] {
  const { totals, fileBytes } = inspectModel(model);
  const plan = planModel(model, coreTarget('cortex-m4f'));
  return {
    fileBytes,
    weightBytes: totals.weightBytes,
    arenaBytes: plan.arena.bytes,
    stateBytes: plan.state.bytes,
    ramBytes: plan.cost.ramBytes,
    macs: totals.macs,
  };
}

/** How a model sees recordings; undefined without a front end. */
export function isAudioFrontend(spec: FrontendSpec | undefined): spec is AudioFrontendSpec {
  return spec !== undefined && spec.kind !== 'none';
}
