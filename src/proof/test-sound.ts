/**
 * Sound to prove with where no recording is given: tones that rise and fall, clicks and noise, from silence to full
 * scale; the same every time.
 */

/** @returns `seconds` of samples at `rate` Hz */
export function testSound(rate: number, seconds = 4): Int16Array {
  const samples = new Int16Array(Math.round(rate * seconds));
  let noise = 1;
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const t = i / rate;
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const hiss = noise / 2 ** 31 - 1;
    // A syllable every 300 ms, each with another pitch and loudness.
    const syllable = Math.floor(t / 0.3);
    const inside = (t % 0.3) / 0.3;
    const envelope = Math.sin(Math.PI * inside) ** 2;
    phase += (2 * Math.PI * (150 + 350 * ((syllable * 5) % 7) + 900 * inside)) / rate;
    const loud = [0, 0.02, 0.4, 2, 0.1, 0.7][syllable % 6]!;
    const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(5 * phase);
    const click = i % Math.round(rate * 0.77) === 0 ? 0.9 : 0;
    const value = envelope * loud * (voice / 1.75) + 0.01 * hiss * (1 + (syllable % 3) * 10) + click;
    samples[i] = Math.max(-32_768, Math.min(32_767, Math.round(32_767 * value)));
  }
  return samples;
}
