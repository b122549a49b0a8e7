/** DEPTHWISE_CONV_2D: each input channel is filtered into `multiplier` output channels of its own. */
import type { DepthwiseConv2d } from '../../kernels/call.js';
import { requantizeChannel, taps } from './window.js';

export function depthwiseConv2d(
  p: DepthwiseConv2d,
  [x]: readonly Int8Array[],
  [y]: readonly Int8Array[],
): void {
  const rows = taps(p.outH, p.strideH, p.padTop, p.kernelH, p.dilationH, p.inH);
  const columns = taps(p.outW, p.strideW, p.padLeft, p.kernelW, p.dilationW, p.inW);
  const { filter, inputOffset, kernelW } = p;
  const outC = p.inC * p.multiplier;
  const finish = requantizeChannel(p);
  let out = 0;
  for (let batch = 0; batch < p.batches; batch += 1)
    for (const row of rows)
      for (const column of columns)
        for (let channel = 0; channel < outC; channel += 1) {
          const inChannel = Math.floor(channel / p.multiplier);
          let sum = 0;
          for (let ky = row.first; ky < row.end; ky += 1) {
            const inRow = (batch * p.inH + row.origin + ky * p.dilationH) * p.inW;
            for (let kx = column.first; kx < column.end; kx += 1) {
              const from = (inRow + column.origin + kx * p.dilationW) * p.inC + inChannel;
              sum += (x![from]! + inputOffset) * filter[(ky * kernelW + kx) * outC + channel]!;
            }
          }
          y![out++] = finish(sum, channel);
        }
}
