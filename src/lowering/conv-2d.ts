/** CONV_2D and DEPTHWISE_CONV_2D. */
import { activationRange, convMultipliers, slidingWindow } from '../model/arithmetic.js';
import type { OperatorOf, Tensor } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

type Image = readonly [number, number, number, number];

export function imageShape(operands: Operands, tensor: Tensor): Image {
  const { shape } = tensor;
  operands.expect(shape.length === 4, `'${tensor.name}' has ${shape.length} dimensions, expected 4`);
  return shape as unknown as Image;
}

/** The fields that both convolutions share, in the order of their structs. */
function common(
  operands: Operands,
  options: OperatorOf<'CONV_2D' | 'DEPTHWISE_CONV_2D'>['options'],
  filterAxis: 0 | 3,
) {
  const [x, filter, y] = [operands.input(0), operands.input(1), operands.output()];
  const [batches, inH, inW, inC] = imageShape(operands, x);
  const filterShape = imageShape(operands, filter);
  const [, kernelH, kernelW] = filterShape;
  const channels = filterShape[filterAxis];
  const { padding, strideH, strideW, dilationH, dilationW, activation } = options;
  operands.expectSteps(kernelH, kernelW, strideH, strideW, dilationH, dilationW);
  operands.expect(
    Math.max((kernelH - 1) * dilationH, (kernelW - 1) * dilationW) < 2 ** 24,
    `dilation ${dilationH}x${dilationW} is too large`,
  );
  const rows = slidingWindow(padding, inH, kernelH, strideH, dilationH);
  const columns = slidingWindow(padding, inW, kernelW, strideW, dilationW);
  operands.expectShape(y, [batches, rows.output, columns.output, channels]);
  const [input, output] = [operands.affine(x), operands.affine(y)];
  const filterData = operands.int8Constant(filter);
  const scales = operands.filterScales(filter, filterAxis, channels);
  operands.expect(
    operands.quantization(filter).zeroPoints.every((zero) => zero === 0),
    'filter zero points must be 0',
  );
  const range = activationRange(activation, output.scale, output.zeroPoint);
  return {
    channels,
    source: { batches, inH, inW, inC },
    target: { outH: rows.output, outW: columns.output },
    window: { kernelH, kernelW, strideH, strideW, dilationH, dilationW },
    rest: {
      padTop: rows.before,
      padLeft: columns.before,
      inputOffset: -input.zeroPoint,
      outputOffset: output.zeroPoint,
      activationMin: range.min,
      activationMax: range.max,
      filter: filterData,
      bias: operands.bias(2, channels),
      ...convMultipliers(input.scale, scales, output.scale, channels),
    },
    filterShape,
  };
}

export function lowerConv2d(operands: Operands, operator: OperatorOf<'CONV_2D'>): CallOf<'conv_2d_s8'> {
  const { source, target, window, rest, channels, filterShape } = common(operands, operator.options, 0);
  operands.expect(
    filterShape[3] === source.inC,
    `filter has ${filterShape[3]} input channels for ${source.inC} (grouped convolution is not supported)`,
  );
  return operands.call('conv_2d_s8', { ...source, ...target, outC: channels, ...window, ...rest });
}

export function lowerDepthwiseConv2d(
  operands: Operands,
  operator: OperatorOf<'DEPTHWISE_CONV_2D'>,
): CallOf<'depthwise_conv_2d_s8'> {
  const { source, target, window, rest, channels, filterShape } = common(operands, operator.options, 3);
  const multiplier = channels / source.inC;
  operands.expect(
    Number.isInteger(multiplier) && multiplier >= 1 && filterShape[0] === 1,
    `filter [${filterShape.join(',')}] does not fit ${source.inC} input channels`,
  );
  return operands.call('depthwise_conv_2d_s8', { ...source, ...target, multiplier, ...window, ...rest });
}
