/**
 * The networks that are trained, and a trained one as a TF.js layers model: model.json and weights.bin.
 *
 * Depthwise-separable, over a window of features; no branches, so that hops need compute only what is new.
 */

export const SIZES = ['s', 'm', 'l'] as const;
export type NetworkSize = (typeof SIZES)[number];

export interface Network {
  readonly frames: number;
  readonly channels: number;
  readonly stem: {
    readonly width: number;
    readonly kernel: readonly [number, number];
    readonly stride: number;
  };
  readonly blocks: readonly { readonly width: number; readonly stride: number }[];
}

const STEMS: Readonly<Record<NetworkSize, number>> = { s: 8, m: 16, l: 24 };
const WIDTHS: Readonly<Record<NetworkSize, readonly number[]>> = {
  s: [16, 24, 24, 32, 32],
  m: [32, 48, 48, 64, 64],
  l: [48, 72, 72, 96, 96],
};
const STRIDES = [2, 1, 1, 2, 1] as const;

/** @param frames of a window; it takes `channels` features each */
export function networkOf(size: NetworkSize, frames: number, channels: number): Network {
  return {
    frames,
    channels,
    stem: { width: STEMS[size], kernel: [5, 5], stride: 2 },
    blocks: WIDTHS[size].map((width, i) => ({ width, stride: STRIDES[i]! })),
  };
}

/** A tensor that the trainer gives back. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Every tensor of a network, as templates/train/network.py names and shapes them. */
export function weightsOf({ frames, channels, stem, blocks }: Network): readonly Weight[] {
  const norm = (name: string, width: number): Weight[] =>
    NORM.map((part) => ({ name: `${name}_${part}`, shape: [width] }));
  const all: Weight[] = [
    { name: 'stem_kernel', shape: [...stem.kernel, 1, stem.width] },
    ...norm('stem', stem.width),
  ];
  let width = stem.width;
  let [height, breadth] = [Math.ceil(frames / stem.stride), Math.ceil(channels / stem.stride)];
  for (const [i, block] of blocks.entries()) {
    const name = `block${i + 1}`;
    all.push({ name: `${name}_depthwise`, shape: [3, 3, width, 1] });
    all.push({ name: `${name}_kernel`, shape: [1, 1, width, block.width] }, ...norm(name, block.width));
    width = block.width;
    [height, breadth] = [Math.ceil(height / block.stride), Math.ceil(breadth / block.stride)];
  }
  return [
    ...all,
    { name: 'head_depthwise', shape: [height, breadth, width, 1] },
    ...norm('head', width),
    { name: 'word_dense', shape: [width, 2] },
    { name: 'word_bias', shape: [2] },
  ];
}

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Weights of a layer as the trainer calls them, and as TF.js does. */
type Names = readonly (readonly [trained: string, exported: string])[];

const NORM: readonly string[] = ['gamma', 'beta', 'mean', 'variance'];
const TFJS_NORM: Readonly<Record<string, string>> = { mean: 'moving_mean', variance: 'moving_variance' };

function layersOf(network: Network): readonly { readonly layer: Layer; readonly names: Names }[] {
  const layers: { layer: Layer; names: Names }[] = [];
  const add = (class_name: string, name: string, config: object, names: Names = []) => {
    const first =
      layers.length === 0 ? { batch_input_shape: [null, network.frames, network.channels, 1] } : {};
    layers.push({
      layer: { class_name, config: { name, trainable: true, dtype: 'float32', ...config, ...first } },
      names: names.map(([trained, exported]) => [trained, `${name}/${exported}`] as const),
    });
  };
  const convolution = (kernel: readonly number[], stride: number, padding: 'same' | 'valid') => ({
    kernel_size: kernel,
    strides: [stride, stride],
    padding,
    data_format: 'channels_last',
    dilation_rate: [1, 1],
    activation: 'linear',
    use_bias: false,
  });
  const normed = (name: string) => {
    const config = { axis: [3], momentum: 0.98, epsilon: 0.001, center: true, scale: true };
    add(
      'BatchNormalization',
      `${name}_norm`,
      config,
      NORM.map((part) => [`${name}_${part}`, TFJS_NORM[part] ?? part] as const),
    );
    add('ReLU', `${name}_relu`, {});
  };
  const { width, kernel, stride } = network.stem;
  let [height, breadth] = [Math.ceil(network.frames / stride), Math.ceil(network.channels / stride)];
  add('Conv2D', 'stem', { filters: width, ...convolution(kernel, stride, 'same') }, [
    ['stem_kernel', 'kernel'],
  ]);
  normed('stem');
  for (const [i, block] of network.blocks.entries()) {
    const name = `block${i + 1}`;
    add(
      'DepthwiseConv2D',
      `${name}_depthwise`,
      { depth_multiplier: 1, ...convolution([3, 3], block.stride, 'same') },
      [[`${name}_depthwise`, 'depthwise_kernel']],
    );
    add('Conv2D', `${name}_pointwise`, { filters: block.width, ...convolution([1, 1], 1, 'valid') }, [
      [`${name}_kernel`, 'kernel'],
    ]);
    normed(name);
    [height, breadth] = [Math.ceil(height / block.stride), Math.ceil(breadth / block.stride)];
  }
  add('DepthwiseConv2D', 'head', { depth_multiplier: 1, ...convolution([height, breadth], 1, 'valid') }, [
    ['head_depthwise', 'depthwise_kernel'],
  ]);
  normed('head');
  add('Flatten', 'flat', {});
  add('Dense', 'word', { units: 2, activation: 'softmax', use_bias: true }, [
    ['word_dense', 'kernel'],
    ['word_bias', 'bias'],
  ]);
  return layers;
}

export interface TfjsModel {
  readonly json: string;
  readonly weights: Uint8Array;
}

/**
 * The trained network with a softmax of `other` and the word.
 *
 * @param data float32, little-endian, the tensors of `listed` one after the other
 * @param featureScale what features were multiplied by in training; the model takes them as they come
 */
export function exportTfjs(
  name: string,
  network: Network,
  { listed, data, featureScale }: { listed: readonly Weight[]; data: Uint8Array; featureScale: number },
): TfjsModel {
  const values = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  for (const { name, shape } of listed) {
    const length = shape.reduce((product, size) => product * size, 1);
    values.set(name, {
      shape,
      values: Float32Array.from({ length }, (_, i) => view.getFloat32(at + 4 * i, true)),
    });
    at += 4 * length;
  }
  const layers = layersOf(network);
  const weights = layers.flatMap(({ names }) =>
    names.map(([trained, exported]) => {
      const tensor = values.get(trained)!;
      const scaled =
        trained === 'stem_kernel' ? tensor.values.map((value) => value * featureScale) : tensor.values;
      return { name: exported, shape: tensor.shape, values: scaled };
    }),
  );
  const bytes = new DataView(
    new ArrayBuffer(4 * weights.reduce((sum, { values }) => sum + values.length, 0)),
  );
  let to = 0;
  for (const { values } of weights) for (const value of values) bytes.setFloat32(4 * to++, value, true);
  const config = { name, layers: layers.map(({ layer }) => layer) };
  const json = {
    format: 'layers-model',
    generatedBy: 'kws-gen train',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Sequential', config },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  return { json: `${JSON.stringify(json)}\n`, weights: new Uint8Array(bytes.buffer) };
}
