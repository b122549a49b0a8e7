/**
 * The detector anew over probabilities that are recorded: what a project would have heard under any setting,
 * without running a model.
 *
 * Owns: when inferences and steps come, in the order of `host-run.ts`, and which stretches of a recording
 * cannot matter. Leaves to others: the rule itself (`detector/`), settings (`grid.ts`), counting (`count.ts`).
 */
import { cutoffByte } from '../../detector/check.js';
import { createDetector, type Detector } from '../../detector/detector.js';
import type { DetectorSpec } from '../../detector/spec.js';
import { frameChannels, frameSamples } from '../../frontend/spec.js';
import { elements } from '../../model/fit.js';
import type { Recording, RunningProject } from '../record/types.js';

/** When a model runs, and what it says. */
export interface Channel {
  /** Index in the project's models, and in a recording's probabilities. */
  readonly index: number;
  /** Feature step of the first inference; steps count from 1. */
  readonly first: number;
  /** Feature steps from one inference to the next. */
  readonly hop: number;
  readonly outputs: number;
  /** As the project has it. */
  readonly detector: DetectorSpec;
}

export interface Heard {
  /** Index of the model in the project. */
  readonly model: number;
  /** Index of the output. */
  readonly label: number;
  /** Feature step, from 1. */
  readonly step: number;
  /** Its mean, 0…1 in four decimals. */
  readonly p: number;
}

export interface Channels {
  readonly wake: readonly Channel[];
  readonly gate?: Channel;
}

/** The models of a project that has a front end. */
export function channelsOf({ frontend, models, gate }: RunningProject): Channels {
  const channels = frontend.kind === 'none' ? 1 : frameChannels(frontend);
  const all = models.map(({ model, hop, labels, detector }, index): Channel => {
    const input = model.tensors[model.inputs[0]!]!;
    return { index, first: elements(input) / channels, hop, outputs: labels.length, detector };
  });
  const gateAt = models.findIndex(({ name }) => name === gate);
  const wake = all.filter(({ index }) => index !== gateAt);
  return gateAt < 0 ? { wake } : { wake, gate: all[gateAt]! };
}

/** ms of audio at the end of a feature step, as detect lines have it. */
export function stepTime({ frontend }: Pick<RunningProject, 'frontend'>, step: number): number {
  if (frontend.kind === 'none') return 0;
  const { window, step: hop } = frameSamples(frontend);
  return Math.floor((((step - 1) * hop + window) * 1000) / frontend.sampleRate);
}

/** Everything a project hears in a recording, in the order of its run. */
export function replayProject(channels: Channels, recording: Recording): readonly Heard[] {
  return channels.wake
    .flatMap((channel) => replay(channel, channel.detector, channels.gate, recording))
    .sort((a, b) => a.step - b.step || a.model - b.model);
}

/** What one model hears with `spec` in place of its own detector. */
export function replay(
  channel: Channel,
  spec: DetectorSpec,
  gate: Channel | undefined,
  recording: Recording,
  look?: (step: number, detector: Detector) => void,
): readonly Heard[] {
  const player = createPlayer(channel, spec, gate, look);
  return player.play(recording, 0, recording.steps);
}

/** The same without the stretches in which nothing can be heard; equal to `replay` in every detection. */
export function createReplayer(channel: Channel, spec: DetectorSpec, gate: Channel | undefined) {
  const player = createPlayer(channel, spec, gate);
  return (recording: Recording, peaks: Uint8Array): readonly Heard[] => {
    const heard: Heard[] = [];
    for (const { from, to } of stretches(channel, spec, gate, peaks, recording.steps))
      heard.push(...player.play(recording, from, to));
    return heard;
  };
}

/** Highest probability of a target per inference. */
export function peaksOf({ index, outputs, detector }: Channel, { probabilities }: Recording): Uint8Array {
  const rows = probabilities[index]!;
  return Uint8Array.from({ length: rows.length / outputs }, (_, i) => {
    let most = 0;
    for (const target of detector.targets) most = Math.max(most, rows[i * outputs + target]!);
    return most;
  });
}

interface Stretch {
  /** Steps from + 1 … to. */
  readonly from: number;
  readonly to: number;
}

/**
 * Where something may be heard. A mean over the cutoff needs an inference over it among those averaged; so a
 * stretch reaches from each inference at or over the cutoff until that has left the window, and begins early
 * enough for a detector that starts anew to be as one that ran all along: first both windows fill, then a
 * refractory time, if one still ran, ends, for at probabilities below the cutoff every step counts.
 */
function* stretches(
  { first, hop }: Channel,
  spec: DetectorSpec,
  gate: Channel | undefined,
  peaks: Uint8Array,
  steps: number,
): Generator<Stretch> {
  const cutoff = cutoffByte(spec);
  const gateSteps = gate === undefined ? 0 : gate.first + gate.hop * (gate.detector.window + 1);
  const before = gateSteps + hop * (spec.window + 1) + spec.refractorySteps + 1;
  const after = hop * (spec.window + 1);
  let open: { from: number; to: number } | undefined;
  for (let i = 0; i < peaks.length; i++) {
    if (peaks[i]! < cutoff) continue;
    const step = first + i * hop;
    const stretch = { from: Math.max(0, step - before), to: Math.min(steps, step + after) };
    if (open !== undefined && stretch.from > open.to) {
      yield open;
      open = undefined;
    }
    if (open === undefined) open = stretch;
    else open.to = stretch.to;
  }
  if (open !== undefined) yield open;
}

function createPlayer(
  channel: Channel,
  spec: DetectorSpec,
  gate: Channel | undefined,
  look?: (step: number, detector: Detector) => void,
) {
  const detector = createDetector(spec, channel.outputs);
  const gateDetector = gate === undefined ? undefined : createDetector(gate.detector, gate.outputs);
  return {
    play(recording: Recording, from: number, to: number): Heard[] {
      const rows = recording.probabilities[channel.index]!;
      const gateRows = gate === undefined ? undefined : recording.probabilities[gate.index]!;
      const heard: Heard[] = [];
      detector.reset();
      gateDetector?.reset();
      for (let step = from + 1; step <= to; step++) {
        const row = rowAt(channel, rows, step);
        if (row !== undefined) detector.infer(row);
        detector.step();
        if (gate !== undefined) {
          const gateRow = rowAt(gate, gateRows!, step);
          if (gateRow !== undefined) gateDetector!.infer(gateRow);
        }
        const found = detector.decide(gateDetector?.open() ?? true);
        if (found !== undefined) heard.push({ model: channel.index, step, ...found });
        look?.(step, detector);
      }
      return heard;
    },
  };
}

/** Probabilities of the inference at a step, if there is one. */
function rowAt({ first, hop, outputs }: Channel, rows: Uint8Array, step: number): Uint8Array | undefined {
  if (step < first || (step - first) % hop !== 0) return undefined;
  const at = ((step - first) / hop) * outputs;
  return rows.subarray(at, at + outputs);
}
