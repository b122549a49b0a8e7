/**
 * A trained streaming network → a float model with state, as a TensorFlow Lite file.
 *
 * It takes the frames since its last inference and keeps the rows that its convolutions still need: what it was
 * trained with over whole windows is what it computes step by step, see `network.ts`.
 */
import { ModelBuilder, type NewTensor } from '../model/builder.js';
import { writeModel } from '../tflite/build.js';
import { type ExportedWeights, type Network, type TrainedTensor, tensorsOf } from './network.js';
import { HOP } from './project.js';

/** Added to the variance, as in templates/train/network.py. */
const EPSILON = 1e-3;

const CONVOLUTION = {
  padding: 'VALID',
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
} as const;

/**
 * One output: the probability of the word.
 * @param weights of a network of the kind `streaming`
 */
export function exportStreaming(name: string, network: Network, weights: ExportedWeights): Uint8Array {
  const tensors = tensorsOf(weights);
  const { channels, stem, blocks } = network;
  const b = new ModelBuilder(name, { description: 'kws-gen train' });
  const floats = (tensor: string, shape: readonly number[], values: ArrayLike<number>) =>
    b.constant(tensor, 'float32', shape, values);
  const made = (shape: readonly number[]): NewTensor => ({ shape, type: 'float32' });

  /** Rows of before with the new ones behind them; the last ones are kept for the next time. */
  function withPast(x: number, rows: number, width: number, past: number, of: string): number {
    if (past === 0) return x;
    const state = b.variable(`${of}/past`, [1, past, 1, width], {}, undefined, 'float32');
    const all = b.add('CONCATENATION', [b.read(state), x], made([1, past + rows, 1, width]), {
      axis: 1,
      activation: 'NONE',
    });
    const ints = (part: string, values: readonly number[]) =>
      b.constant(`${of}/${part}`, 'int32', [4], values);
    const kept = b.add(
      'STRIDED_SLICE',
      [
        all,
        ints('begin', [0, rows, 0, 0]),
        ints('end', [1, past + rows, 1, width]),
        ints('step', [1, 1, 1, 1]),
      ],
      made([1, past, 1, width]),
      { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 },
    );
    b.assign(state, kept);
    return all;
  }

  const input = b.input('features', [1, HOP, channels], {}, 'float32');
  let x = b.reshape(input, [1, HOP, 1, channels], 'rows');
  const rows = HOP / stem.stride;
  let width = stem.width;
  const stemNorm = normOf(tensors, 'stem');
  const stemKernel = tensors.get('stem_kernel')!;
  x = withPast(x, HOP, channels, stem.kernel[0] - stem.stride, 'stem');
  x = b.add(
    'CONV_2D',
    [
      x,
      floats('stem/kernel', [width, stem.kernel[0], 1, channels], outputsFirst(stemKernel, stemNorm.gain)),
      floats('stem/bias', [width], stemNorm.bias),
    ],
    made([1, rows, 1, width]),
    { ...CONVOLUTION, strideH: stem.stride, activation: 'RELU' },
  );
  for (const [i, { width: wider, kernel }] of blocks.entries()) {
    const of = `block${i + 1}`;
    x = withPast(x, rows, width, kernel[0] - 1, of);
    const depthwise = floats(
      `${of}/depthwise`,
      [1, kernel[0], 1, width],
      tensors.get(`${of}_depthwise`)!.values,
    );
    x = b.add('DEPTHWISE_CONV_2D', [x, depthwise, -1], made([1, rows, 1, width]), {
      ...CONVOLUTION,
      strideH: 1,
      depthMultiplier: 1,
      activation: 'NONE',
    });
    const { gain, bias } = normOf(tensors, of);
    const pointwise = outputsFirst(tensors.get(`${of}_kernel`)!, gain);
    x = b.add(
      'CONV_2D',
      [x, floats(`${of}/kernel`, [wider, 1, 1, width], pointwise), floats(`${of}/bias`, [wider], bias)],
      made([1, rows, 1, wider]),
      { ...CONVOLUTION, strideH: 1, activation: 'RELU' },
    );
    width = wider;
  }
  const head = tensors.get('head_depthwise')!;
  const [span = 1] = head.shape;
  const last = withPast(x, rows, width, span - rows, 'head');
  const { gain, bias } = normOf(tensors, 'head');
  const scaled = head.values.map((value, i) => value * gain[i % width]!);
  x = b.add(
    'DEPTHWISE_CONV_2D',
    [last, floats('head/depthwise', [1, span, 1, width], scaled), floats('head/bias', [width], bias)],
    made([1, 1, 1, width]),
    { ...CONVOLUTION, strideH: 1, depthMultiplier: 1, activation: 'RELU' },
  );
  // The difference of two logits through a sigmoid is their softmax.
  const { values: dense } = tensors.get('word_dense')!;
  const { values: offsets } = tensors.get('word_bias')!;
  const difference = Float32Array.from({ length: width }, (_, i) => dense[2 * i + 1]! - dense[2 * i]!);
  x = b.add(
    'FULLY_CONNECTED',
    [
      b.reshape(x, [1, width], 'flat'),
      floats('word/kernel', [1, width], difference),
      floats('word/bias', [1], [offsets[1]! - offsets[0]!]),
    ],
    made([1, 1]),
    { activation: 'NONE', keepNumDims: false },
  );
  return writeModel(b.build([b.add('LOGISTIC', [x], { name: 'word', ...made([1, 1]) }, {})]));
}

/** A batch normalization as what follows a kernel: a gain per channel, which goes into the kernel, and a bias. */
function normOf(tensors: ReadonlyMap<string, TrainedTensor>, name: string) {
  const part = (of: string) => tensors.get(`${name}_${of}`)!.values;
  const [gamma, beta, mean, variance] = [part('gamma'), part('beta'), part('mean'), part('variance')];
  const gain = gamma.map((value, i) => value / Math.sqrt(variance[i]! + EPSILON));
  return { gain, bias: beta.map((value, i) => value - mean[i]! * gain[i]!) };
}

/** [rows, 1, inputs, outputs] → [outputs, rows, 1, inputs], each output times its gain. */
function outputsFirst({ shape, values }: TrainedTensor, gain: Float32Array): Float32Array {
  const outputs = shape[3]!;
  const each = values.length / outputs;
  return Float32Array.from(values, (_, at) => {
    const output = Math.floor(at / each);
    return values[(at % each) * outputs + output]! * gain[output]!;
  });
}
