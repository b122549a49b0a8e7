/** Microphones with known defects get the right words. */
import { describe, expect, test } from 'vitest';
import { micLines } from '../../src/capture/lines.js';
import { type MicInput, micReport } from '../../src/capture/quality.js';
import { random } from '../support/random.js';

const RATE = 16_000;
const BLOCK = 256;

/** Noise with a word-like tone in its middle. */
function room(seconds: number, { noise = 30, tone = 3000 } = {}): Float64Array {
  const next = random(7);
  return Float64Array.from({ length: seconds * RATE }, (_, i) => {
    const speaks = i > 0.4 * seconds * RATE && i < 0.7 * seconds * RATE;
    const hiss = (next(2001) / 1000 - 1) * noise * Math.sqrt(3);
    return hiss + (speaks ? tone * Math.SQRT2 * Math.sin((2 * Math.PI * 440 * i) / RATE) : 0);
  });
}

const to16 = (sound: Float64Array, of: (value: number, i: number) => number = (value) => value) =>
  Int16Array.from(sound, (value, i) => Math.max(-32_768, Math.min(32_767, Math.round(of(value, i)))));

/** Blocks as a board sends them; `speed`: of its clock, against this computer's. */
function heard(samples: Int16Array, more: Partial<MicInput> & { readonly speed?: number } = {}) {
  const { speed = 1, ...rest } = more;
  const jitter = random(3);
  const blocks = Array.from({ length: Math.floor(samples.length / BLOCK) }, (_, i) => ({
    samples: samples.subarray(i * BLOCK, (i + 1) * BLOCK),
    arrivedMs: (1000 * (i + 1) * BLOCK) / (RATE * speed) + jitter(4),
  }));
  return micReport({ blocks, rate: RATE, live: true, missing: 0, overrun: 0, ...rest });
}

const step = (value: number, i: number) => value + 9000 * Math.exp(-i / (0.15 * RATE));

describe('what is wrong', () => {
  test.each<[string, ReturnType<typeof micReport>, string[]]>([
    ['nothing', heard(to16(room(5))), []],
    ['nothing, of another seed of arrivals and no clock', heard(to16(room(5)), { live: false }), []],
    ['no sample at all', heard(new Int16Array(0)), ['fault no sound']],
    ['always the same sample', heard(new Int16Array(5 * RATE).fill(-1)), ['fault stuck']],
    ['hardly anything', heard(to16(room(5, { noise: 2, tone: 2 }))), ['fault quiet']],
    ['a DC offset', heard(to16(room(5), (value) => value + 5000)), ['fault dc']],
    ['a small DC offset', heard(to16(room(5), (value) => value - 600)), ['warning dc']],
    [
      'a gain that is much too high',
      heard(to16(room(5, { noise: 5 }), (value) => value * 20)),
      ['fault clipping'],
    ],
    ['noise', heard(to16(room(5, { noise: 900 }))), ['fault noise']],
    ['some noise', heard(to16(room(5, { noise: 300 }))), ['warning noise']],
    ['a clock that is 2 % fast', heard(to16(room(5)), { speed: 1.02 }), ['fault rate']],
    ['a clock that is half a percent slow', heard(to16(room(5)), { speed: 0.995 }), ['warning rate']],
    ['a clock of a tenth of a percent', heard(to16(room(5)), { speed: 1.001 }), []],
    ['samples without room', heard(to16(room(5)), { overrun: 9 }), ['fault dropped']],
    ['lost lines', heard(to16(room(5)), { missing: 512 }), ['fault lost lines']],
    ['a step of DC at its begin', heard(to16(room(5), step)), ['warning settling']],
    [
      'two things at once',
      heard(
        to16(room(5), (value) => value + 5000),
        { overrun: 1 },
      ),
      ['fault dc', 'fault dropped'],
    ],
  ])('%s', (_, report, expected) => {
    expect(report.findings.map(({ severity, problem }) => `${severity} ${problem}`)).toEqual(expected);
    expect(report.passed).toBe(!expected.some((one) => one.startsWith('fault')));
    for (const { what, next } of report.findings) {
      expect(report.passed && report.findings.length === 0).toBe(false);
      expect(micLines(report, 'b').join('\n')).toContain(`${what}\n               ${next}`);
    }
  });
});

test('numbers are those of the sound', () => {
  const report = heard(to16(room(5), (value) => value + 3277));
  expect(report.dc).toBeCloseTo(0.1, 3);
  // 30 of 32768; three tenths of it at 3000.
  expect(report.noiseFloorDb).toBeCloseTo(-60.8, 0);
  expect(report.levelDb).toBeCloseTo(20 * Math.log10((3000 * Math.sqrt(0.3)) / 32_768), 0);
  expect(Math.abs(report.measuredRate! - RATE)).toBeLessThan(16);
  expect(report.settlingMs).toBe(0);
  const settling = heard(to16(room(5), step)).settlingMs;
  expect(settling).toBeGreaterThan(300);
  expect(settling).toBeLessThan(1200);
  expect(heard(to16(room(1))).measuredRate).toBeNull();
});

test('of a stream what had piled up counts for no rate', () => {
  const samples = to16(room(6));
  const blocks = Array.from({ length: Math.floor(samples.length / BLOCK) }, (_, i) => ({
    samples: samples.subarray(i * BLOCK, (i + 1) * BLOCK),
    // Two seconds of it at once.
    arrivedMs: i < 125 ? i / 10 : (1000 * (i - 125) * BLOCK) / (0.98 * RATE) + 20,
  }));
  const report = (piledUp: boolean, count = blocks.length) =>
    micReport({
      ...{ blocks: blocks.slice(0, count), rate: RATE, live: true, piledUp },
      ...{ missing: 0, overrun: 0 },
    }).measuredRate;
  expect(Math.abs(report(true)! - 0.98 * RATE)).toBeLessThan(5);
  expect(report(true, 200)).toBeNull();
  expect(Math.abs(report(false)! - 0.98 * RATE)).toBeGreaterThan(50);
});

test('the verdict is a sentence', () => {
  expect(micLines(heard(to16(room(5))), 'b').at(-1)).toBe('The microphone is good');
  expect(micLines(heard(new Int16Array(RATE)), 'b').at(-1)).toBe(
    'The microphone is not good: every sample is 0',
  );
});
