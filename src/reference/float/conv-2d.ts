/** CONV_2D: y[b,oy,ox,co] = sum over taps and input channels of x * filter, plus bias; outside x is zero. */
import { slidingWindow } from '../../model/arithmetic.js';
import { type Matrix, multiplyRows } from './multiply-rows.js';
import { activationBounds, type FloatSite } from './site.js';

export function prepareConv2d(site: FloatSite<'CONV_2D'>): () => void {
  const { padding, strideH, strideW, dilationH, dilationW, activation } = site.operator.options;
  const [batches, inH, inW, inC] = site.inputTensor(0).shape as [number, number, number, number];
  const [outC, kernelH, kernelW] = site.inputTensor(1).shape as [number, number, number, number];
  const rows = slidingWindow(padding, inH, kernelH, strideH, dilationH);
  const columns = slidingWindow(padding, inW, kernelW, strideW, dilationW);
  const [x, y] = [site.input(), site.output()];
  /** What the filter lies over: [kernelH][kernelW][inC]. */
  const patch = new Float64Array(kernelH * kernelW * inC);
  const matrix: Matrix = {
    weights: site.weights(1),
    bias: site.bias(2, outC),
    columns: patch.length,
    bounds: activationBounds(activation),
  };

  function gather(batch: number, top: number, left: number): void {
    let to = 0;
    for (let ky = 0; ky < kernelH; ky += 1) {
      const row = top + ky * dilationH;
      for (let kx = 0; kx < kernelW; kx += 1) {
        const column = left + kx * dilationW;
        if (row < 0 || row >= inH || column < 0 || column >= inW) patch.fill(0, to, to + inC);
        else {
          const from = ((batch * inH + row) * inW + column) * inC;
          for (let c = 0; c < inC; c += 1) patch[to + c] = x[from + c]!;
        }
        to += inC;
      }
    }
  }

  return () => {
    let out = 0;
    for (let batch = 0; batch < batches; batch += 1)
      for (let oy = 0; oy < rows.output; oy += 1)
        for (let ox = 0; ox < columns.output; ox += 1) {
          gather(batch, oy * strideH - rows.before, ox * strideW - columns.before);
          multiplyRows(matrix, patch, 0, y, out);
          out += outC;
        }
  };
}
