/** LOGISTIC, TANH, RELU, RELU6, LEAKY_RELU, HARD_SWISH: one element at a time. */
import type { OperatorKind } from '../../model/types.js';
import type { FloatSite, Prepare } from './site.js';

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
export const relu = (x: number): number => (x < 0 ? 0 : x);
export const relu6 = (x: number): number => (x < 0 ? 0 : x > 6 ? 6 : x);

export function unary<K extends OperatorKind>(f: (x: number) => number): Prepare<K> {
  return (site: FloatSite<K>) => {
    const [x, y] = [site.input(), site.output()];
    return () => {
      for (let i = 0; i < x.length; i += 1) y[i] = f(x[i]!);
    };
  };
}

export const hardSwish = (x: number): number => (x * Math.min(Math.max(x + 3, 0), 6)) / 6;

export function prepareLeakyRelu(site: FloatSite<'LEAKY_RELU'>): () => void {
  const { alpha } = site.operator.options;
  return unary<'LEAKY_RELU'>((x) => (x > 0 ? x : x * alpha))(site);
}
