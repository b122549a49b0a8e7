/**
 * Which front end a model was trained with: what its file proves, else which ones its input could be.
 *
 * Owns: what counts as proof (metadata, the scale of a quantized input), and what a second of sound gives.
 * Leaves to others: settings that would make a preset fit (`hints.ts`), what `init` does about it (`choose-frontend.ts`).
 */

import { FRONTEND_PRESETS, type FrontendPreset } from '../frontend/presets.js';
import {
  type AudioFrontendSpec,
  type FrontendSpec,
  frameChannels,
  frameSamples,
  frontendHash,
  type SpectralFrontendSpec,
} from '../frontend/spec.js';
import { describeTensor, framesOf, inputOf, isStreaming } from '../model/fit.js';
import type { Model, Tensor } from '../model/types.js';

/** Feature steps a micro-frontend model was quantized for: 666 / 25.6 over 256 steps; microWakeWord declares 26/255. */
const MICRO_INPUT_SCALE = 26 / 255;
const SCALE_TOLERANCE = 0.01;

export interface FrontendGuess {
  /** Presets that the model could have been trained with. */
  readonly candidates: readonly FrontendPreset[];
  /** Whether the file proves that it is the only candidate, or `spec`. */
  readonly proven: boolean;
  /** What the model's own file says, where it says it. */
  readonly spec?: FrontendSpec;
  /** Why these: for messages. */
  readonly reason: string;
}

export const PRESETS = Object.keys(FRONTEND_PRESETS) as FrontendPreset[];

/** Shape and scale alone never prove which of several trainings it was; a front end of its own arithmetic they do. */
export function guessFrontend(model: Model): FrontendGuess {
  const { frontend } = model;
  if (frontend !== undefined) {
    const named = PRESETS.find((name) => frontendHash(FRONTEND_PRESETS[name]) === frontendHash(frontend));
    const reason = 'its file says so';
    return { candidates: named === undefined ? [] : [named], proven: true, spec: frontend, reason };
  }
  if (model.unknownFrontend !== undefined)
    return { candidates: [], proven: false, reason: model.unknownFrontend };
  const input = inputOf(model);
  if (input === undefined)
    return { candidates: [], proven: false, reason: `it has ${model.inputs.length} inputs` };
  return guessMicro(model, input) ?? guessBySecond(input);
}

/** Micro-frontend models are known by their input's scale; of a float model that streams it is the likely one. */
function guessMicro(model: Model, input: Tensor): FrontendGuess | undefined {
  const frames = framesOf(input, FRONTEND_PRESETS['micro-speech'].channels);
  if (frames === undefined) return undefined;
  const scale = input.quantization?.scales[0] ?? 0;
  const scaled = Math.abs(scale / MICRO_INPUT_SCALE - 1) <= SCALE_TOLERANCE;
  const isFloat = input.type === 'float32';
  if (isFloat ? !isStreaming(model) : !scaled) return undefined;
  const known = isFloat ? '' : 'its input has the micro front end’s scale, and ';
  if (isStreaming(model)) {
    if (frames > 1)
      return {
        candidates: ['micro-wake-word'],
        proven: !isFloat,
        reason: `${known}it is streaming, ${frames} frames at a time`,
      };
    return {
      candidates: ['micro-wake-word', 'micro-wake-word-v1'],
      proven: false,
      reason: `${known}it is streaming, one frame at a time, which models of both kinds do`,
    };
  }
  // microWakeWord, with its step of 10 ms, trains streaming models; whoever takes windows was trained like micro_speech.
  const tenMs = framesPerSecond(FRONTEND_PRESETS['micro-wake-word']).includes(frames);
  return {
    candidates: [tenMs ? 'micro-wake-word' : 'micro-speech'],
    proven: true,
    reason: `${known}it takes ${frames === 1 ? '1 frame' : `${frames} frames`} at once`,
  };
}

/** The others by how many frames a second of sound has, which is what people train on. */
function guessBySecond(input: Tensor): FrontendGuess {
  const shape = `its input is ${describeTensor(input)}`;
  const fitting = (off: number) =>
    PRESETS.filter((name) => {
      const spec: FrontendSpec = FRONTEND_PRESETS[name];
      if (spec.kind === 'none' || (spec.kind === 'spectral' && !spans(spec, input))) return false;
      const frames = framesOf(input, frameChannels(spec));
      return (
        frames !== undefined && framesPerSecond(spec).some((second) => Math.abs(second - frames) === off)
      );
    });
  const candidates = fitting(0);
  if (candidates.length > 0)
    return { candidates, proven: false, reason: `${shape}, one second of sound, which proves nothing` };
  const near = fitting(1);
  if (near.length > 0)
    return { candidates: near, proven: false, reason: `${shape}, ${oneFrameOff(input, near[0]!)}` };
  return {
    candidates,
    proven: false,
    reason: `${shape}, which is no second of sound of any of them`,
  };
}

/** A window a frame off: clips padded or cut otherwise in training, which changes nothing on a device. */
function oneFrameOff(input: Tensor, name: FrontendPreset): string {
  const spec: FrontendSpec = FRONTEND_PRESETS[name];
  if (spec.kind === 'none') return '';
  const frames = framesOf(input, frameChannels(spec))!;
  const [second] = framesPerSecond(spec).filter((count) => Math.abs(count - frames) === 1);
  return `${frames} frames where one second of ${name} has ${second}: clips were padded or cut otherwise in training, which a stream does not mind`;
}

/** Features that are clipped are quantized for no more than that. */
function spans({ rescale }: SpectralFrontendSpec, { quantization }: Tensor): boolean {
  const [scale] = quantization?.scales ?? [];
  const clip = rescale?.clip ?? null;
  if (scale === undefined) return true;
  const span = scale * 255;
  return clip === null || span <= 1.1 * (clip[1] - clip[0]);
}

/**
 * Frames of one second: as a stream gives them, as training pipelines that pad the clip do, and as browsers do,
 * which call 43 steps of 1024 samples at 44.1 kHz a second.
 */
export function framesPerSecond(spec: AudioFrontendSpec): readonly number[] {
  const { window, step } = frameSamples(spec);
  const { sampleRate } = spec;
  const streamed = Math.floor((sampleRate - window) / step) + 1;
  const steps = Math.floor(sampleRate / step);
  if (spec.kind === 'spectral' && spec.centre !== 'none') return [streamed, steps + 1];
  return spec.kind === 'spectral' && spec.sampleRate === 44_100 ? [streamed, steps] : [streamed];
}
