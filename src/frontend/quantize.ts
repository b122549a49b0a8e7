/**
 * A frame's uint16 features as a model sees them: int8, or the float they were trained with.
 *
 * micro_speech and microWakeWord both use (v * 256 + 333) / 666 - 128 with integer division, a scale of
 * 25.6 * 26 rounded to 666. microWakeWord models declare a scale of 26/255, 0.4 % off: that is how they
 * were trained, and the declared scale is not used here.
 */

/** int8 feature, -128…127, of a uint16 feature. Models with other input scales have other divisors. */
export function quantizeFeature(value: number, divisor = 666, zeroPoint = -128): number {
  const q = Math.floor((value * 256 + Math.floor(divisor / 2)) / divisor) + zeroPoint;
  return Math.max(-128, Math.min(127, q));
}

/** Float feature, about 0…26, of a uint16 feature. */
export function floatFeature(value: number): number {
  return value / 25.6;
}

/** A whole frame, [channels] uint16 → [channels] int8. */
export function quantizeFrame(frame: Uint16Array): Int8Array {
  return Int8Array.from(frame, (value) => quantizeFeature(value));
}

/**
 * A window's features as int8, the greatest of them as 127 and what lies `range` or more below it as -128.
 *
 * @param frames [frames][channels] uint16
 * @param range in units of features, at least 1
 */
export function quantizeWindow(frames: readonly ArrayLike<number>[], range: number): Int8Array {
  const values = frames.flatMap((frame) => Array.from(frame));
  const greatest = values.reduce((most, value) => Math.max(most, value), 0);
  const least = Math.max(greatest - range, 0);
  const span = Math.max(greatest - least, 1);
  return Int8Array.from(values, (value) => Math.max(Math.floor((255 * (value - least)) / span), 0) - 128);
}

/** The real value that such an int8 stands for: as of a feature that is not scaled, about 0…26. */
export function floatOfQuantized(q: number): number {
  return Math.fround((q + 128) * Math.fround(MICRO_SCALE));
}

/** 666 / 25.6 / 256: the scale of the int8 that micro_speech makes of features. */
const MICRO_SCALE = 666 / 6553.6;
