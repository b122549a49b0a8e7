/** The page's plots have axes to read, and fit a phone. */
import { describe, expect, test } from 'vitest';
import { excerptPlot, timeTicks } from '../../src/evaluate/report/plots.js';
import { page } from '../../src/report/html.js';

test.each([
  [0, 1000, [0, 200, 400, 600, 800, 1000]],
  [-500, 1340, [-500, 0, 500, 1000]],
  [-1000, 3000, [-1000, 0, 1000, 2000, 3000]],
  [61_500, 65_500, [62_000, 63_000, 64_000, 65_000]],
  [0, 40, [0]],
  [10, 30, []],
])('ticks from %d to %d ms', (from, to, ticks) => {
  expect(timeTicks(from, to)).toEqual(ticks);
});

describe('an excerpt', () => {
  const timeline = {
    fromMs: -500,
    toMs: 1500,
    clipMs: 1000,
    cutoff: 0.8,
    label: '<a>',
    points: [],
    heardMs: [],
  };
  const of = (channels: number, cepstra: boolean) =>
    excerptPlot({ timeline, picture: 'data:image/png;base64,', channels, cepstra });
  const words = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

  test.each([
    [40, false, ['0', '20', '39', 'channel']],
    [13, true, ['0', '6', '12', 'coefficient']],
    [1, false, ['0', 'channel']],
  ])('%d rows: probability, rows and time have ticks', (channels, cepstra, rows) => {
    const expected = ['0', '0.5', '1', 'cutoff 0.8', ...rows, '-0.5', '0', '0.5', '1', '1.5 s'];
    expect(words(of(channels, cepstra))).toEqual(expected);
  });

  test('is no wider than a phone of 390 pixels beside its margins', () => {
    expect(Number(/ width="(\d+)"/.exec(of(40, false))![1])).toBeLessThanOrEqual(390 - 2 * 16);
    expect(page('a', [])).toContain('svg { max-width: 100%; height: auto; }');
  });
});
