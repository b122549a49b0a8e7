/** FULLY_CONNECTED: y[b,o] = sum over i of x[b,i] * filter[o,i], plus bias. */
import { type Matrix, multiplyRows } from './multiply-rows.js';
import { activationBounds, type FloatSite } from './site.js';

export function prepareFullyConnected(site: FloatSite<'FULLY_CONNECTED'>): () => void {
  const [outN, inN] = site.inputTensor(1).shape as [number, number];
  const [x, y] = [site.input(), site.output()];
  const matrix: Matrix = {
    weights: site.weights(1),
    bias: site.bias(2, outN),
    columns: inN,
    bounds: activationBounds(site.operator.options.activation),
  };
  const batches = x.length / inN;
  return () => {
    for (let batch = 0; batch < batches; batch += 1) multiplyRows(matrix, x, batch * inN, y, batch * outN);
  };
}
