/**
 * The networks that are trained, and a trained one as a TF.js layers model: model.json and weights.bin.
 *
 * `window`: depthwise-separable, over a window of features; no branches, so that hops need compute only what is
 * new. `streaming`: one-dimensional convolutions over time without padding, which `streaming.ts` writes with state.
 */

export const SIZES = ['xs', 's', 'm', 'l'] as const;
export type NetworkSize = (typeof SIZES)[number];
export const NETWORKS = ['window', 'streaming'] as const;
export type NetworkKind = (typeof NETWORKS)[number];

/** Rows (of time) and columns (of channels). */
type Kernel = readonly [number, number];

export interface Network {
  readonly kind: NetworkKind;
  readonly frames: number;
  readonly channels: number;
  readonly stem: { readonly width: number; readonly kernel: Kernel; readonly stride: number };
  readonly blocks: readonly { readonly width: number; readonly kernel: Kernel; readonly stride: number }[];
}

const STEMS: Readonly<Record<NetworkSize, number>> = { xs: 4, s: 8, m: 16, l: 24 };
const WIDTHS: Readonly<Record<NetworkSize, readonly number[]>> = {
  xs: [8, 12, 12, 16, 16],
  s: [16, 24, 24, 32, 32],
  m: [32, 48, 48, 64, 64],
  l: [48, 72, 72, 96, 96],
};
const STRIDES = [2, 1, 1, 2, 1] as const;

const STREAMING_WIDTHS: Readonly<Record<NetworkSize, number>> = { xs: 16, s: 32, m: 64, l: 96 };
const STREAMING_KERNELS = [3, 5, 5, 5] as const;

/** @param frames of a window, one more than a multiple of four; it takes `channels` features each */
export function networkOf(kind: NetworkKind, size: NetworkSize, frames: number, channels: number): Network {
  if (kind === 'streaming') {
    const width = STREAMING_WIDTHS[size];
    return {
      kind,
      // Whole steps of the stem.
      frames: frames + 1,
      channels,
      stem: { width, kernel: [6, 1], stride: 2 },
      blocks: STREAMING_KERNELS.map((rows) => ({ width, kernel: [rows, 1], stride: 1 })),
    };
  }
  return {
    kind,
    frames,
    channels,
    stem: { width: STEMS[size], kernel: [5, 5], stride: 2 },
    blocks: WIDTHS[size].map((width, i) => ({ width, kernel: [3, 3], stride: STRIDES[i]! })),
  };
}

/** A tensor that the trainer gives back. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Rows and columns after a convolution. A streaming network's channels are no columns: each is an input of its own. */
function after({ kind }: Network, [rows, columns]: Kernel, kernel: Kernel, stride: number): Kernel {
  if (kind === 'window') return [Math.ceil(rows / stride), Math.ceil(columns / stride)];
  return [Math.floor((rows - kernel[0]) / stride) + 1, 1];
}

/** Every tensor of a network, as templates/train/network.py names and shapes them. */
export function weightsOf(network: Network): readonly Weight[] {
  const { kind, frames, channels, stem, blocks } = network;
  const norm = (name: string, width: number): Weight[] =>
    NORM.map((part) => ({ name: `${name}_${part}`, shape: [width] }));
  const all: Weight[] = [
    { name: 'stem_kernel', shape: [...stem.kernel, kind === 'window' ? 1 : channels, stem.width] },
    ...norm('stem', stem.width),
  ];
  let width = stem.width;
  let size = after(network, [frames, channels], stem.kernel, stem.stride);
  for (const [i, block] of blocks.entries()) {
    const name = `block${i + 1}`;
    all.push({ name: `${name}_depthwise`, shape: [...block.kernel, width, 1] });
    all.push({ name: `${name}_kernel`, shape: [1, 1, width, block.width] }, ...norm(name, block.width));
    width = block.width;
    size = after(network, size, block.kernel, block.stride);
  }
  return [
    ...all,
    { name: 'head_depthwise', shape: [...size, width, 1] },
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
  let size = after(network, [network.frames, network.channels], kernel, stride);
  add('Conv2D', 'stem', { filters: width, ...convolution(kernel, stride, 'same') }, [
    ['stem_kernel', 'kernel'],
  ]);
  normed('stem');
  for (const [i, block] of network.blocks.entries()) {
    const name = `block${i + 1}`;
    add(
      'DepthwiseConv2D',
      `${name}_depthwise`,
      { depth_multiplier: 1, ...convolution(block.kernel, block.stride, 'same') },
      [[`${name}_depthwise`, 'depthwise_kernel']],
    );
    add('Conv2D', `${name}_pointwise`, { filters: block.width, ...convolution([1, 1], 1, 'valid') }, [
      [`${name}_kernel`, 'kernel'],
    ]);
    normed(name);
    size = after(network, size, block.kernel, block.stride);
  }
  add('DepthwiseConv2D', 'head', { depth_multiplier: 1, ...convolution(size, 1, 'valid') }, [
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

/** What the trainer gives back. */
export interface ExportedWeights {
  readonly listed: readonly Weight[];
  /** float32, little-endian, the tensors of `listed` one after the other. */
  readonly data: Uint8Array;
  /** What features were multiplied by in training; an exported model takes them as they come. */
  readonly featureScale: number;
}

export interface TrainedTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** By name, for features as they come. */
export function tensorsOf({
  listed,
  data,
  featureScale,
}: ExportedWeights): ReadonlyMap<string, TrainedTensor> {
  const tensors = new Map<string, TrainedTensor>();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  for (const { name, shape } of listed) {
    const length = shape.reduce((product, size) => product * size, 1);
    const scale = name === 'stem_kernel' ? featureScale : 1;
    const values = Float32Array.from({ length }, (_, i) => view.getFloat32(at + 4 * i, true) * scale);
    tensors.set(name, { shape, values });
    at += 4 * length;
  }
  return tensors;
}

export interface TfjsModel {
  readonly json: string;
  readonly weights: Uint8Array;
}

/** A trained network of the kind `window`, with a softmax of `other` and the word. */
export function exportTfjs(name: string, network: Network, trained: ExportedWeights): TfjsModel {
  const tensors = tensorsOf(trained);
  const layers = layersOf(network);
  const weights = layers.flatMap(({ names }) =>
    names.map(([trained, exported]) => {
      const { shape, values } = tensors.get(trained)!;
      return { name: exported, shape, values };
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
