/**
 * Rows for detectors, and what happens step by step: the same for every driver.
 *
 * Random settings and probabilities come from fast-check with a fixed seed; probabilities stay near the
 * cutoff for stretches, so that windows fill, empty, tie and fire.
 */
import fc from 'fast-check';
import { createDetector } from '../../src/detector/detector.js';
import type { DetectorSpec } from '../../src/detector/spec.js';
import { generator } from '../frontend/micro-rows.js';

export interface DetectorStep {
  /** A row of probabilities, at steps with an inference. */
  readonly probabilities?: readonly number[];
  readonly gateOpen: boolean;
  /** Set before everything else of the step. */
  readonly cutoff?: number;
  /** Before everything else of the step. */
  readonly reset?: boolean;
}

export interface DetectorRow {
  readonly spec: DetectorSpec;
  readonly outputs: number;
  readonly steps: readonly DetectorStep[];
}

/** What a step showed: decision and its p, gate, p of every output before the decision (ten-thousandths). */
function traceStep(label: number, p: number, open: boolean, outputs: readonly number[]): string {
  return [label, p, open ? 1 : 0, ...outputs].join(' ');
}

const tenThousandths = (p: number) => Math.round(p * 10_000);

/** The trace of a row by the TypeScript detector. */
export function traceInTypeScript({ spec, outputs, steps }: DetectorRow): string[] {
  const detector = createDetector(spec, outputs);
  return steps.map(({ probabilities, gateOpen, cutoff, reset }) => {
    if (reset === true) detector.reset();
    if (cutoff !== undefined) detector.cutoff = cutoff;
    if (probabilities !== undefined) detector.infer(probabilities);
    detector.step();
    const shown = Array.from({ length: outputs }, (_, i) => tenThousandths(detector.p(i)));
    const open = detector.open();
    const heard = detector.decide(gateOpen);
    return traceStep(heard?.label ?? -1, tenThousandths(heard?.p ?? 0), open, shown);
  });
}

const specArbitrary = (outputs: number): fc.Arbitrary<DetectorSpec> =>
  fc
    .record({
      cutoff: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 0.97, 1)),
      window: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(255)),
      minimum: fc.integer({ min: 1, max: 255 }),
      partialWindow: fc.constantFrom('zeros' as const, 'present' as const),
      mean: fc.constantFrom('exact' as const, 'floor' as const),
      refractorySteps: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(65_535)),
      refractoryCounts: fc.constantFrom('every-step' as const, 'steps-below-cutoff' as const),
      startDeaf: fc.boolean(),
      refractoryFor: fc.constantFrom('all' as const, 'same-label' as const),
      deafInference: fc.constantFrom('forgotten' as const, 'judged-later' as const),
      clearOnDetect: fc.boolean(),
      targets: fc.uniqueArray(fc.integer({ min: 0, max: outputs - 1 }), { minLength: 1 }),
      competition: fc.constantFrom('top' as const, 'each' as const),
    })
    .map((spec) => ({ ...spec, minimum: 1 + (spec.minimum % Math.min(spec.window, 6)) }));

/** Probabilities near the cutoff, rarely a new cutoff or a reset: from one seed, as quick as it gets. */
function randomSteps(spec: DetectorSpec, outputs: number, hop: number, length: number, seed: number) {
  const next = generator(seed);
  const below = (n: number) => (next() >>> 8) % n;
  const cutoff = Math.floor(spec.cutoff * 255);
  const probability = () =>
    below(4) === 0 ? below(256) : Math.max(0, Math.min(255, cutoff + below(13) - 6));
  return Array.from(
    { length },
    (_, i): DetectorStep => ({
      gateOpen: below(10) > 0,
      ...((i + 1) % hop === 0 ? { probabilities: Array.from({ length: outputs }, probability) } : {}),
      ...(below(60) === 0 ? { cutoff: below(256) } : {}),
      ...(below(60) === 0 ? { reset: true } : {}),
    }),
  );
}

/** Any detector over any run: up to 5 outputs (or 32), 1…4 feature steps per inference. */
export const rowArbitrary: fc.Arbitrary<DetectorRow> = fc
  .record({
    outputs: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 5 }), weight: 9 }, fc.constant(32)),
    hop: fc.integer({ min: 1, max: 4 }),
    length: fc.integer({ min: 20, max: 120 }),
    seed: fc.nat(),
  })
  .chain(({ outputs, hop, length, seed }) =>
    specArbitrary(outputs).map((spec) => ({
      spec,
      outputs,
      steps: randomSteps(spec, outputs, hop, length, seed),
    })),
  );

/** Steps of one run: an inference every `hop` steps. */
export function everyHop(
  hop: number,
  inferences: readonly (readonly number[])[],
  gateOpen: (step: number) => boolean = () => true,
): DetectorStep[] {
  return inferences.flatMap((probabilities, n) =>
    Array.from({ length: hop }, (_, i) => ({
      gateOpen: gateOpen(n * hop + i),
      ...(i === hop - 1 ? { probabilities } : {}),
    })),
  );
}
