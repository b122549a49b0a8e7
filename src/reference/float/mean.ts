/** MEAN and REDUCE_MAX over any dimensions. */
import { positions, stridesOf } from './positions.js';
import type { FloatSite } from './site.js';

/** Where each element of the input goes. */
function reducedPositions(site: FloatSite<'MEAN' | 'REDUCE_MAX'>): Int32Array {
  const { shape } = site.inputTensor(0);
  const reduced = new Set(site.ints(1).map((axis) => (axis < 0 ? axis + shape.length : axis)));
  const strides = stridesOf(shape.map((size, axis) => (reduced.has(axis) ? 1 : size)));
  return positions(
    shape,
    strides.map((stride, axis) => (reduced.has(axis) ? 0 : stride)),
  );
}

export function prepareReduceMax(site: FloatSite<'REDUCE_MAX'>): () => void {
  const to = reducedPositions(site as FloatSite<'MEAN' | 'REDUCE_MAX'>);
  const [x, y] = [site.input(), site.output()];
  return () => {
    y.fill(Number.NEGATIVE_INFINITY);
    for (let i = 0; i < x.length; i += 1) if (x[i]! > y[to[i]!]!) y[to[i]!] = x[i]!;
  };
}

export function prepareMean(site: FloatSite<'MEAN'>): () => void {
  const to = reducedPositions(site as FloatSite<'MEAN' | 'REDUCE_MAX'>);
  const [x, y] = [site.input(), site.output()];
  const count = x.length / y.length;
  const sums = new Float64Array(y.length);
  return () => {
    sums.fill(0);
    for (let i = 0; i < x.length; i += 1) sums[to[i]!]! += x[i]!;
    for (let i = 0; i < y.length; i += 1) y[i] = sums[i]! / count;
  };
}
