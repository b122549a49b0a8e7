/** CONV_2D: y[b,oy,ox,co] = sum over taps and input channels of (x + inputOffset) * filter. */
import type { Conv2d } from '../../lowering/call.js';
import { createImage, type Image, loadImage } from './image.js';
import { packRows, type Run } from './rows.js';
import { prepareScaling, requantize } from './scaling.js';

type ConvParams = Omit<Conv2d, 'filter'>;

export function prepareConv2d(p: Conv2d, x: Int8Array, y: Int8Array): () => void {
  const taps = p.kernelH * p.kernelW * p.inC;
  return prepareFilters(p, (channel, tap) => p.filter[channel * taps + tap]!, x, y);
}

/** @param weight of an output channel and a tap, which count [kernelH][kernelW][inC] */
export function prepareFilters(
  p: ConvParams,
  weight: (channel: number, tap: number) => number,
  x: Int8Array,
  y: Int8Array,
): () => void {
  const image = createImage(p);
  const rows = packRows({ rows: p.outC, runs: runsOf(p, image), weight, bias: p.bias });
  const scaling = prepareScaling(p, p.outC);
  const sums = new Int32Array(2 * rows.padded);
  const positions = positionsOf(p, image);
  return () => {
    let out = 0;
    for (let batch = 0; batch < p.batches; batch += 1) {
      loadImage(image, x, batch);
      for (let i = 0; i < positions.length; i += 2) {
        const alone = i + 1 === positions.length;
        rows.multiply(image.values, positions[i]!, positions[alone ? i : i + 1]!, sums);
        requantize(scaling, sums, 0, y, out);
        if (!alone) requantize(scaling, sums, rows.padded, y, out + p.outC);
        out += alone ? p.outC : 2 * p.outC;
      }
    }
  };
}

/** Per position of the filter its first value. */
function positionsOf({ outH, outW, strideH, strideW, inC }: ConvParams, { rowSize }: Image): Int32Array {
  return Int32Array.from({ length: outH * outW }, (_, i) => {
    const [oy, ox] = [Math.floor(i / outW), i % outW];
    return oy * strideH * rowSize + ox * strideW * inC;
  });
}

/** A row of the filter lies over consecutive values, unless there are gaps between its columns. */
function runsOf({ kernelH, kernelW, dilationH, dilationW, inC }: ConvParams, { rowSize }: Image): Run[] {
  const [pieces, length] = dilationW === 1 ? [1, kernelW * inC] : [kernelW, inC];
  return Array.from({ length: kernelH * pieces }, (_, i) => {
    const [ky, kx] = [Math.floor(i / pieces), i % pieces];
    return { offset: ky * dilationH * rowSize + kx * dilationW * inC, length };
  });
}
