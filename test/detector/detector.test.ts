import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDetector } from '../../src/detector/detector.js';
import { outputFormat, probabilityByte } from '../../src/detector/probability.js';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import type { DetectorSpec } from '../../src/detector/spec.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { generator } from '../frontend/micro-rows.js';
import { describeWithSharedData, sharedJson } from '../support/shared-data.js';
import { everyHop, rowArbitrary, traceInTypeScript } from './detector-rows.js';
import { esphome, recognizeCommands } from './published-rules.js';

/** Steps (from 1) with a detection, and the label. */
const decisions = (spec: DetectorSpec, outputs: number, steps: ReturnType<typeof everyHop>) =>
  traceInTypeScript({ spec, outputs, steps })
    .map((line, i) => [i + 1, Number(line.split(' ')[0])] as const)
    .filter(([, label]) => label >= 0);

const microWakeWord = (cutoff: number, window: number, warmUp: number): DetectorSpec => ({
  ...detectorSpec(DETECTOR_PRESETS['micro-wake-word'], { stepMs: 10, hop: 1 }, [0]),
  // The middle of the interval that floor(255 c) takes to `cutoff`.
  cutoff: Math.min(1, (cutoff + 0.5) / 255),
  window,
  refractorySteps: warmUp,
});

/** Values that wander between silence and certainty. */
function wandering(length: number, outputs: number, seed: number): number[][] {
  const next = generator(seed);
  const state = new Array(outputs).fill(100);
  return Array.from({ length }, () =>
    state.map((_, i) => {
      const jump = next() >>> 28 === 0 ? 400 : 60;
      state[i] = Math.max(0, Math.min(255, state[i]! + ((next() >>> 8) % jump) - jump / 2));
      return Math.round(state[i]!);
    }),
  );
}

describeWithSharedData('detector.json', () => {
  interface Case {
    readonly name: string;
    readonly stride: number;
    readonly cutoff: number;
    readonly window: number;
    readonly warm_up: number;
    readonly probabilities: readonly number[];
    readonly detections: readonly number[];
  }
  for (const row of sharedJson<{ cases: readonly Case[] }>('golden', 'detector.json').cases)
    test(row.name, () => {
      const spec = microWakeWord(row.cutoff, row.window, row.warm_up);
      const steps = everyHop(
        row.stride,
        row.probabilities.map((p) => [p]),
      );
      expect(decisions(spec, 1, steps).map(([step]) => step)).toEqual(row.detections);
    });
});

describe("microWakeWord's rule", () => {
  test("decides as ESPHome's definition, with and without a gate", () => {
    let detections = 0;
    for (let seed = 0; seed < 60; seed++) {
      const [stride, window, cutoff] = [1 + (seed % 3), 1 + (seed % 10), 60 + 3 * seed];
      const rows = wandering(500, 1, seed);
      const voice = (slice: number) => seed % 2 === 0 || Math.floor(slice / 17) % 3 !== 0;
      const expected = esphome(
        rows.map(([p]) => p!),
        { stride, cutoff, window, warmUp: 100 },
        voice,
      );
      const steps = everyHop(stride, rows, (step) => voice(step + 1));
      expect(decisions(microWakeWord(cutoff, window, 100), 1, steps).map(([step]) => step)).toEqual(expected);
      detections += expected.length;
    }
    expect(detections).toBeGreaterThan(100);
  });

  test('a detection that the gate blocks changes nothing: the next inference is judged with the same window', () => {
    const spec = { ...microWakeWord(200, 3, 4), startDeaf: false };
    const detector = createDetector(spec, 1);
    for (const probability of [255, 255, 255]) detector.infer([probability]);
    detector.step();
    expect(detector.decide(false)).toBeUndefined();
    expect(detector.p(0)).toBe(1);
    detector.step();
    expect(detector.decide(true), 'judged once only').toBeUndefined();
    detector.infer([255]);
    detector.step();
    expect(detector.decide(true)).toEqual({ label: 0, p: 1 });
    expect(detector.p(0), 'cleared').toBe(0);
  });

  test('never fires in the first second after a reset, and again only after a second of quiet', () => {
    const steps = everyHop(1, [...Array(150).fill([255]), ...Array(110).fill([0]), ...Array(20).fill([255])]);
    // The counter only rises while the newest probability is below the cutoff.
    expect(decisions(microWakeWord(247, 5, 100), 1, steps).map(([step]) => step)).toEqual([265]);
  });

  test('as a gate it is judged by the sum alone', () => {
    const gate = createDetector(microWakeWord(127, 5, 100), 1);
    const open = [255, 255, 100, 0, 200, 0].map((p) => {
      gate.infer([p]);
      gate.step();
      return gate.open();
    });
    // Sums 255, 510, 610, 610, 810, 555 against 127 * 5 = 635.
    expect(open).toEqual([false, false, false, false, true, false]);
  });
});

describe("micro_speech's rule", () => {
  test.each([
    [20, 1],
    [20, 2],
    [20, 5],
    [10, 7],
    [20, 25],
  ])('decides as RecognizeCommands: step %i ms, an inference every %i steps', (stepMs, hop) => {
    const spec = detectorSpec(DETECTOR_PRESETS['micro-speech'], { stepMs, hop }, [2, 3]);
    let commands = 0;
    for (let seed = 0; seed < 8; seed++) {
      const next = generator(1000 + seed);
      let loud = 0;
      const results = Array.from({ length: Math.min(1000, 10_000 / hop) }, () => {
        if ((next() >>> 8) % Math.ceil(1500 / (stepMs * hop)) === 0) loud = next() >>> 30;
        return Array.from({ length: 4 }, (_, i) =>
          i === loud ? 200 + ((next() >>> 8) % 56) - (next() >>> 29 === 0 ? 60 : 0) : (next() >>> 8) % 210,
        );
      });
      const expected = recognizeCommands(results, stepMs * hop);
      const steps = everyHop(hop, results);
      expect(decisions(spec, 4, steps)).toEqual(expected.map(([n, label]) => [(n + 1) * hop, label]));
      commands += expected.length;
    }
    expect(commands).toBeGreaterThan(20);
  });
});

test('after a competitor the label before it may be heard again at once', () => {
  const rule = detectorSpec(DETECTOR_PRESETS['micro-speech'], { stepMs: 20, hop: 1 }, [2, 3]);
  const spec = { ...rule, window: 1, minimum: 1 };
  const [yes, unknown] = [
    [0, 0, 255, 0],
    [0, 255, 0, 0],
  ];
  expect(decisions(spec, 4, everyHop(1, [yes, yes, unknown, yes, yes]))).toEqual([
    [1, 2],
    [4, 2],
  ]);
  expect(decisions({ ...spec, refractoryFor: 'all' }, 4, everyHop(1, [yes, unknown, yes]))).toEqual([[1, 2]]);
});

describe('the general rule', () => {
  const spec = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 20, hop: 1 }, [1, 2]);
  const rows = (...runs: readonly (readonly [number, readonly number[]])[]) =>
    everyHop(
      1,
      runs.flatMap(([times, row]) => Array.from({ length: times }, () => row)),
    );

  test('fires at the third inference, then not for 1000 ms', () => {
    expect(decisions(spec, 3, rows([60, [0, 255, 0]]))).toEqual([
      [3, 1],
      [53, 1],
    ]);
  });
  test('a louder output that is no target wins silently', () => {
    expect(decisions(spec, 3, rows([60, [250, 240, 0]]))).toEqual([]);
    expect(decisions({ ...spec, competition: 'each' }, 3, rows([10, [250, 240, 0]]))).toEqual([[3, 1]]);
  });
  test('of several labels the highest is heard, the first on a tie', () => {
    expect(decisions({ ...spec, competition: 'each' }, 3, rows([5, [0, 240, 241]]))).toEqual([[3, 2]]);
    expect(decisions({ ...spec, competition: 'each' }, 3, rows([5, [0, 240, 240]]))).toEqual([[3, 1]]);
  });
  test('another label may be heard at once where the refractory time is per label', () => {
    const perLabel = { ...spec, refractoryFor: 'same-label' } as const;
    const steps = rows([5, [0, 255, 0]], [10, [0, 0, 255]]);
    expect(decisions(perLabel, 3, steps)).toEqual([
      [3, 1],
      [8, 2],
    ]);
    expect(decisions(spec, 3, steps)).toEqual([[3, 1]]);
  });
});

test('p is rounded half up in integers', () => {
  const detector = createDetector({ ...microWakeWord(0, 3, 0), partialWindow: 'present' }, 1);
  expect(detector.p(0)).toBe(0);
  const shown = [1, 2, 255].map((p) => {
    detector.infer([p]);
    return detector.p(0);
  });
  // 1/255 = 0.003921…, 3/510 = 0.005882…, 258/765 = 0.337254…
  expect(shown).toEqual([0.0039, 0.0059, 0.3373]);
});

test('times become steps and inferences', () => {
  const at = (preset: keyof typeof DETECTOR_PRESETS, stepMs: number, hop: number) => {
    const { window, minimum, refractorySteps } = detectorSpec(DETECTOR_PRESETS[preset], { stepMs, hop }, [0]);
    return { window, minimum, refractorySteps };
  };
  expect(at('micro-wake-word', 10, 3)).toEqual({ window: 5, minimum: 1, refractorySteps: 100 });
  expect(at('micro-wake-word-v1', 20, 1)).toEqual({ window: 10, minimum: 1, refractorySteps: 74 });
  // 0, 100, …, 1000 ms; 250 ms are spanned by 4; more than 1500 ms are 76 steps.
  expect(at('micro-speech', 20, 5)).toEqual({ window: 11, minimum: 4, refractorySteps: 76 });
  expect(at('micro-speech', 20, 1)).toEqual({ window: 51, minimum: 14, refractorySteps: 76 });
  // An inference a second: no three of them lie within a second, and two are all that is asked for.
  expect(at('micro-speech', 20, 50)).toEqual({ window: 2, minimum: 2, refractorySteps: 76 });
});

test('a description out of range names every field', () => {
  const broken = {
    ...microWakeWord(100, 5, 1),
    window: 256,
    minimum: 0,
    cutoff: 1.5,
    targets: [3],
    refractorySteps: -1,
  };
  const error = (() => {
    try {
      createDetector(broken, 2);
      return undefined;
    } catch (caught) {
      return caught as KwsError;
    }
  })();
  expect(error).toBeInstanceOf(KwsError);
  expect(error!.problems.map(({ where }) => where)).toEqual(
    ['cutoff', 'window', 'minimum', 'refractorySteps', 'targets'].map((field) => `detector.${field}`),
  );
  expect(error!.message).toContain(
    'detector.window: 256 is out of range\n  why: 1 to 255 inferences are averaged',
  );
});

const formatOf = (type: 'int8' | 'uint8' | 'float32', affine?: readonly [number, number]) =>
  outputFormat({
    type,
    ...(affine && { quantization: { scales: [Math.fround(affine[0])], zeroPoints: [affine[1]], axis: 0 } }),
  });

test.each([
  ['int8', undefined, -128, 0],
  ['int8', undefined, 127, 255],
  ['uint8', undefined, 200, 200],
  ['float32', undefined, 1, 255],
  ['float32', undefined, 0.5, 128],
  ['float32', undefined, 0.501953125, 129],
  ['float32', undefined, -1, 0],
  ['float32', undefined, Number.NaN, 0],
  // What softmax and logistic have, and what other tools write for it: the value as it is.
  ['int8', [1 / 256, -128], 77, 205],
  ['int8', [1 / 255, -128], 77, 205],
  ['uint8', [1 / 255, 0], 128, 128],
  // Other scales: p is scale (q - zero point), of 256.
  ['uint8', [1 / 200, 10], 110, 128],
  ['uint8', [1 / 200, 10], 9, 0],
  ['uint8', [1 / 200, 10], 255, 255],
  ['int8', [0.0021, 3], 127, 67],
  ['int8', [0.0901, -40], -35, 115],
  ['int8', [1000, 0], 1, 255],
] as const)('probability of %s %j %d is %i', (type, affine, value, expected) => {
  expect(probabilityByte(formatOf(type, affine), value)).toBe(expected);
});

describe('for any settings', () => {
  const property = (check: (row: typeof rowArbitrary extends fc.Arbitrary<infer R> ? R : never) => void) =>
    fc.assert(fc.property(rowArbitrary, check), { seed: 1, numRuns: 200 });

  test('a reset makes the run start over', () =>
    property((row) => {
      const steps = row.steps.map(({ reset: _, cutoff: __, ...step }) => step);
      const once = traceInTypeScript({ ...row, steps });
      const [first, ...rest] = steps;
      const twice = traceInTypeScript({ ...row, steps: [...steps, { ...first!, reset: true }, ...rest] });
      expect(twice.slice(steps.length)).toEqual(once);
    }));

  test('two detections are at least the refractory time apart, unless of different labels', () =>
    property(({ spec, outputs, steps }) => {
      const plain = steps.map(({ reset: _, cutoff: __, ...step }) => step);
      const heard = decisions(spec, outputs, plain);
      heard.slice(1).forEach(([step, label], i) => {
        const [before, labelBefore] = heard[i]!;
        if (spec.refractoryFor === 'all' || label === labelBefore)
          expect(step - before).toBeGreaterThanOrEqual(
            spec.refractoryFor === 'all' ? spec.refractorySteps : 1,
          );
        expect(spec.targets).toContain(label);
      });
    }));

  test('nothing is heard behind a closed gate', () =>
    property(({ spec, outputs, steps }) => {
      const closed = steps.map((step) => ({ ...step, gateOpen: false }));
      expect(decisions(spec, outputs, closed)).toEqual([]);
    }));
});
