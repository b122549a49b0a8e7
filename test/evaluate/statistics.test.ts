/** Bounds against published values, and the bootstrap against what it must do. */
import { describe, expect, test } from 'vitest';
import { bootstrap } from '../../src/evaluate/statistics/bootstrap.js';
import {
  binomialCdf,
  binomialInterval,
  poissonCdf,
  poissonInterval,
} from '../../src/evaluate/statistics/exact.js';
import { fitTail } from '../../src/evaluate/statistics/tail.js';

describe('exact intervals', () => {
  // R: binom.test(x, n)$conf.int
  test.each([
    [0, 10, 0, 0.3084971],
    [1, 63, 0.0004017, 0.0853334],
    [5, 10, 0.187086, 0.812914],
    [10, 10, 0.6915029, 1],
    [29, 57, 0.372899, 0.643695],
  ])('%i of %i', (count, total, low, high) => {
    const interval = binomialInterval(count, total);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  // Tables of Garwood: 1: 0.0253…5.572, 3: 0.619…8.77, 10: 4.795…18.39, 100: 81.36…121.63
  test.each([
    [0, 0, 2.9957],
    [1, 0.0253, 5.5716],
    [3, 0.6187, 8.7673],
    [10, 4.7954, 18.3904],
    [100, 81.3638, 121.6272],
  ])('%i events', (count, low, high) => {
    const interval = poissonInterval(count);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  test('distributions that can be summed by hand', () => {
    expect(binomialCdf(1, 3, 0.5)).toBeCloseTo(0.5, 12);
    expect(poissonCdf(1, 2)).toBeCloseTo(3 * Math.exp(-2), 12);
    expect(binomialCdf(5000, 10_000, 0.5)).toBeCloseTo(0.50399, 4);
    expect(poissonCdf(1000, 1000)).toBeCloseTo(0.50841, 4);
  });
});

describe('bootstrap', () => {
  const ones = new Array<number>(100).fill(1);

  test('of a share: about two standard errors wide, around it', () => {
    const [band] = bootstrap([ones.map((_, i) => (i < 20 ? 1 : 0))], ones)!;
    expect(band!.low).toBeGreaterThan(0.1);
    expect(band!.low).toBeLessThan(0.15);
    expect(band!.high).toBeGreaterThan(0.25);
    expect(band!.high).toBeLessThan(0.3);
  });

  test('clips that repeat themselves widen it: a clip with ten detections is one draw', () => {
    const spread = bootstrap([ones.map((_, i) => (i % 10 === 0 ? 1 : 0))], ones)![0]!;
    const clustered = bootstrap([ones.map((_, i) => (i === 0 ? 10 : 0))], ones)![0]!;
    expect(clustered.high - clustered.low).toBeGreaterThan(2 * (spread.high - spread.low));
  });

  test('nothing ever missed has no width; the same seed is the same band; few clips give none', () => {
    expect(bootstrap([ones.map(() => 0)], ones)).toEqual([{ low: 0, high: 0 }]);
    const counts = ones.map((_, i) => i % 3);
    expect(bootstrap([counts], ones, 7)).toEqual(bootstrap([counts], ones, 7));
    expect(bootstrap([[1, 0]], [1, 1])).toBeUndefined();
  });
});

describe('the tail of rare events', () => {
  /** The sizes that an exponential tail has at equal steps of probability. */
  const sizes = (scale: number, count: number) =>
    Array.from({ length: count }, (_, i) => -scale * Math.log((i + 0.5) / count));

  test.each([
    [1, 40, 2],
    [0.4, 40, 0.5],
    [2, 200, 10],
  ])('of scale %d, from %d events in %d h', (scale, count, hours) => {
    const rate = fitTail(sizes(scale, count), hours)!;
    for (const times of [2, 3, 5]) {
      const size = scale * times;
      expect(rate(size) / ((count / hours) * Math.exp(-times))).toBeCloseTo(1, 0);
    }
  });

  test.each([
    ['too few', sizes(1, 7), 1],
    ['all alike', Array.from({ length: 20 }, () => 3), 1],
    ['in no time', sizes(1, 20), 0],
  ])('%s: no fit', (_, some, hours) => {
    expect(fitTail(some, hours)).toBeUndefined();
  });
});
