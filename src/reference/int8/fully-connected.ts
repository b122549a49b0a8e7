/** FULLY_CONNECTED: y[b,o] = sum over i of (x[b,i] + inputOffset) * (filter[o,i] + filterOffset). */
import type { FullyConnected } from '../../lowering/call.js';
import { packRows } from './rows.js';
import { prepareScaling, requantize } from './scaling.js';

export function prepareFullyConnected(p: FullyConnected, x: Int8Array, y: Int8Array): () => void {
  const { batches, inN, outN, inputOffset, filterOffset } = p;
  const runs = [{ offset: 0, length: inN }];
  const weight = (o: number, i: number) => p.filter[o * inN + i]! + filterOffset;
  const rows = packRows({ rows: outN, runs, weight, bias: p.bias });
  const scaling = prepareScaling(p, outN);
  const values = new Float64Array(inN);
  const sums = new Int32Array(2 * rows.padded);
  return () => {
    for (let batch = 0; batch < batches; batch += 1) {
      for (let i = 0; i < inN; i += 1) values[i] = x[batch * inN + i]! + inputOffset;
      rows.multiply(values, 0, 0, sums);
      requantize(scaling, sums, 0, y, batch * outN);
    }
  };
}
