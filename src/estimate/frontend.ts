/**
 * Instructions of a front end: those counted of the preset that it is or is most like, in proportion to its work.
 *
 * Owns: the proportion. Leaves to others: the counts (`frontend-costs.ts`).
 */
import type { InstructionSet } from '../boards/cores.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import {
  type AudioFrontendSpec,
  type BandsFrontendSpec,
  type FrontendSpec,
  frameChannels,
  frameSamples,
} from '../frontend/spec.js';
import { countedAs } from './counted-as.js';
import { FRONTEND_COSTS, type FrontendCost, type MeasuredPreset } from './frontend-costs.js';

export interface FrontendInstructions {
  /** One step: samples to one frame. */
  readonly hop: number;
  /** A window of frames becomes a model's input. */
  readonly window: number;
}

/** Points of its transform. */
function fftSize(spec: Exclude<AudioFrontendSpec, BandsFrontendSpec>): number {
  if (spec.kind === 'spectral') return spec.fftSize;
  return 2 ** Math.ceil(Math.log2(frameSamples(spec).window));
}

/** What a step's instructions grow with: butterflies and filters. */
function stepWork(spec: AudioFrontendSpec): number {
  if (spec.kind !== 'bands') return fftSize(spec) * Math.log2(fftSize(spec));
  // The octaves below the highest take as much again, together.
  const lower = 1 - 2 ** -spec.octaves;
  return frameSamples(spec).step * spec.bandsPerOctave * lower;
}

/** Frames that a second of audio has: the window that was counted. */
function framesPerSecond(spec: AudioFrontendSpec): number {
  const { window, step } = frameSamples(spec);
  return Math.floor((spec.sampleRate - window) / step) + 1;
}

/** How unlike two front ends are; the kind of normalization weighs most, for it is most of a window's cost. */
function distance(a: AudioFrontendSpec, b: AudioFrontendSpec): number {
  if (a.kind !== b.kind) return 1000;
  if (a.kind !== 'spectral' || b.kind !== 'spectral') return Math.abs(Math.log(stepWork(a) / stepWork(b)));
  const normalization = a.normalization.kind === b.normalization.kind ? 0 : 100;
  const stages = (['log', 'dct'] as const).filter((stage) => (a[stage] === null) !== (b[stage] === null));
  return normalization + 10 * stages.length + Math.abs(Math.log(stepWork(a) / stepWork(b)));
}

/**
 * @param frames that a model's input takes
 * @returns undefined for instruction sets on which no front end was counted
 */
export function frontendInstructions(
  spec: FrontendSpec,
  frames: number,
  instructionSet: InstructionSet,
): FrontendInstructions | undefined {
  if (spec.kind === 'none') return { hop: 0, window: 0 };
  const counted = FRONTEND_COSTS[countedAs(instructionSet)];
  if (counted === undefined) return undefined;
  const [preset, cost] = nearest(spec, counted);
  const like = FRONTEND_PRESETS[preset] as AudioFrontendSpec;
  const values = frames * frameChannels(spec);
  const valuesCounted = framesPerSecond(like) * frameChannels(like);
  return {
    hop: Math.round((cost.hop * stepWork(spec)) / stepWork(like)),
    window: Math.round((cost.window * values) / valuesCounted),
  };
}

function nearest(
  spec: AudioFrontendSpec,
  counted: Readonly<Record<MeasuredPreset, FrontendCost>>,
): readonly [MeasuredPreset, FrontendCost] {
  const entries = Object.entries(counted) as [MeasuredPreset, FrontendCost][];
  const far = ([preset]: readonly [MeasuredPreset, FrontendCost]): number =>
    distance(spec, FRONTEND_PRESETS[preset] as AudioFrontendSpec);
  return entries.reduce((best, entry) => (far(entry) < far(best) ? entry : best));
}
