/**
 * How much memory TensorFlow Lite Micro's interpreter gets for a model.
 *
 * The rule: what its planner needs for activations (every computed tensor on its own, nothing shared, 16-byte
 * aligned), the streaming state, and what it keeps per tensor, per operator and per output channel; a
 * convolution's scratch memory; rounded up to whole KB. The allowances cover the generations that
 * `kws_model_tflm` knows; pointers of 8 bytes double them. That it suffices is checked when the model is
 * prepared, and the protocol's hello says how much was used.
 */
import { tensorBytes } from '../model/elements.js';
import type { Model } from '../model/types.js';
import { arrange, type Block } from './arena.js';

/** Bytes for pointers of 4 bytes; measured with Chirale_TensorFLowLite 2.0.0, and sources of July 2020. */
const MODERN = { perTensor: 16, perOperator: 144, perConvolution: 0 } as const;
/** Until 2021 every tensor was kept in full, and multipliers and shifts for 256 channels per convolution. */
const LEGACY = { perTensor: 72, perOperator: 200, perConvolution: 2048 } as const;
const PER_CHANNEL = 8;
const PER_VARIABLE = 64;
const BASE = 1024;

/** Activations as the interpreter lays them out: no views, nothing in place. */
function activations(model: Model): number {
  const last = new Map<number, number>();
  const first = new Map<number, number>();
  for (const id of model.inputs) first.set(id, -1);
  model.operators.forEach((op, at) => {
    for (const id of op.outputs) first.set(id, first.get(id) ?? at);
    for (const id of [...op.inputs, ...op.outputs]) last.set(id, at);
  });
  for (const id of model.outputs) last.set(id, model.operators.length);
  const blocks = [...first].map(
    ([id, at]): Block => ({
      tensors: [id],
      bytes: tensorBytes(model.tensors[id]!),
      first: at,
      last: last.get(id) ?? at,
    }),
  );
  return arrange(blocks).bytes;
}

/** Output channels with multipliers of their own, and the largest scratch memory of a kernel. */
function convolutions(model: Model): { channels: number; count: number; scratch: number } {
  let channels = 0;
  let count = 0;
  let scratch = 0;
  for (const op of model.operators) {
    if (op.kind !== 'CONV_2D' && op.kind !== 'DEPTHWISE_CONV_2D' && op.kind !== 'FULLY_CONNECTED') continue;
    const filter = model.tensors[op.inputs[1] ?? -1]?.shape ?? [];
    const y = model.tensors[op.outputs[0] ?? -1]?.shape ?? [];
    channels += y.at(-1) ?? 0;
    if (op.kind === 'FULLY_CONNECTED') continue;
    count += 1;
    // CMSIS-NN's buffers: a patch in int16, for CONV_2D two of them.
    const patch = 2 * (filter[1] ?? 1) * (filter[2] ?? 1) * (filter[3] ?? 1);
    scratch = Math.max(scratch, op.kind === 'CONV_2D' ? 2 * patch : patch);
  }
  return { channels, count, scratch };
}

export interface TflmTarget {
  /** 4, or 8 on a host. */
  readonly pointerBytes: 4 | 8;
  /** Sources of before resource variables and micro_log.h. */
  readonly legacy: boolean;
}

export function tflmArenaBytes(model: Model, { pointerBytes, legacy }: TflmTarget): number {
  const { channels, count, scratch } = convolutions(model);
  const { perTensor, perOperator, perConvolution } = legacy ? LEGACY : MODERN;
  const variables = model.variables.length;
  const state = model.variables.reduce((sum, { initial }) => sum + Math.ceil(initial.length / 16) * 16, 0);
  // A streaming file has handles, and a second graph that assigns initial values: two tensors and operators
  // more per variable in each.
  const overhead =
    BASE +
    perTensor * (model.tensors.length + 4 * variables) +
    perOperator * (model.operators.length + 3 * variables) +
    PER_CHANNEL * channels +
    PER_VARIABLE * variables;
  const fixed = activations(model) + state + scratch + count * perConvolution;
  const bytes = fixed + overhead * (pointerBytes / 4);
  return Math.ceil(bytes / 1024) * 1024;
}
