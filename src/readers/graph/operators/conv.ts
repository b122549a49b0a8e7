/**
 * Conv2D, DepthwiseConv2dNative and their fused forms, also between SpaceToBatchND and BatchToSpaceND.
 *
 * TensorFlow's kernels are [kh, kw, in, out] and [kh, kw, channels, multiplier].
 */
import { shapeText } from '../../../model/elements.js';
import { transposed } from '../../support/transposed.js';
import { UnreadableError } from '../../support/unreadable.js';
import type { Window } from '../../support/window.js';
import type { Activation, Blocked, Constant } from '../operand.js';
import { known, tensor } from '../operand.js';
import type { LowerNode, NodeSite } from '../site.js';
import { expectShape } from '../site.js';
import { fusedActivation } from './activation.js';
import { batchNorm } from './arithmetic.js';
import type { Fusion } from './fusion.js';
import { fusionOf, NOTHING_FUSED } from './fusion.js';
import { windowOutput, windowOver } from './window.js';

interface Kernel {
  readonly values: Constant;
  readonly depthwise: boolean;
}

function convolved(
  site: NodeSite,
  given: Activation,
  { values, depthwise }: Kernel,
  fusion: Fusion,
  dilation?: readonly [number, number],
): Activation {
  const [kh = 0, kw = 0, channels = 0, last = 0] = values.shape;
  const { x, window } = windowOver(site, given, [kh, kw]);
  if (values.shape.length !== 4 || channels !== x.shape[3])
    throw new UnreadableError(
      `convolves ${shapeText(x.shape)} with a kernel of ${shapeText(values.shape)}; kernels over all channels are read`,
      'use plain convolutions, without groups',
    );
  const outputs = depthwise ? channels * last : last;
  if (fusion.bias !== undefined) expectShape(fusion.bias, [outputs]);
  const dilated: Window =
    dilation === undefined ? window : { ...window, dilationH: dilation[0], dilationW: dilation[1] };
  const { height, width, ...options } = dilated;
  const { activation, after } = fusedActivation(fusion);
  const direct = fusion.norm === undefined ? activation : 'NONE';
  const bias = fusion.bias === undefined ? -1 : site.floats('bias', fusion.bias);
  const shape = [1, ...windowOutput(x, dilated), outputs];
  const taps = kh * kw * channels;
  const y = depthwise
    ? site.emit(
        'DEPTHWISE_CONV_2D',
        [x.id, site.floats('kernel', values, [1, kh, kw, outputs]), bias],
        shape,
        { ...options, depthMultiplier: last, activation: direct },
      )
    : site.emit(
        'CONV_2D',
        [
          x.id,
          site.floats('kernel', values, [outputs, kh, kw, channels], (all) => transposed(all, taps, outputs)),
          bias,
        ],
        shape,
        { ...options, activation: direct },
      );
  if (fusion.norm === undefined) return after(site, y);
  const normed = batchNorm(site, y, fusion.norm);
  if (fusion.activation === 'Relu') return site.emit('RELU', [normed.id], normed.shape, {});
  if (fusion.activation === 'Relu6') return site.emit('RELU6', [normed.id], normed.shape, {});
  return after(site, normed);
}

/** Blocks of size d make a convolution of neighbours one of every d-th value. */
function inBlocks(site: NodeSite, x: Blocked, kernel: Kernel, fusion: Fusion): Blocked {
  const [n, h = 1, w = 1, c] = x.block;
  const plain = ['strides', 'dilations'].every((key) =>
    (site.node.attributes.get(key)?.integers ?? []).every((value) => value === 1),
  );
  const padding = site.node.attributes.get('padding')?.text;
  if (x.block.length !== 4 || n !== 1 || c !== 1 || !plain || padding !== 'VALID')
    throw new UnreadableError(
      'convolves the blocks of SpaceToBatchND in another way than a dilation does',
      'use plain convolutions with dilation_rate, and save the model again',
    );
  return { ...x, emit: (pads) => convolved(site, x.emit(pads), kernel, fusion, [h, w]) };
}

const lowerConvolution =
  (depthwise: boolean, fused: boolean): LowerNode =>
  (site, inputs) => {
    const kernel = { values: known(inputs, 1, 'kernel'), depthwise };
    const fusion = fused ? fusionOf(site, inputs) : NOTHING_FUSED;
    const [x] = inputs;
    if (x?.kind === 'blocked') return inBlocks(site, x, kernel, fusion);
    return convolved(site, tensor(inputs, 0), kernel, fusion);
  };

export const CONVOLUTIONS: Readonly<Record<string, LowerNode>> = {
  Conv2D: lowerConvolution(false, false),
  _FusedConv2D: lowerConvolution(false, true),
  DepthwiseConv2dNative: lowerConvolution(true, false),
  FusedDepthwiseConv2dNative: lowerConvolution(true, true),
  _FusedDepthwiseConv2dNative: lowerConvolution(true, true),
};
