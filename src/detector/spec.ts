/**
 * What a detector is: how a row of probabilities becomes decisions. One description drives the TypeScript
 * and the C++ detector, which decide alike.
 *
 * All arithmetic is in integers: a probability is the model's output as uint8 (int8 outputs plus 128), the
 * cutoff is floor(cutoff * 255), and "mean over cutoff" is `sum > cutoff * window`.
 * Time is counted in feature steps (hops of the front end), never by a clock; `settings.ts` converts.
 */
export interface DetectorSpec {
  /** 0…1; a detection needs a mean above floor(cutoff * 255) / 255. */
  readonly cutoff: number;
  /** Number of inferences averaged, 1…255. */
  readonly window: number;
  /** Inferences needed since reset (or since the window was cleared) before anything is decided, 1…window. */
  readonly minimum: number;
  /** What a window that is not yet full is divided by: `window`, as if zeros had come before (microWakeWord), or the inferences that are there (micro_speech). */
  readonly partialWindow: 'zeros' | 'present';
  /** Whether means are compared as they are, or rounded down to whole 255ths first (micro_speech's integer division). */
  readonly mean: 'exact' | 'floor';
  /** Feature steps after a detection (and, with `startDeaf`, after a reset) in which nothing is detected, 0…65535. */
  readonly refractorySteps: number;
  /**
   * Which steps count towards the end of the refractory time: all of them, or only those whose newest
   * probability is below the cutoff (microWakeWord's rule).
   */
  readonly refractoryCounts: 'every-step' | 'steps-below-cutoff';
  /** Whether the refractory time runs after a reset too (microWakeWord's rule). */
  readonly startDeaf: boolean;
  /** Whether the refractory time holds for every label or only for the label just heard (micro_speech's rule). */
  readonly refractoryFor: 'all' | 'same-label';
  /**
   * What becomes of an inference that falls into the refractory time: forgotten, or judged again at each
   * later step until that time is over (microWakeWord's rule).
   */
  readonly deafInference: 'forgotten' | 'judged-later';
  /** Whether a detection forgets the averaged probabilities (microWakeWord's rule). */
  readonly clearOnDetect: boolean;
  /** Outputs that can be detected, as indices into the labels. The others (silence, unknown) only compete. */
  readonly targets: readonly number[];
  /** `top`: a target must also have the highest mean of all outputs; `each`: every target is judged alone. */
  readonly competition: 'top' | 'each';
}
