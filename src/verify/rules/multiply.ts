/** Rules of the operators that slide or multiply: convolutions, fully connected, pools. */
import { slidingWindow } from '../../model/arithmetic.js';
import { elementCount, shapeText } from '../../model/elements.js';
import type { OperatorKind, Tensor } from '../../model/types.js';
import type { OperatorSite } from './site.js';
import {
  expectPositive,
  expectQuantized,
  expectRank,
  expectSameScale,
  expectSameType,
  expectShape,
} from './site.js';

/** Filter and bias as constants, quantized per tensor or along the channels' axis, symmetric. */
function expectWeights(
  site: Pick<OperatorSite, 'say' | 'isConstant'>,
  x: Tensor,
  filter: Tensor,
  bias: Tensor | undefined,
  shape: { readonly channels: number; readonly axis: number; readonly symmetric: boolean },
): void {
  const { channels, axis, symmetric } = shape;
  if (!site.isConstant(1) && elementCount(filter.shape) > 0) site.say('its filter is not constant');
  const q = filter.quantization;
  if (q !== undefined && q.scales.length > 1 && q.axis !== axis)
    site.say(`its filter has scales along dimension ${q.axis}; they belong along ${axis}`);
  if (symmetric && filter.type === 'int8' && q?.zeroPoints.some((value) => value !== 0))
    site.say('its filter has a zero point other than 0');
  if (bias === undefined) return;
  if (!site.isConstant(2)) site.say('its bias is not constant');
  if (elementCount(bias.shape) !== channels)
    site.say(`its bias has the shape ${shapeText(bias.shape)}; there are ${channels} output channels`);
  const wanted = x.type === 'int8' || x.type === 'uint8' ? 'int32' : x.type === 'int16' ? undefined : x.type;
  if (wanted !== undefined && bias.type !== wanted) site.say(`its bias is ${bias.type}; ${wanted} is needed`);
}

/** Output height and width of a window over x [n,h,w,c]. */
function windowOutput(
  x: Tensor,
  o: OperatorSite<'AVERAGE_POOL_2D'>['operator']['options'],
  dilation = { h: 1, w: 1 },
): [number, number] {
  return [
    slidingWindow(o.padding, x.shape[1]!, o.filterH, o.strideH, dilation.h).output,
    slidingWindow(o.padding, x.shape[2]!, o.filterW, o.strideW, dilation.w).output,
  ];
}

function convolution(site: OperatorSite<'CONV_2D' | 'DEPTHWISE_CONV_2D'>, depthwise: boolean): void {
  const [x, filter, y] = [site.input(0)!, site.input(1)!, site.output(0)];
  const { strideH, strideW, dilationH, dilationW } = site.operator.options;
  const ranks = [
    expectRank(site, 'its input', x, 4),
    expectRank(site, 'its filter', filter, 4),
    expectRank(site, 'its output', y, 4),
    expectPositive(site, { strideH, strideW, dilationH, dilationW }),
  ];
  if (ranks.includes(false)) return;
  const channels = filter.shape[depthwise ? 3 : 0]!;
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, filter, y]);
  expectWeights(site, x, filter, site.input(2), { channels, axis: depthwise ? 3 : 0, symmetric: true });
  const [filterH, filterW] = [filter.shape[1]!, filter.shape[2]!];
  if (!expectPositive(site, { 'filter height': filterH, 'filter width': filterW })) return;
  const [h, w] = windowOutput(
    x,
    { ...site.operator.options, filterH, filterW },
    { h: dilationH, w: dilationW },
  );
  expectShape(site, 'its output', y.shape, [x.shape[0]!, h, w, channels]);
}

export function convRule(site: OperatorSite<'CONV_2D'>): void {
  convolution(site, false);
  const [x, filter] = [site.input(0)!, site.input(1)!];
  if (x.shape.length !== 4 || filter.shape.length !== 4 || filter.shape[3] === x.shape[3]) return;
  const [taken, given] = [filter.shape[3]!, x.shape[3]!];
  const groups = given / taken;
  if (Number.isInteger(groups))
    site.say(
      `convolves in ${groups} groups of ${taken} channels, which kws-gen does not compute`,
      'use plain or depthwise convolutions, without groups, and train again',
    );
  else site.say(`its filter takes ${taken} channels and its input has ${given}`);
}

export function depthwiseRule(site: OperatorSite<'DEPTHWISE_CONV_2D'>): void {
  convolution(site, true);
  const [x, filter] = [site.input(0)!, site.input(1)!];
  const { depthMultiplier } = site.operator.options;
  if (x.shape.length !== 4 || filter.shape.length !== 4) return;
  if (filter.shape[0] !== 1) site.say(`its filter has the shape ${shapeText(filter.shape)}; the first is 1`);
  if (filter.shape[3] !== x.shape[3]! * depthMultiplier)
    site.say(
      `its filter has ${filter.shape[3]} channels; ${x.shape[3]} times the depth multiplier ${depthMultiplier} are needed`,
    );
}

export function fullyConnectedRule(site: OperatorSite<'FULLY_CONNECTED'>): void {
  const [x, filter, y] = [site.input(0)!, site.input(1)!, site.output(0)];
  if (!expectRank(site, 'its filter', filter, 2)) return;
  const [channels, depth] = [filter.shape[0]!, filter.shape[1]!];
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, filter, y]);
  expectWeights(site, x, filter, site.input(2), { channels, axis: 0, symmetric: false });
  const count = elementCount(x.shape);
  if (depth === 0 || count % depth !== 0)
    site.say(`takes ${shapeText(x.shape)}, which is no multiple of its filter's ${depth}`);
  else if (site.operator.options.keepNumDims)
    expectShape(site, 'its output', y.shape, [...x.shape.slice(0, -1), channels]);
  else if (elementCount(y.shape) !== (count / depth) * channels || (y.shape.at(-1) ?? 1) !== channels)
    site.say(
      `gives ${shapeText(y.shape)}; ${shapeText([count / depth, channels])} follows from its operands`,
    );
}

export function poolRule(site: OperatorSite<Extract<OperatorKind, 'AVERAGE_POOL_2D' | 'MAX_POOL_2D'>>): void {
  const [x, y] = [site.input(0)!, site.output(0)];
  const { filterH, filterW, strideH, strideW } = site.operator.options;
  const ranks = [
    expectRank(site, 'its input', x, 4),
    expectRank(site, 'its output', y, 4),
    expectPositive(site, { filterH, filterW, strideH, strideW }),
  ];
  if (ranks.includes(false)) return;
  expectSameType(site, [x, y]);
  expectQuantized(site, [x, y]);
  expectSameScale(site, x, y);
  const [h, w] = windowOutput(x, site.operator.options);
  expectShape(site, 'its output', y.shape, [x.shape[0]!, h, w, x.shape[3]!]);
}
