/** Choosing among points, and writing what was chosen. */

import { describe, expect, test } from 'vitest';
import { DETECTOR_PRESETS, type DetectorPreset, detectorSpec } from '../../src/detector/settings.js';
import { randomNumbers } from '../../src/evaluate/statistics/random.js';
import { countedBudget, expectedBudget } from '../../src/evaluate/sweep/budget.js';
import { choose, withOthers } from '../../src/evaluate/sweep/choose.js';
import type { Point } from '../../src/evaluate/sweep/count.js';
import { cutoffOf, type Setting } from '../../src/evaluate/sweep/grid.js';
import { tunedEntry } from '../../src/evaluate/tune/entry.js';
import { withDetector } from '../../src/evaluate/tune/kws-json.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { DetectorEntry } from '../../src/project/schema.js';
import type { ResolvedModel } from '../../src/project/types.js';
import { openModel } from '../../src/readers/read-model.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { wakeModel } from '../support/wake-model.js';

const OWN = { cutoff: 0.5, window: 3, refractorySteps: 100 };

/** A family: per falling cutoff misses and false accepts. */
function family(window: number, rows: readonly (readonly [misses: number, accepts: number])[]): Point[] {
  return rows.map(([misses, falseAccepts], i) => ({
    cutoff: Number((0.9 - i * 0.1).toFixed(1)),
    window,
    refractorySteps: 100,
    clips: 10,
    misses,
    repeats: 0,
    others: 0,
    falseAccepts,
    hours: 1,
  }));
}

describe('the choice', () => {
  const short = family(2, [
    [5, 0],
    [1, 1],
    [1, 2],
    [0, 9],
  ]);
  const long = family(3, [
    [4, 0],
    [1, 0],
    [1, 0],
    [1, 1],
    [1, 5],
    [0, 8],
  ]);

  test('fewest misses in the budget, in the middle of the longest range', () => {
    const { point, plateau } = choose([...short, ...long], countedBudget(2, 1), OWN)!;
    expect([point.window, point.cutoff]).toEqual([3, 0.7]);
    expect(plateau).toEqual({ low: 0.6, high: 0.8 });
  });

  test('a larger budget buys fewer misses', () => {
    const { point } = choose([...short, ...long], countedBudget(8, 1), OWN)!;
    expect([point.window, point.cutoff, point.misses]).toEqual([3, 0.4, 0]);
  });

  test('with what sounds alike it is where both mistakes together are fewest', () => {
    const firing = new Map([0, 5, 10, 30, 100, 150].map((count, i) => [long[i]!.cutoff, count]));
    const alike = { clips: 20, weight: 0.2, firing: ({ cutoff }: Setting) => firing.get(cutoff)! };
    const both = withOthers(long, () => true, [alike]);
    expect(both.map(({ misses }) => misses)).toEqual([4, 2, 2, 4, 11, 15]);
    expect(choose(both, countedBudget(8, 1), OWN)!.point.cutoff).toBe(0.8);
    const single = { clips: 10, weight: 1, firing: () => 2 };
    const all = withOthers(long, ({ cutoff }) => cutoff > 0.6, [alike, single]);
    expect(all.map(({ misses }) => misses)).toEqual([6, 4, 4, 1, 1, 0]);
    expect(choose(long, countedBudget(8, 1), OWN)!.point.cutoff).toBe(0.4);
  });

  test('the budget is per hour', () => {
    expect(choose(long, countedBudget(0.5, 2), OWN)!.plateau.low).toBe(0.6);
    expect(choose(long, countedBudget(0.5, 1), OWN)!.plateau.low).toBe(0.7);
  });

  test('of settings that are as good the window nearest to the own', () => {
    const rows = [[1, 0]] as const;
    const points = [...family(1, rows), ...family(4, rows), ...family(9, rows)];
    expect(choose(points, countedBudget(1, 1), OWN)!.point.window).toBe(4);
  });

  test('a range does not reach over what is worse', () => {
    const points = family(2, [
      [1, 0],
      [2, 0],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(choose(points, countedBudget(1, 1), OWN)!.plateau).toEqual({ low: 0.5, high: 0.7 });
  });

  /** Falling cutoffs from 0.9: misses, false accepts. */
  const bounded = family(9, [
    [2, 0],
    [1, 0],
    [1, 0],
    [1, 4],
  ]);
  const endless = family(4, [
    [2, 0],
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
  const OPEN = [
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
  ] as const;

  test('a range whose ends are measured goes before a longer one that ends with the scale', () => {
    const { point, measured, own } = choose([...endless, ...bounded], countedBudget(1, 1), OWN)!;
    expect([point.window, point.cutoff, own]).toEqual([9, 0.8, false]);
    expect(measured).toEqual({ low: true, high: true });
  });

  test.each([
    ['no end', OPEN, { low: false, high: false }],
    ['the upper end', endless.map(({ misses }) => [misses, 0] as const), { low: false, high: true }],
    ['the lower end', [...OPEN, [1, 9]] as const, { low: true, high: false }],
  ])('measured is %s: the own setting stays', (_, rows, measured) => {
    const own = { ...OWN, cutoff: 0.602 };
    expect(choose([...family(2, OPEN), ...family(3, rows)], countedBudget(1, 1), own)).toMatchObject({
      point: { cutoff: 0.602, window: 3, misses: 1 },
      measured,
      own: true,
    });
  });

  test('one range is no more than chance where it is a single step', () => {
    const knife = family(9, [
      [2, 0],
      [1, 0],
      [1, 4],
    ]);
    expect(choose([...endless, ...knife], countedBudget(1, 1), OWN)!.point.window).toBe(4);
  });

  test('nothing within the budget', () => {
    expect(choose(family(1, [[0, 3]]), countedBudget(1, 1), OWN)).toBeUndefined();
  });
});

describe('the budget as expected', () => {
  const HOURS = 0.8;
  const BUDGET = 0.5;
  /** Events of which 1000 an hour have log-odds above -6, falling by e with each. */
  const trueRate = (cutoff: number) => 1000 * Math.exp(-6 - Math.log(cutoff / (1 - cutoff)));
  /** What a sweep counts of one time's events; every time has others. */
  function counted(random: () => number): Point[] {
    const odds: number[] = [];
    const waited = () => -Math.log(random()) / 1000;
    for (let time = waited(); time < HOURS; time += waited()) odds.push(-6 - Math.log(random()));
    return Array.from({ length: 254 }, (_, i): Point => {
      const cutoff = cutoffOf(254 - i);
      const least = Math.log(cutoff / (1 - cutoff));
      const falseAccepts = odds.reduce((sum, x) => sum + (x > least ? 1 : 0), 0);
      return { ...family(3, [[0, falseAccepts]])[0]!, cutoff, hours: HOURS };
    });
  }
  const lowest = (points: readonly Point[], allows: (point: Point) => boolean) =>
    (points.filter(allows).at(-1) ?? points[0]!).cutoff;
  const middle = (values: readonly number[], part: number) =>
    [...values].sort((a, b) => a - b)[Math.floor(part * values.length)]!;

  test('is met more closely than by counting, for what cannot be counted in so few hours', () => {
    const random = randomNumbers(7);
    const times = Array.from({ length: 200 }, () => counted(() => 1 - random()));
    const rates = (budgetOf: (points: readonly Point[]) => (point: Point) => boolean) =>
      times.map((points) => Math.log(trueRate(lowest(points, budgetOf(points))) / BUDGET));
    const byCount = rates(() => countedBudget(BUDGET, HOURS));
    const expected = rates((points) => expectedBudget(points, BUDGET, HOURS));
    expect(Math.abs(middle(expected, 0.5))).toBeLessThan(0.25);
    const spread = (values: readonly number[]) => middle(values, 0.9) - middle(values, 0.1);
    expect(spread(expected)).toBeLessThan(0.75 * spread(byCount));
  });

  const at = (rows: readonly (readonly [cutoff: number, falseAccepts: number])[]) =>
    rows.map(
      ([cutoff, falseAccepts]): Point => ({ ...family(3, [[0, falseAccepts]])[0]!, cutoff, hours: HOURS }),
    );

  test('one loud sound does not decide, where all others are far from it', () => {
    const points = at([
      [0.9, 0],
      [0.6, 1],
      [0.3, 1],
      [0.2, 2],
      [0.1, 9],
      [0.05, 25],
    ]);
    expect(lowest(points, countedBudget(BUDGET, HOURS))).toBe(0.9);
    expect(lowest(points, expectedBudget(points, BUDGET, HOURS))).toBe(0.6);
  });

  test('what was counted bounds it: two are believed to be more than the budget', () => {
    const points = at([
      [0.9, 0],
      [0.6, 2],
      [0.3, 2],
      [0.2, 2],
      [0.1, 9],
      [0.05, 25],
    ]);
    expect(lowest(points, expectedBudget(points, BUDGET, HOURS))).toBe(0.9);
  });

  test('with too few to fit it is as counted', () => {
    const points = at([
      [0.9, 0],
      [0.6, 1],
      [0.3, 7],
    ]);
    expect(lowest(points, expectedBudget(points, BUDGET, HOURS))).toBe(0.9);
    expect(lowest(points, expectedBudget(points, BUDGET, 4))).toBe(0.6);
  });
});

const MODEL = requireInt8(openModel(wakeModel(), 'wake.tflite'));
const NOTE = { maxFaPerHour: 1, falseAcceptsPerHour: 0.5, misses: 1, clips: 10, hours: 2 };

function resolved(preset: DetectorPreset): ResolvedModel {
  const detector = detectorSpec(DETECTOR_PRESETS[preset], { stepMs: 10, hop: 1 }, [0]);
  return { name: 'wake', model: MODEL, labels: ['wake'], detector, hop: 1 };
}

describe('the entry', () => {
  const frontend = FRONTEND_PRESETS['micro-wake-word'];
  const entryOf = (entry: DetectorEntry, setting: typeof OWN) =>
    tunedEntry(entry, resolved(typeof entry === 'string' ? entry : entry.preset!), frontend, setting, NOTE);

  test('a preset becomes its settings, with no field more than is needed', () => {
    expect(entryOf('micro-wake-word', OWN)).toEqual({
      preset: 'micro-wake-word',
      cutoff: 0.5,
      window: 3,
      tuned: NOTE,
    });
  });

  test('an inclusive refractory time, and one that is not', () => {
    const setting = { ...OWN, window: 200, refractorySteps: 60 };
    expect(entryOf('micro-speech', setting)).toMatchObject({ refractoryMs: 590 });
    expect(entryOf('general', setting)).toMatchObject({ refractoryMs: 600 });
  });

  test('a window shorter than the minimum takes that with it; an older note is replaced', () => {
    const before = { preset: 'general', minimum: 3, tuned: { ...NOTE, clips: 5 } } as const;
    expect(entryOf(before, { ...OWN, window: 2 })).toEqual({
      preset: 'general',
      cutoff: 0.5,
      window: 2,
      minimum: 2,
      tuned: NOTE,
    });
  });
});

describe('the text of kws.json', () => {
  const detector = { cutoff: 0.5, targets: ['a', 'b'], tuned: { clips: 3 } };
  const models = (inside: string) => `{\n    "version": 1,\n    "models": [${inside}]\n}\n`;

  test.each([
    [
      'an object on one line',
      models('\n        { "name": "x", "detector": { "cutoff": 0.1, "a": "}\\"{" }, "hop": 2 }\n    '),
    ],
    [
      'a preset',
      models('\n        {\n            "name": "x",\n            "detector": "general"\n        }\n    '),
    ],
    [
      'none',
      models('\n        {\n            "name": "x",\n            "labels": ["[", "]"]\n        }\n    '),
    ],
    ['everything on one line', '{"version":1,"models":[{"name":"x","detector":{}}],"a":[1,{"b":2}]}'],
    [
      'lines as of Windows',
      models('\n        {\n            "name": "x"\n        }\n    ').replaceAll('\n', '\r\n'),
    ],
    ['a byte order mark', `\ufeff${models('{"name": "x"}')}`],
  ])('%s', (_, text) => {
    const written = withDetector(text, 0, detector);
    const before = JSON.parse(text.replace('\ufeff', '')) as { models: object[] };
    const after = JSON.parse(written.replace('\ufeff', '')) as { models: object[] };
    expect(after).toEqual({ ...before, models: [{ ...before.models[0], detector }] });
    // Whatever is before and behind it is the same text.
    const common = [...text].findIndex((sign, i) => sign !== written[i]);
    expect(common).toBeGreaterThan(text.indexOf('"name"'));
    expect(written.includes('\r\n')).toBe(text.includes('\r\n'));
    expect(written.replaceAll('\r\n', '').includes('\r')).toBe(false);
  });

  test('the right one of several, laid out as the file is', () => {
    const text = models(
      '\n        { "name": "x" },\n        {\n            "name": "y",\n            "hop": 1\n        }\n    ',
    );
    expect(withDetector(text, 1, detector)).toBe(
      text.replace(
        '"hop": 1',
        '"hop": 1,\n            "detector": {\n                "cutoff": 0.5,\n                "targets": ["a", "b"],\n                "tuned": { "clips": 3 }\n            }',
      ),
    );
  });
});
