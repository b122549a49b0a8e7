/**
 * One firmware on one virtual board: built, run with instruction counting, and read out.
 *
 * Instructions are counted by the board's timer under QEMU's icount (shift 6): timer ticks at 25 MHz of a
 * virtual clock that advances 64 ns per instruction, so instructions = ticks * 40 / 64 (other machines' counters tick at other rates, which the firmware tells). They are
 * instructions, not cycles: flash wait states and dual issue are not modelled.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type AudioFrontendSpec,
  boardNumbers,
  buildFirmware,
  createHostRun,
  DETECTOR_PRESETS,
  detectorSpec,
  FRONTEND_PRESETS,
  type FrontendPreset,
  type FrontendSpec,
  findBoard,
  frameChannels,
  frameSamples,
  type HelloEvent,
  ICOUNT,
  instructionsOf,
  type Model,
  ModelBuilder,
  openModel,
  openSession,
  type ResolvedBoard,
  type ResolvedProject,
  type Runtime,
  renderProject,
  requireInt8,
  runClip,
  type Session,
  type StatsEvent,
  startVirtual,
  stepMs,
  stopVirtual,
  targetOf,
  VERSION,
  virtualStateFolder,
  writeModel,
  writeProject,
} from 'kws-gen';
import type { Workload } from './workloads.js';

export interface Row {
  readonly workload: string;
  readonly board: string;
  /** What the code was made for. */
  readonly core: string;
  readonly runtime: Runtime;
  /** Mean per inference, or per feature hop. */
  readonly instructions: number;
  /** Bytes of the whole firmware. */
  readonly flash: number;
  /** Bytes of .data and .bss of the whole firmware. */
  readonly ram: number;
  /** Bytes the model's tensors need. */
  readonly arena: number;
}

export interface Setup {
  readonly board: string;
  /** What code is made for, where that is less than the board's core has. */
  readonly code?: 'cortex-m0plus';
  readonly runtime: Runtime;
  /** Where firmware projects are written. */
  readonly folder: string;
  readonly tflmPath?: string;
}

interface Run {
  readonly hello: HelloEvent;
  readonly stats: StatsEvent;
  readonly flash: number;
  readonly ram: number;
}

/** The board, or the same with code for a smaller core. */
function boardOf({ board: id, code }: Setup): ResolvedBoard {
  const board = findBoard(id);
  if (code === undefined) return board;
  const { platformio } = board;
  if (platformio === undefined) throw new Error(`${id} is not built by PlatformIO`);
  const options = { ...platformio.options, 'board_build.cpu': code };
  const smaller = { ...board, core: code, platformio: { ...platformio, options } };
  return { ...smaller, target: targetOf(smaller) };
}

function projectOf(workload: Workload, frontend: FrontendSpec): ResolvedProject {
  const model =
    typeof workload.model === 'string'
      ? openModel(readFileSync(workload.model), basename(workload.model))
      : workload.model;
  const outputs = model.tensors[model.outputs[0]!]!.shape.reduce((product, size) => product * size, 1);
  const labels = Array.from({ length: outputs }, (_, i) => `label${i}`);
  const detector = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop: 1 }, [0]);
  return {
    name: workload.name,
    frontend,
    models: [{ name: workload.name, model: requireInt8(model), labels, detector, hop: 1 }],
  };
}

async function onBoard(
  project: ResolvedProject,
  setup: Setup,
  work: (session: Session, memory: string) => Promise<void>,
): Promise<Run> {
  const { board, code, runtime, tflmPath } = setup;
  const folder = join(setup.folder, [project.name, board, code, runtime].filter(Boolean).join('-'));
  const options = tflmPath === undefined ? {} : { tflmPath };
  writeProject(
    renderProject({ project, board: boardOf(setup), runtime, toolVersion: VERSION, options }),
    folder,
  );
  const report = await buildFirmware(folder, board, { virtual: true });
  const state = await startVirtual(folder, board, { icount: ICOUNT });
  const session = await openSession(state.pty);
  try {
    const hello = await session.hello();
    await session.command('reset');
    await work(session, state.memory);
    return { hello, stats: await session.stats(), flash: report.flash.used, ram: report.ram.used };
  } finally {
    await session.close();
    await stopVirtual(virtualStateFolder(folder, board));
  }
}

/** Instructions per inference over the workload's inputs; its outputs are checked where they are known. */
export async function measureModel(workload: Workload, setup: Setup): Promise<Row> {
  const project = projectOf(workload, FRONTEND_PRESETS.none);
  const run = await onBoard(project, setup, async (session) => {
    for (const [i, input] of workload.inputs.entries()) {
      const { q } = await session.input(0, input);
      const expected = workload.expected?.[i];
      if (expected !== undefined && q.join() !== expected.join()) {
        throw new Error(`${workload.name}, input ${i}: the board says ${q}, the golden run ${expected}`);
      }
    }
  });
  const model = run.stats.models[0]!;
  return {
    workload: workload.name,
    board: setup.board,
    core: boardOf(setup).core,
    runtime: setup.runtime,
    instructions: instructionsOf(model.sum, run.stats.tps, model.n),
    flash: run.flash,
    ram: run.ram,
    arena: run.hello.models[0]!.used,
  };
}

/** How a model listens where its window slides. */
export interface Sliding {
  /** Of the row. */
  readonly name: string;
  readonly frontend: AudioFrontendSpec;
  /** Feature steps. */
  readonly hop: number;
  /** At the front end's rate. */
  readonly clip: Int16Array;
}

/** The raw outputs that a board says of a clip, in turn. */
async function scoresOf(session: Session, clip: Int16Array, memory: string): Promise<string[]> {
  const scores: string[] = [];
  const listening = (async () => {
    for await (const event of session) {
      if (event.t === 'score') scores.push(event.q.join());
      if (event.t === 'end') return;
    }
  })();
  await session.play({ name: 'clip', samples: clip }, { link: { file: memory } });
  await listening;
  return scores;
}

/**
 * Instructions per hop over a clip, where a hop computes only what is new. The first inferences are whole: a clip is
 * played in part and then all of it, and the rest is what the second has more. Every score is compared with the
 * host's, which computes whole windows.
 */
export async function measureSliding(workload: Workload, sliding: Sliding, setup: Setup): Promise<Row> {
  const { name, frontend, hop, clip } = sliding;
  const whole = projectOf(workload, frontend);
  const models = whole.models.map((entry) => ({ ...entry, hop, incremental: 'on' as const }));
  const project = { ...whole, name, models };
  const board = boardOf(setup);
  const host = runClip(createHostRun(project, boardNumbers(board, frontend)), clip);
  const expected = host.flatMap((event) => (event.t === 'score' ? [event.q.join()] : []));
  const part = clip.subarray(0, Math.round(0.6 * clip.length));
  let first: StatsEvent | undefined;
  const run = await onBoard(project, setup, async (session, memory) => {
    for (const samples of [part, clip]) {
      const scores = await scoresOf(session, samples, memory);
      const wrong = scores.findIndex((score, i) => score !== expected[i]);
      if (wrong >= 0) throw new Error(`${name}, inference ${wrong}: not the host's ${expected[wrong]}`);
      first ??= await session.stats();
    }
  });
  const [some, all] = [first!.models[0]!, run.stats.models[0]!];
  const hops = all.n - some.n;
  if (all.n !== expected.length || some.n < 3 || hops < 3) throw new Error(`${name}: ${all.n} inferences`);
  return {
    workload: name,
    board: setup.board,
    core: board.core,
    runtime: setup.runtime,
    instructions: instructionsOf(all.sum - some.sum, run.stats.tps, hops),
    flash: run.flash,
    ram: run.ram,
    arena: run.hello.models[0]!.used,
  };
}

/** What a front end costs: by itself, beside the same firmware without it. */
export interface FrontendRow {
  readonly frontend: FrontendPreset;
  readonly board: string;
  readonly arithmetic: 'integer' | 'float32' | 'fixed';
  /** Per hop: samples to one frame. Mean. */
  readonly hop: number;
  /** Per inference: a window of frames to the model's input, normalised and quantized. Mean. */
  readonly window: number;
  /** Samples of a hop, and how often it is due. */
  readonly stepMs: number;
  /** Bytes that the firmware has more than without a front end, the ring of features included. */
  readonly flash: number;
  readonly ram: number;
}

/** A second of frames into one fully connected layer: a model that fits the front end and costs little. */
function listener(frontend: AudioFrontendSpec): Model {
  const { window, step } = frameSamples(frontend);
  const frames = Math.floor((frontend.sampleRate - window) / step) + 1;
  const size = frames * frameChannels(frontend);
  const builder = new ModelBuilder('listener');
  const input = builder.input('input', [1, size], { scale: 0.1, zeroPoint: 0 });
  const weights = builder.constant('weights', 'int8', [1, size], new Array(size).fill(1), { scale: 0.01 });
  const sum = { name: 'sum', type: 'int8', shape: [1, 1], scale: 1, zeroPoint: 0 } as const;
  const y = builder.add('FULLY_CONNECTED', [input, weights, -1], sum, {
    activation: 'NONE',
    keepNumDims: false,
  });
  const output = { name: 'output', type: 'int8', shape: [1, 1], scale: 1 / 256, zeroPoint: -128 } as const;
  const bytes = writeModel(builder.build([builder.add('LOGISTIC', [y], output, {})]));
  return openModel(bytes, 'listener.tflite');
}

/** Instructions of a preset over a clip at its own rate, and what it takes of flash and RAM. */
export async function measureFrontend(
  preset: Exclude<FrontendPreset, 'none'>,
  clip: (rate: number) => Int16Array,
  setup: Setup,
): Promise<FrontendRow> {
  const frontend: AudioFrontendSpec = FRONTEND_PRESETS[preset];
  const model = requireInt8(listener(frontend));
  const detector = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop: 1 }, [0]);
  const models = [{ name: 'listener', model, labels: ['label'], detector, hop: 1 }];
  const name = `frontend-${preset}`;
  const none = FRONTEND_PRESETS.none;
  const without = await onBoard({ name: `${name}-none`, frontend: none, models }, setup, async () => {});
  const run = await onBoard({ name, frontend, models }, setup, async (session, memory) => {
    await session.play({ name: 'hop', samples: clip(frontend.sampleRate) }, { link: { file: memory } });
  });
  const { hop, input, tps } = run.stats;
  const { arithmetic } = boardNumbers(findBoard(setup.board), frontend);
  return {
    frontend: preset,
    board: setup.board,
    arithmetic: frontend.kind === 'micro' || arithmetic === 'float64' ? 'integer' : arithmetic,
    hop: instructionsOf(hop.sum, tps, hop.n),
    window: instructionsOf(input.sum, tps, input.n),
    stepMs: Math.round(stepMs(frontend) * 10) / 10,
    flash: run.flash - without.flash,
    ram: run.ram - without.ram,
  };
}

/** Instructions per feature hop over a clip: the front end alone, whatever model stands behind it. */
export async function measureHop(workload: Workload, clip: Int16Array, setup: Setup): Promise<Row> {
  const project = { ...projectOf(workload, FRONTEND_PRESETS['micro-wake-word']), name: 'microfrontend_hop' };
  const run = await onBoard(project, setup, async (session, memory) => {
    await session.play({ name: 'hop', samples: clip }, { link: { file: memory } });
  });
  return {
    workload: 'microfrontend_hop',
    board: setup.board,
    core: boardOf(setup).core,
    runtime: setup.runtime,
    instructions: instructionsOf(run.stats.hop.sum, run.stats.tps, run.stats.hop.n),
    flash: run.flash,
    ram: run.ram,
    arena: 0,
  };
}
