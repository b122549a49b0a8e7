/**
 * From a model's probabilities to decisions, in integers only; the C++ twin is templates/lib/kws_detector.
 *
 * Order of calls in each feature step, for every model (wake words and gate):
 *   infer(probabilities), if an inference was due; step();
 * then, once all models have had theirs, for every wake-word model: decide(gate open).
 *
 * microWakeWord's rule is ESPHome's (components/micro_wake_word/streaming_model.cpp, 2025), micro_speech's is
 * RecognizeCommands of TensorFlow Lite Micro's example; both are settings of the one rule here.
 *
 * Owns: the rule. Leaves to others: settings in ms and presets (`settings.ts`), when inferences are due.
 */
import { checkDetector, cutoffByte } from './check.js';
import type { DetectorSpec } from './spec.js';

export interface Detection {
  /** Index of the output heard. */
  readonly label: number;
  /** Its mean, 0…1 in four decimals. */
  readonly p: number;
}

export interface Detector {
  /** As after start; a changed cutoff stays. */
  reset(): void;
  /** 0…255 */
  cutoff: number;
  /** A new row of probabilities, one 0…255 per output (an int8 output plus 128; see `probability.ts`). */
  infer(probabilities: ArrayLike<number>): void;
  /** One feature step has passed (after `infer` of the same step). */
  step(): void;
  /** The decision at this step. `gateOpen` is the voice-activity detector's `open()`, or true without one. */
  decide(gateOpen?: boolean): Detection | undefined;
  /** As a gate: whether any target's mean is above the cutoff now, whatever the refractory time says. */
  open(): boolean;
  /** Smoothed probability of an output on a scale where 255 is 1, rounded half up to four decimals. */
  p(output: number): number;
  /** Inferences since the last reset. */
  readonly inferences: number;
}

/**
 * @param outputs how many outputs the model has, 1…32
 * @throws KwsError where a field is out of range.
 */
export function createDetector(spec: DetectorSpec, outputs: number): Detector {
  checkDetector(spec, outputs);
  const everyOutput = Array.from({ length: outputs }, (_, i) => i);
  const targets = [...new Set(spec.targets)].sort((a, b) => a - b);
  const window = new Uint8Array(spec.window * outputs);
  const sums = new Uint32Array(outputs);
  let cutoff = cutoffByte(spec);
  let next = 0;
  let filled = 0;
  /** Highest probability of a target in the newest inference. */
  let newest = 0;
  let inferences = 0;
  /** Whether an inference waits to be judged. */
  let pending = false;
  /** Below 0 the refractory time runs. */
  let deaf = 0;
  /** The label it holds for; undefined: every label. */
  let heard: number | undefined;

  const divisor = () => (spec.partialWindow === 'zeros' ? spec.window : filled);
  const mean = (output: number) =>
    spec.mean === 'floor' ? Math.floor(sums[output]! / divisor()) * divisor() : sums[output]!;
  const over = (output: number) => filled >= spec.minimum && mean(output) > cutoff * divisor();
  const blocked = (output: number) => deaf < 0 && (heard === undefined || heard === output);
  /** The first one with the highest mean. */
  const highest = (candidates: readonly number[]) =>
    candidates.reduce<number | undefined>(
      (best, output) => (best === undefined || mean(output) > mean(best) ? output : best),
      undefined,
    );

  const forget = () => {
    sums.fill(0);
    next = 0;
    filled = 0;
    newest = 0;
  };
  const startRefractory = (label?: number) => {
    deaf = -spec.refractorySteps;
    heard = spec.refractoryFor === 'same-label' ? label : undefined;
  };

  const detector: Detector = {
    reset() {
      forget();
      inferences = 0;
      pending = false;
      heard = undefined;
      deaf = spec.startDeaf ? -spec.refractorySteps : 0;
    },
    get cutoff() {
      return cutoff;
    },
    set cutoff(value) {
      cutoff = value;
    },
    infer(probabilities) {
      const full = filled === spec.window;
      for (const output of everyOutput) {
        const slot = next * outputs + output;
        sums[output]! += probabilities[output]! - (full ? window[slot]! : 0);
        window[slot] = probabilities[output]!;
      }
      newest = Math.max(...targets.map((output) => probabilities[output]!));
      next = (next + 1) % spec.window;
      if (!full) filled++;
      inferences++;
      pending = true;
    },
    step() {
      const counts = spec.refractoryCounts === 'every-step' || newest < cutoff;
      if (deaf < 0 && counts) deaf++;
    },
    decide(gateOpen = true) {
      if (!pending) return undefined;
      const later = spec.deafInference === 'judged-later';
      if (deaf < 0 && heard === undefined) {
        pending = later;
        return undefined;
      }
      const competitors = spec.competition === 'top' ? [highest(everyOutput)!] : targets;
      const candidates = competitors.filter(over);
      const best = highest(candidates.filter((output) => !blocked(output)));
      pending = best === undefined && candidates.length > 0 && later;
      if (best === undefined || !gateOpen) return undefined;
      if (!targets.includes(best)) {
        // A competitor is not reported, but the label before it may be heard again at once.
        if (spec.refractoryFor === 'same-label') startRefractory(best);
        return undefined;
      }
      const detection = { label: best, p: detector.p(best) };
      startRefractory(best);
      if (spec.clearOnDetect) forget();
      return detection;
    },
    open: () => targets.some(over),
    p(output) {
      const count = divisor();
      return count === 0 ? 0 : Math.floor((sums[output]! * 20_000 + 255 * count) / (510 * count)) / 10_000;
    },
    get inferences() {
      return inferences;
    },
  };
  detector.reset();
  return detector;
}
