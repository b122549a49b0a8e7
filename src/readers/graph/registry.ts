/** The nodes that are read, by operation. */
import { ACTIVATIONS } from './operators/activation.js';
import { ARITHMETIC } from './operators/arithmetic.js';
import { BLOCKS } from './operators/blocks.js';
import { CONVOLUTIONS } from './operators/conv.js';
import { PRODUCTS } from './operators/mat-mul.js';
import { MOVEMENTS } from './operators/movement.js';
import { POOLS } from './operators/pool.js';
import { RESIZES } from './operators/resize.js';
import type { LowerNode } from './site.js';

export const NODES: Readonly<Record<string, LowerNode>> = {
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...BLOCKS,
  ...CONVOLUTIONS,
  ...PRODUCTS,
  ...MOVEMENTS,
  ...POOLS,
  ...RESIZES,
};

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^(While|StatelessWhile|If|StatelessIf|Switch|Merge|Enter|Exit|NextIteration|LoopCond|TensorList.*)$/,
    'recurrent layers and conditions have no operator: use convolutions instead, and train again',
  ],
  [/LSTM|GRU|RNN/, 'recurrent layers have no operator: use convolutions instead, and train again'],
  [
    /^(RFFT|FFT|AudioSpectrogram|Mfcc|DecodeWav|HannWindow|Complex.*)$/,
    'save the part of the model behind the features: kws-gen computes them in its front end',
  ],
  [
    /^(Elu|Selu|Softplus|Softsign|Erf)$/,
    'use Relu, Relu6, LeakyRelu, Sigmoid or Tanh instead, and train again',
  ],
  [
    /^(ResizeBicubic|ResizeArea|ScaleAndTranslate)$/,
    'resize with method "bilinear" and without antialias, or compute features of that size',
  ],
  [/^(Quantize|Dequantize|FakeQuant)/, 'give the float model it was made from'],
];

export function adviceForOperation(op: string): string {
  return (
    ADVICE.find(([pattern]) => pattern.test(op))?.[1] ??
    'build the model without it, or give the Keras model (.keras) it was made from'
  );
}
