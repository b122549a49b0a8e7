/**
 * The host's own run of a project: PCM in, the score, detect and end events out that a device must send.
 *
 * Owns: when a model runs and what it sees, in the order of a feature step; the C++ twin is
 * templates/lib/kws_app (Pipeline).
 * Leaves to others: the arithmetic (`frontend/`, `reference/`, `detector/`), judging the result.
 */
import type { BoardNumbers } from '../boards/board-arithmetic.js';
import { createDetector, type Detector } from '../detector/detector.js';
import { type OutputFormat, outputFormat, probabilityByte } from '../detector/probability.js';
import { inputError } from '../diagnostics/errors.js';
import { createFrontend, type Frame, type Frontend } from '../frontend/frontend.js';
import { modelInput } from '../frontend/input.js';
import { transposed } from '../frontend/layout.js';
import { createResampler } from '../frontend/resample/resampler.js';
import { normalizesWindow } from '../frontend/spec.js';
import { isTransposed } from '../model/fit.js';
import type { Operator, Tensor } from '../model/types.js';
import type { ResolvedModel, ResolvedProject } from '../project/types.js';
import type { DetectEvent, EndEvent, ScoreEvent } from '../protocol/events.js';
import { createEngine, type Engine, type TypedArray } from '../reference/engine.js';
import { requireInt8 } from '../verify/int8.js';

export type HostEvent = ScoreEvent | DetectEvent | EndEvent;

export interface HostRun {
  /** Everything back to its state after start. */
  reset(): void;
  /** Takes mono samples at the capture rate, in pieces of any size. */
  push(samples: Int16Array): HostEvent[];
  /** The `end` of a clip: what was consumed since the last reset. */
  end(): EndEvent;
}

/** Looks on while a run computes. */
export interface HostObserver {
  /** Samples at the front end's rate, where they are captured at another. */
  resampled?(samples: Int16Array): void;
  /** A frame of features, one per feature step. */
  frame?(frame: Frame): void;
  /**
   * An inference of any model, the gate too, before its detector takes it.
   * @param model index in the project's models
   * @param probabilities one 0…255 per output
   */
  inference?(model: number, probabilities: readonly number[]): void;
  /** What a model is given, what each of its operators makes of it, and what comes out. */
  input?(model: number, values: TypedArray): void;
  operator?(model: number, operator: Operator, outputs: readonly TypedArray[]): void;
  output?(model: number, values: TypedArray): void;
  /** Means of a detector, 0…1 in four decimals, once it has taken an inference. */
  smoothed?(model: number, means: readonly number[]): void;
}

/** The same for one model. */
type ModelObserver = {
  readonly [K in 'inference' | 'input' | 'output' | 'smoothed' | 'operator']: NonNullable<
    HostObserver[K]
  > extends (model: number, ...rest: infer Rest) => void
    ? (...rest: Rest) => void
    : never;
};

function modelObserver(observer: HostObserver, model: number): ModelObserver {
  return {
    inference: (values) => observer.inference?.(model, values),
    input: (values) => observer.input?.(model, values),
    operator: (operator, outputs) => observer.operator?.(model, operator, outputs),
    output: (values) => observer.output?.(model, values),
    smoothed: (means) => observer.smoothed?.(model, means),
  };
}

type FeatureType = 'int8' | 'uint8' | 'float32';

interface Runner {
  readonly config: ResolvedModel;
  readonly frontend: Frontend;
  readonly engine: Engine;
  readonly detector: Detector;
  /** Feature frames of one input. */
  readonly frames: number;
  /** Frames as the model takes them, the newest last; without one they wait for their window. */
  readonly ready: Int8Array | Uint8Array | Float32Array | undefined;
  readonly input: Tensor;
  /** Whether the input is [channels, frames]. */
  readonly transposed: boolean;
  readonly output: OutputFormat;
  readonly isGate: boolean;
  readonly observe: ModelObserver;
  untilRun: number;
}

/**
 * @param numbers of the board that is compared with (`boardNumbers`): the arithmetic of its front end, and the
 *   rate of the audio; single precision at the front end's own rate unless given
 * @throws KwsError (exit code 2) where the project has no front end, or a model is not int8 or does not fit it
 */
export function createHostRun(
  project: ResolvedProject,
  numbers: Partial<BoardNumbers> = {},
  observer: HostObserver = {},
): HostRun {
  const spec = project.frontend;
  if (spec.kind === 'none') {
    throw inputError({
      what: 'the project has no front end, so audio cannot be played to it',
      where: 'kws.json, frontend',
      next: "choose a front end (see 'kws-gen init --help') or push inputs to a device instead",
    });
  }
  for (const { model } of project.models) requireInt8(model);
  const { sampleRate } = spec;
  const frontend = createFrontend(spec, numbers.arithmetic);
  const { captureRate = sampleRate } = numbers;
  const resampler = captureRate === sampleRate ? undefined : createResampler(captureRate, sampleRate);
  const runners = project.models.map((config, index) =>
    createRunner(config, frontend, project.gate === config.name, {
      ...modelObserver(observer, index),
      traces: observer.operator !== undefined,
    }),
  );
  const history: Frame[] = [];
  const depth = Math.max(...runners.map(({ ready, frames }) => (ready === undefined ? frames : 1)));
  let samples = 0;
  let steps = 0;
  let scores = 0;
  let detections = 0;

  const run: HostRun = {
    reset() {
      frontend.reset();
      resampler?.reset();
      history.length = 0;
      samples = steps = scores = detections = 0;
      for (const runner of runners) {
        runner.engine.reset();
        runner.detector.reset();
        runner.untilRun = runner.frames;
      }
    },
    push(pcm) {
      samples += pcm.length;
      const heard = resampler?.push(pcm) ?? pcm;
      if (resampler !== undefined) observer.resampled?.(heard);
      return frontend.push(heard).flatMap(featureStep);
    },
    end: () => ({ kws: 1, t: 'end', samples, scores, detections }),
  };

  function featureStep(frame: Frame): HostEvent[] {
    const events: HostEvent[] = [];
    steps++;
    observer.frame?.(frame);
    history.push(frame);
    if (history.length > depth) history.shift();
    const newest = (steps - 1) * frontend.stepSamples + frontend.windowSamples;
    const ms = Math.floor((newest * 1000) / sampleRate);
    for (const runner of runners) {
      append(runner, frame);
      if (--runner.untilRun === 0) {
        runner.untilRun = runner.config.hop;
        const score = infer(runner, history, ms);
        if (!runner.isGate) events.push(score);
      }
      runner.detector.step();
    }
    const gateOpen = runners.find((runner) => runner.isGate)?.detector.open() ?? true;
    for (const { config, detector, isGate } of runners) {
      const heard = isGate ? undefined : detector.decide(gateOpen);
      if (heard === undefined) continue;
      events.push({
        kws: 1,
        t: 'detect',
        m: config.name,
        label: config.labels[heard.label]!,
        ms,
        p: heard.p,
      });
    }
    scores += events.filter((event) => event.t === 'score').length;
    detections += events.filter((event) => event.t === 'detect').length;
    return events;
  }

  run.reset();
  return run;
}

/** Runs a whole clip from reset. */
export function runClip(run: HostRun, pcm: Int16Array): HostEvent[] {
  run.reset();
  return [...run.push(pcm), run.end()];
}

function createRunner(
  config: ResolvedModel,
  frontend: Frontend,
  isGate: boolean,
  observe: ModelObserver & { readonly traces: boolean },
): Runner {
  const { model } = config;
  const input = model.tensors[model.inputs[0]!]!;
  const output = model.tensors[model.outputs[0]!]!;
  const elements = input.shape.reduce((product, size) => product * size, 1);
  const arrays = { int8: Int8Array, uint8: Uint8Array, float32: Float32Array } as const;
  const inputType = featureType(config.name, input);
  return {
    config,
    frontend,
    engine: createEngine(model, observe.traces ? { trace: observe.operator } : {}),
    detector: createDetector(config.detector, config.labels.length),
    frames: elements / frontend.channels,
    ready: normalizesWindow(frontend.spec) ? undefined : new arrays[inputType](elements),
    input,
    transposed: isTransposed(input, frontend.channels),
    output: { ...outputFormat(output), type: featureType(config.name, output) },
    isGate,
    observe,
    untilRun: 0,
  };
}

function featureType(where: string, tensor: Tensor): FeatureType {
  const { type } = tensor;
  if (type === 'int8' || type === 'uint8' || type === 'float32') return type;
  throw inputError({
    what: `tensor '${tensor.name}' is ${type}; inputs and outputs are int8, uint8 or float32`,
    where,
    next: 'convert the model with int8 inputs and outputs',
  });
}

/** A frame that needs no other is converted once, not in every window that it is in. */
function append({ ready, frontend, input }: Runner, frame: Frame): void {
  if (ready === undefined) return;
  const newest = modelInput(frontend.spec, [frame], input, frontend.arithmetic);
  ready.copyWithin(0, newest.length);
  ready.set(newest, ready.length - newest.length);
}

function infer(runner: Runner, history: readonly Frame[], ms: number): ScoreEvent {
  const { config, frontend, engine, detector, frames, ready, output: format, observe } = runner;
  const { spec, arithmetic } = frontend;
  const window = ready ?? modelInput(spec, history.slice(-frames), runner.input, arithmetic);
  const input = runner.transposed ? transposed(window, frontend.channels) : window;
  observe.input(input);
  const [output] = engine.invoke([input]);
  observe.output(output!);
  const values = Array.from(output as Exclude<TypedArray, BigInt64Array>);
  const probabilities = values.map((value) => probabilityByte(format, value));
  observe.inference(probabilities);
  detector.infer(probabilities);
  const means = values.map((_, index) => detector.p(index));
  observe.smoothed(means);
  return {
    kws: 1,
    t: 'score',
    m: config.name,
    n: detector.inferences,
    ms,
    q: format.type === 'float32' ? probabilities : values,
    p: means,
  };
}
