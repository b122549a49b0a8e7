/** What rooms, microphones and lines do to sound at 16 kHz. */
import type { Random } from '../random.js';
import { convolved, filtered } from './fft.js';
import { gainOf, RATE } from './speech.js';

type Points = readonly (readonly [hertz: number, decibels: number])[];

/** dB at a frequency, straight between points over the logarithm of frequency. */
function curve(points: Points, logHertz: number): number {
  const first = points[0]!;
  if (logHertz <= Math.log(Math.max(first[0], 1))) return first[1];
  for (let i = 1; i < points.length; i++) {
    const right = Math.log(Math.max(points[i]![0], 1));
    if (logHertz > right) continue;
    const left = Math.log(Math.max(points[i - 1]![0], 1));
    const part = right === left ? 1 : (logHertz - left) / (right - left);
    return points[i - 1]![1] + part * (points[i]![1] - points[i - 1]![1]);
  }
  return points.at(-1)![1];
}

function shaped(sound: Float32Array, curves: readonly Points[]): Float32Array {
  return filtered(sound, 2048, (bin, size) => {
    const logHertz = Math.log(Math.max((bin * RATE) / size, 1));
    return gainOf(curves.reduce((sum, points) => sum + curve(points, logHertz), 0));
  });
}

/** An uneven response; often nothing below some 300 Hz or above some 4 kHz. */
export function microphone(sound: Float32Array, random: Random): Float32Array {
  const spread = random.uniform(0, 7);
  const knots = Array.from({ length: 5 }, () => Math.exp(random.uniform(Math.log(80), Math.log(7500))));
  const curves: Points[] = [
    knots.sort((a, b) => a - b).map((hertz) => [hertz, random.normal(0, spread)] as const),
  ];
  if (random.next() < 0.5) {
    const edge = Math.exp(random.uniform(Math.log(60), Math.log(400)));
    curves.push([
      [edge / 16, -4 * random.uniform(6, 36)],
      [edge, 0],
    ]);
  }
  if (random.next() < 0.5) {
    const edge = Math.exp(random.uniform(Math.log(2800), Math.log(7500)));
    const slope = random.uniform(12, 90);
    curves.push([
      [edge, 0],
      [edge * 2, -slope],
      [edge * 4, -2 * slope],
    ]);
  }
  return shaped(sound, curves);
}

/** Direct sound, a few reflections and a decaying tail. */
export function room(sound: Float32Array, random: Random): Float32Array {
  const seconds = Math.exp(random.uniform(Math.log(0.08), Math.log(0.8)));
  const length = Math.floor(seconds * RATE);
  // Walls take high frequencies first.
  const dullness = Math.exp(-1 / random.uniform(0.1, 3));
  const response = new Float32Array(length);
  let smooth = 0;
  let energy = 0;
  for (let i = Math.floor(0.002 * RATE); i < length; i++) {
    smooth = smooth * dullness + random.normal(0, 1) * 10 ** ((-3 * i) / RATE / seconds);
    response[i] = smooth;
    energy += smooth * smooth;
  }
  const tail = 1 / (Math.sqrt(energy) + 1e-9) / gainOf(random.uniform(-4, 14));
  for (let i = 0; i < length; i++) response[i]! *= tail;
  response[0] = 1;
  for (let n = random.integer(0, 6); n > 0; n--)
    response[random.integer(16, Math.min(length, 400))]! += random.uniform(-0.5, 0.5);
  return convolved(sound, response);
}

/** 8 bits, as a telephone codes it. */
export function muLaw(sound: Float32Array): Float32Array {
  return sound.map((value) => {
    const bounded = Math.max(-1, Math.min(1, value));
    const coded = Math.round((Math.log1p(255 * Math.abs(bounded)) / Math.log(256)) * 127) / 127;
    return (Math.sign(bounded) * (256 ** coded - 1)) / 255;
  });
}

/** int16, clipped where it is too loud. */
export function pcm16(sound: Float32Array): Int16Array {
  // `Int16Array.from` goes through an iterator and takes 30 times as long; an hour of sound is 58 million samples.
  const samples = new Int16Array(sound.length);
  for (let i = 0; i < samples.length; i++)
    samples[i] = Math.max(-32768, Math.min(32767, Math.round(sound[i]! * 32767)));
  return samples;
}
