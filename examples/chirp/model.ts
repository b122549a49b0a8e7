/**
 * A detector for one rising chirp, whose weights are written down by a formula instead of trained: the
 * smallest model with which the whole way can be shown.
 *
 * Over the micro-frontend a chirp that rises evenly in mel is a diagonal line, one channel per frame. A
 * convolution of 8 x 8 (frames x channels) compares the mean on a diagonal with the mean beside it, block by
 * block; the fully connected layer asks whether the five blocks on the diagonal match and the others do not.
 */
import type { Model, Quantization, Tensor } from 'kws-gen';

export const FRAMES = 40;
export const CHANNELS = 40;
export const LABELS = ['other', 'chirp'] as const;

const BLOCK = 8;
const BLOCKS = FRAMES / BLOCK;
/** Feature units (0…26) by which the diagonal must stand out, and logits per unit above that. */
const THRESHOLD = 3.5;
const GAIN = 1.5;

const affine = (scale: number, zeroPoint: number): Quantization => ({
  scales: [scale],
  zeroPoints: [zeroPoint],
  axis: 0,
});
const int8 = (values: readonly number[]): Uint8Array => new Uint8Array(Int8Array.from(values).buffer);
const int32 = (values: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** Symmetric int8 weights: scale = max |w| / 127. */
function quantizeWeights(weights: readonly number[]): { scale: number; data: Uint8Array } {
  const scale = Math.max(...weights.map(Math.abs)) / 127;
  return { scale, data: int8(weights.map((weight) => Math.round(weight / scale))) };
}

function template(): number[] {
  const cells = Array.from(
    { length: BLOCK * BLOCK },
    (_, i) => Math.abs(Math.floor(i / BLOCK) - (i % BLOCK)) <= 1,
  );
  const on = cells.filter(Boolean).length;
  return cells.map((diagonal) => (diagonal ? 1 / on : -1 / (cells.length - on)));
}

function blockWeights(): number[] {
  const other = Array.from({ length: BLOCKS * BLOCKS }, () => 0);
  const chirp = other.map((_, i) =>
    Math.floor(i / BLOCKS) === i % BLOCKS ? GAIN / BLOCKS : -GAIN / (BLOCKS * (BLOCKS - 1)),
  );
  return [...other, ...chirp];
}

/** The model as kws-gen's readers would give it; `source` is filled by the writer. */
export function chirpModel(): Omit<Model, 'source'> {
  const features = affine(26 / 255, -128);
  const matches = affine(26 / 255, -128);
  const logits = affine(0.25, 0);
  const conv = quantizeWeights(template());
  const dense = quantizeWeights(blockWeights());
  const tensors: Tensor[] = [
    { name: 'features', type: 'int8', shape: [1, FRAMES, CHANNELS], quantization: features },
    { name: 'shape', type: 'int32', shape: [4], data: int32([1, FRAMES, CHANNELS, 1]) },
    { name: 'picture', type: 'int8', shape: [1, FRAMES, CHANNELS, 1], quantization: features },
    {
      name: 'diagonal',
      type: 'int8',
      shape: [1, BLOCK, BLOCK, 1],
      quantization: affine(conv.scale, 0),
      data: conv.data,
    },
    {
      name: 'diagonal_bias',
      type: 'int32',
      shape: [1],
      quantization: affine((26 / 255) * conv.scale, 0),
      data: int32([0]),
    },
    { name: 'matches', type: 'int8', shape: [1, BLOCKS, BLOCKS, 1], quantization: matches },
    {
      name: 'blocks',
      type: 'int8',
      shape: [2, BLOCKS * BLOCKS],
      quantization: affine(dense.scale, 0),
      data: dense.data,
    },
    {
      name: 'blocks_bias',
      type: 'int32',
      shape: [2],
      quantization: affine((26 / 255) * dense.scale, 0),
      data: int32([0, Math.round((-GAIN * THRESHOLD) / ((26 / 255) * dense.scale))]),
    },
    { name: 'logits', type: 'int8', shape: [1, 2], quantization: logits },
    { name: 'probabilities', type: 'int8', shape: [1, 2], quantization: affine(1 / 256, -128) },
  ];
  return {
    name: 'chirp',
    tensors,
    operators: [
      { kind: 'RESHAPE', index: 0, inputs: [0, 1], outputs: [2], options: {} },
      {
        kind: 'CONV_2D',
        index: 1,
        inputs: [2, 3, 4],
        outputs: [5],
        options: {
          padding: 'VALID',
          strideH: BLOCK,
          strideW: BLOCK,
          dilationH: 1,
          dilationW: 1,
          activation: 'RELU',
        },
      },
      {
        kind: 'FULLY_CONNECTED',
        index: 2,
        inputs: [5, 6, 7],
        outputs: [8],
        options: { activation: 'NONE', keepNumDims: false },
      },
      { kind: 'SOFTMAX', index: 3, inputs: [8], outputs: [9], options: { beta: 1 } },
    ],
    variables: [],
    inputs: [0],
    outputs: [9],
    labels: LABELS,
  };
}
