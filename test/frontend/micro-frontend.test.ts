import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { microTables } from '../../src/frontend/micro/tables.js';
import { floatFeature, quantizeFeature, quantizeFrame } from '../../src/frontend/quantize.js';
import { AUDIO_ROWS, MICRO_SPECS, microSpec, randomPieces } from './micro-rows.js';

const row = (name: string) => AUDIO_ROWS.find((candidate) => candidate.name === name)!.samples;
const digest = (frames: readonly Uint16Array[]) => {
  const hash = createHash('sha256');
  for (const frame of frames) hash.update(Buffer.from(frame.buffer));
  return `${frames.length} ${hash.digest('hex').slice(0, 16)}`;
};

/**
 * Number of frames and their digest per description, all rows in turn. Those with C tables were compared,
 * frame by frame, with the C library's own output when they were recorded.
 */
const RECORDED: Record<string, string> = {
  '10 ms, C tables': '3904 b782db70ff9d879d',
  '20 ms, C tables': '1953 a0322c44013686f8',
  '10 ms, TFLM tables': '3904 8aa2a64b3024645c',
  '20 ms, TFLM tables': '1953 6ea662d77a7fc327',
  '8 kHz': '7834 065847a185a64630',
  '4 kHz': '7847 71667d40e92849a3',
  '32 ms without overlap': '1221 cb20aeb4a8ae2b25',
  '1 kHz, odd window': '125734 cece3890caa3324b',
};

describe.each(MICRO_SPECS)('%s', (name, spec) => {
  test('the recorded features', () => {
    const frontend = createMicroFrontend(spec);
    const frames = AUDIO_ROWS.flatMap(({ samples }) => {
      frontend.reset();
      return frontend.push(samples);
    });
    expect(digest(frames)).toBe(RECORDED[name]);
  });

  test('the same frames whatever the pieces', () => {
    const samples = row('chirp');
    const whole = createMicroFrontend(spec).push(samples);
    for (let seed = 0; seed < 5; seed++) {
      const frontend = createMicroFrontend(spec);
      let at = 0;
      const frames = randomPieces(samples.length, seed).flatMap((length) => {
        at += length;
        return frontend.push(samples.subarray(at - length, at));
      });
      expect(frames).toEqual(whole);
    }
  });

  test('a frame when the first window is full, then one per step', () => {
    const frontend = createMicroFrontend(spec);
    const { windowSamples, stepSamples } = frontend;
    expect(frontend.push(new Int16Array(windowSamples - 1))).toHaveLength(0);
    expect(frontend.push(new Int16Array(1))).toHaveLength(1);
    expect(frontend.push(new Int16Array(3 * stepSamples - 1))).toHaveLength(2);
    expect(frontend.push(new Int16Array(1))).toHaveLength(1);
  });
});

test('a reset forgets audio and noise estimate', () => {
  const frontend = createMicroFrontend(microSpec(10, 'c'));
  const fresh = frontend.push(row('chirp'));
  frontend.push(row('loud noise').subarray(0, 5001));
  expect(frontend.push(row('chirp'))).not.toEqual(fresh);
  frontend.reset();
  expect(frontend.push(row('chirp'))).toEqual(fresh);
});

test('silence is all zeros, and frames are not shared', () => {
  const frontend = createMicroFrontend(microSpec(10, 'c'));
  const [first, ...rest] = frontend.push(row('silence'));
  expect([...first!]).toEqual(new Array(40).fill(0));
  expect(rest.every((frame) => frame !== first && frame.every((v) => v === 0))).toBe(true);
});

test('a tone lights the channels around its frequency', () => {
  const tone = Int16Array.from(
    { length: 16_000 },
    (_, i) => 8000 * Math.sin((2 * Math.PI * 1000 * i) / 16_000),
  );
  const [frame] = createMicroFrontend(microSpec(10, 'c')).push(tone);
  const loudest = frame!.indexOf(Math.max(...frame!));
  // Channel i peaks (mel(7500) - mel(125)) / 41 * (i + 1) = 63.1 (i + 1) above mel(125); 1000 Hz lies 12.9 of them up.
  expect(loudest).toBe(12);
  expect(frame![loudest]! - frame![35]!).toBeGreaterThan(300);
});

describe('features as model inputs', () => {
  test.each([
    [0, -128],
    [1, -128],
    [2, -127],
    [333, 0],
    [663, 127],
    [664, 127],
    [65_535, 127],
  ])('uint16 %i is int8 %i', (value, expected) => expect(quantizeFeature(value)).toBe(expected));

  test('a frame keeps its channels, floats are 1/25.6', () => {
    expect(quantizeFrame(Uint16Array.of(0, 333, 700))).toEqual(Int8Array.of(-128, 0, 127));
    expect(floatFeature(636)).toBe(24.84375);
    // The device computes v * 10 / 256 in single precision, exactly.
    const values = Array.from({ length: 0x10000 }, (_, v) => v);
    expect(values.filter((v) => Math.fround(floatFeature(v)) !== (v * 10) / 256)).toEqual([]);
  });
});

describe('a description that cannot be computed', () => {
  const problemsOf = (changes: object) => {
    try {
      microTables({ ...microSpec(10, 'c'), ...changes });
      return [];
    } catch (error) {
      return (error as KwsError).problems;
    }
  };

  test.each([
    [{ sampleRate: 0 }, 'frontend.sampleRate'],
    [{ sampleRate: 16_000.5 }, 'frontend.sampleRate'],
    [{ windowMs: 33 }, 'frontend.windowMs'],
    [{ windowMs: Number.NaN }, 'frontend.windowMs'],
    [{ windowMs: 0.01 }, 'frontend.windowMs'],
    [{ stepMs: 31 }, 'frontend.stepMs'],
    [{ stepMs: 0 }, 'frontend.stepMs'],
    [{ stepMs: 10.01 }, 'frontend.stepMs'],
    [{ channels: 129 }, 'frontend.channels'],
    [{ channels: 0 }, 'frontend.channels'],
    [{ lowerBandLimit: -1 }, 'frontend.lowerBandLimit'],
    [{ upperBandLimit: 100 }, 'frontend.upperBandLimit'],
    [{ upperBandLimit: 8000 }, 'frontend.upperBandLimit'],
    [{ upperBandLimit: 7999.99999 }, 'frontend.upperBandLimit'],
  ])('%j names %s', (changes, where) => expect(problemsOf(changes).map((p) => p.where)).toContain(where));

  test('all mistakes at once, in words', () => {
    const error = new KwsError(problemsOf({ stepMs: 40, channels: 164 }), 2);
    expect(error.message).toBe(
      [
        'frontend.stepMs: 40 is out of range',
        "  why: the step is a whole number of samples from 1 to the window's 480, here it would be 640",
        '  next: use 10 or 20 ms',
        'frontend.channels: 164 is out of range',
        '  why: a frame has 1 to 128 channels',
        '  next: use 40, which every published model expects',
      ].join('\n'),
    );
  });
});
