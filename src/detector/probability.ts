/** A model's raw output as the detector's probability: 0…255. */

/**
 * int8 plus 128, uint8 as it is, a float in 0…1 times 256, rounded half up and clamped (NaN is 0).
 * The C++ twin is `kws::probability` in kws_app.
 */
export function probabilityByte(type: 'int8' | 'uint8' | 'float32', value: number): number {
  if (type === 'int8') return value + 128;
  if (type === 'uint8') return value;
  const scaled = Math.fround(Math.fround(value * 256) + 0.5);
  return scaled > 0 ? Math.min(255, Math.floor(scaled)) : 0;
}
