/** TRANSPOSE: dimensions in another order. */
import { positions, stridesOf } from './positions.js';
import type { FloatSite } from './site.js';

export function prepareTranspose(site: FloatSite<'TRANSPOSE'>): () => void {
  const own = stridesOf(site.inputTensor(0).shape);
  const from = positions(
    site.outputTensor().shape,
    site.ints(1).map((axis) => own[axis]!),
  );
  const [x, y] = [site.input(), site.output()];
  return () => {
    for (let i = 0; i < y.length; i += 1) y[i] = x[from[i]!]!;
  };
}
