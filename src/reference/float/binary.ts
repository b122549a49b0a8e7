/** ADD, SUB, MUL and PRELU with broadcasting. */
import { broadcastPositions } from './positions.js';
import { activationBounds, type FloatSite } from './site.js';

type Binary = 'ADD' | 'SUB' | 'MUL';

function broadcastOperands(site: FloatSite) {
  const shape = site.outputTensor().shape;
  return {
    a: site.input(0),
    b: site.input(1),
    y: site.output(),
    aAt: broadcastPositions(shape, site.inputTensor(0).shape),
    bAt: broadcastPositions(shape, site.inputTensor(1).shape),
  };
}

function operands(site: FloatSite<Binary>) {
  return {
    ...broadcastOperands(site as FloatSite),
    ...activationBounds(site.operator.options.activation),
  };
}

export function prepareAdd(site: FloatSite<'ADD'>): () => void {
  const { a, b, y, aAt, bAt, low, high } = operands(site as FloatSite<Binary>);
  return () => {
    for (let i = 0; i < y.length; i += 1) {
      const sum = a[aAt[i]!]! + b[bAt[i]!]!;
      y[i] = sum < low ? low : sum > high ? high : sum;
    }
  };
}

export function prepareSub(site: FloatSite<'SUB'>): () => void {
  const { a, b, y, aAt, bAt, low, high } = operands(site as FloatSite<Binary>);
  return () => {
    for (let i = 0; i < y.length; i += 1) {
      const difference = a[aAt[i]!]! - b[bAt[i]!]!;
      y[i] = difference < low ? low : difference > high ? high : difference;
    }
  };
}

export function preparePrelu(site: FloatSite<'PRELU'>): () => void {
  const { a: x, b: alpha, y, aAt, bAt } = broadcastOperands(site as FloatSite);
  return () => {
    for (let i = 0; i < y.length; i += 1) {
      const value = x[aAt[i]!]!;
      y[i] = value >= 0 ? value : value * alpha[bAt[i]!]!;
    }
  };
}

export function prepareMul(site: FloatSite<'MUL'>): () => void {
  const { a, b, y, aAt, bAt, low, high } = operands(site as FloatSite<Binary>);
  return () => {
    for (let i = 0; i < y.length; i += 1) {
      const product = a[aAt[i]!]! * b[bAt[i]!]!;
      y[i] = product < low ? low : product > high ? high : product;
    }
  };
}
