/**
 * Whether a front end and a model fit: how many feature frames an input tensor takes, and in which order.
 *
 * Owns: the reading of an input shape as frames x channels, or channels x frames.
 * Leaves to others: which front end a model was trained with (`guess.ts`), wording for kws.json (`resolve.ts`).
 */
import { type FrontendSpec, frameChannels } from '../frontend/spec.js';
import type { Model, Tensor } from './types.js';

export function inputOf(model: Model): Tensor | undefined {
  return model.inputs.length === 1 ? model.tensors[model.inputs[0]!] : undefined;
}

export function outputOf(model: Model): Tensor | undefined {
  return model.outputs.length === 1 ? model.tensors[model.outputs[0]!] : undefined;
}

export function elements(tensor: Pick<Tensor, 'shape'>): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** Streaming models keep state, and take the next few frames; the others take a whole window of frames. */
export function isStreaming(model: Model): boolean {
  return model.variables.length > 0;
}

/** `1x49x10x1 int8`, for messages. */
export function describeTensor(tensor: Tensor): string {
  return `${tensor.shape.join('x') || 'scalar'} ${tensor.type}`;
}

/** How an input takes the frames of a front end. */
export interface InputFit {
  readonly frames: number;
  /** Whether all frames' first values come first: [channels, frames], as librosa and torchaudio give features. */
  readonly transposed: boolean;
}

/**
 * How an input takes frames of so many channels: it is [frames, channels] or [channels, frames] with ones anywhere
 * (a batch, a channel of an image, first or last), or flat. Where both are the same it is [frames, channels].
 * Undefined where it is none of these.
 */
export function fitOf(tensor: Pick<Tensor, 'shape'>, channels: number): InputFit | undefined {
  const sizes = tensor.shape.filter((size) => size !== 1);
  const [first = 1, last = first] = sizes;
  if (sizes.length > 2 || elements(tensor) < 1) return undefined;
  if (sizes.length < 2)
    return last % channels === 0 ? { frames: last / channels, transposed: false } : undefined;
  if (last === channels) return { frames: first, transposed: false };
  return first === channels ? { frames: last, transposed: true } : undefined;
}

/** Frames an input takes of a front end with so many channels; undefined where it does not fit. */
export function framesOf(tensor: Pick<Tensor, 'shape'>, channels: number): number | undefined {
  return fitOf(tensor, channels)?.frames;
}

export function isTransposed(tensor: Pick<Tensor, 'shape'>, channels: number): boolean {
  return fitOf(tensor, channels)?.transposed === true;
}

/** Values one frame has; undefined without a front end. */
export function channelsOf(frontend: FrontendSpec): number | undefined {
  return frontend.kind === 'none' ? undefined : frameChannels(frontend);
}
