/**
 * A depthwise-separable network of the size of a wake word's, with weights drawn at random: for measuring how long
 * it takes, not for hearing anything. 941,808 multiply-accumulates over 49 frames of 40 channels.
 */
import { ModelBuilder, writeModel } from 'kws-gen';

export const FRAMES = 49;
const CHANNELS = 40;

const INPUT = { scale: 26 / 255, zeroPoint: -128 };
/** Of every activation: after ReLU the zero point is the lowest value. */
const RELU = { scale: 0.05, zeroPoint: -128 };

interface Layer {
  readonly kind: 'CONV_2D' | 'DEPTHWISE_CONV_2D';
  /** Height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly channels: number;
  readonly padding?: 'VALID';
}

const LAYERS: readonly Layer[] = [
  { kind: 'CONV_2D', kernel: [5, 5], stride: 2, channels: 24 },
  { kind: 'DEPTHWISE_CONV_2D', kernel: [3, 3], stride: 2, channels: 24 },
  { kind: 'CONV_2D', kernel: [1, 1], stride: 1, channels: 48 },
  { kind: 'DEPTHWISE_CONV_2D', kernel: [3, 3], stride: 1, channels: 48 },
  { kind: 'CONV_2D', kernel: [1, 1], stride: 1, channels: 64 },
  { kind: 'DEPTHWISE_CONV_2D', kernel: [13, 10], stride: 1, channels: 64, padding: 'VALID' },
];

/** The .tflite file: two outputs, the second of which is the label. */
export function dsCnn(): Uint8Array {
  const b = new ModelBuilder('ds_cnn');
  const draw = weights();
  let shape: readonly [number, number, number] = [FRAMES, CHANNELS, 1];
  let x = b.reshape(b.input('features', [1, FRAMES * CHANNELS], INPUT), [1, ...shape]);
  LAYERS.forEach((layer, i) => {
    const [height, width, inC] = shape;
    const { kind, kernel, stride, channels } = layer;
    const padding = layer.padding ?? 'SAME';
    const depthwise = kind === 'DEPTHWISE_CONV_2D';
    const filter = depthwise ? [1, ...kernel, channels] : [channels, ...kernel, inC];
    const scales = new Array<number>(channels).fill(0.004);
    const w = b.constant(`w${i}`, 'int8', filter, draw(filter), { scales, axis: depthwise ? 3 : 0 });
    const bias = b.constant(`b${i}`, 'int32', [channels], draw([channels]), { scales, axis: 0 });
    const out = (size: number, taps: number) =>
      padding === 'SAME' ? Math.ceil(size / stride) : Math.floor((size - taps) / stride) + 1;
    shape = [out(height, kernel[0]), out(width, kernel[1]), channels];
    const sliding = { padding, strideH: stride, strideW: stride, dilationH: 1, dilationW: 1 } as const;
    const options = { ...sliding, activation: 'RELU' } as const;
    const y = { shape: [1, ...shape], ...RELU };
    x = depthwise
      ? b.add(kind, [x, w, bias], y, { ...options, depthMultiplier: 1 })
      : b.add('CONV_2D', [x, w, bias], y, options);
  });
  const dense = b.constant('dense', 'int8', [2, 64], draw([2, 64]), { scale: 0.004 });
  const logits = b.add(
    'FULLY_CONNECTED',
    [b.reshape(x, [1, 64]), dense],
    { shape: [1, 2], scale: 0.1, zeroPoint: 0 },
    { activation: 'NONE', keepNumDims: false },
  );
  return writeModel(
    b.build([b.add('SOFTMAX', [logits], { shape: [1, 2], scale: 1 / 256, zeroPoint: -128 }, { beta: 1 })]),
  );
}

/** The same numbers every time, -127…127. */
function weights(): (shape: readonly number[]) => Int32Array {
  let state = 1;
  return (shape) =>
    Int32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 24) - 128 || 1;
    });
}
