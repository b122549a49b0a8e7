/** CONV_2D: y[b,oy,ox,co] = sum over taps and input channels of (x + inputOffset) * filter. */
import type { Conv2d } from '../../kernels/call.js';
import { dot } from './dot.js';
import { requantizeChannel, taps } from './window.js';

export function conv2d(p: Conv2d, [x]: readonly Int8Array[], [y]: readonly Int8Array[]): void {
  const rows = taps(p.outH, p.strideH, p.padTop, p.kernelH, p.dilationH, p.inH);
  const columns = taps(p.outW, p.strideW, p.padLeft, p.kernelW, p.dilationW, p.inW);
  const finish = requantizeChannel(p);
  let out = 0;
  for (let batch = 0; batch < p.batches; batch += 1)
    for (const row of rows)
      for (const column of columns)
        for (let channel = 0; channel < p.outC; channel += 1) {
          let sum = 0;
          for (let ky = row.first; ky < row.end; ky += 1) {
            const inRow = (batch * p.inH + row.origin + ky * p.dilationH) * p.inW;
            const filterRow = (channel * p.kernelH + ky) * p.kernelW;
            for (let kx = column.first; kx < column.end; kx += 1) {
              const from = (inRow + column.origin + kx * p.dilationW) * p.inC;
              const weights = (filterRow + kx) * p.inC;
              sum += dot(x!, from, p.inputOffset, p.filter, weights, 0, p.inC);
            }
          }
          y![out++] = finish(sum, channel);
        }
}
