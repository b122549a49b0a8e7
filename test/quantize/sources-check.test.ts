/** Whether calibration clips are any good: too few, the same, silence, noise. */
import { describe, expect, test } from 'vitest';
import { checkClips, looksRandom } from '../../src/quantize/sources/check.js';
import { soundSummary } from '../../src/quantize/sources/recordings.js';
import type { CalibrationClip } from '../../src/quantize/sources/types.js';
import { noise, normal, voice } from './report-models.js';

const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => i);

describe('whether clips are any good', () => {
  const [shape, size] = [[1, 49, 40], 1960];
  const recorded = (samples: Int16Array, seed: number): CalibrationClip => ({
    name: `${seed}.wav`,
    inputs: [ramp(size).map((x) => x * seed)],
    sound: soundSummary(samples, 16_000),
  });
  const of = (count: number, make: (i: number) => CalibrationClip) =>
    Array.from({ length: count }, (_, i) => make(i + 1));
  const said = (clips: readonly CalibrationClip[]) =>
    checkClips({ clips, skipped: [], found: clips.length, notes: [] }, shape, 'calibration').map(
      ({ what }) => what,
    );
  const rows =
    (value: (t: number, c: number, row: number) => number) =>
    (row: number): CalibrationClip => ({
      name: `x[${row}]`,
      inputs: [Float32Array.from({ length: size }, (_, i) => value(Math.floor(i / 40), i % 40, row))],
    });

  test('twenty different ones: nothing is said', () => {
    expect(said(of(20, (i) => recorded(voice(i), i)))).toEqual([]);
  });

  test('few, or often the same', () => {
    expect(said(of(5, (i) => recorded(voice(i), i)))).toEqual(['5 clips are few to calibrate with']);
    expect(said(of(1, (i) => recorded(voice(i), i)))).toEqual(['1 clip is few to calibrate with']);
    expect(said(of(40, (i) => recorded(voice(1), i % 4)))).toEqual(['of 40 clips only 4 differ']);
  });

  test('recordings that are too short for the model’s window: most of them', () => {
    const short = (i: number, missing: number) => {
      const clip = recorded(voice(i), i);
      return { ...clip, sound: { ...clip.sound!, missing } };
    };
    expect(said(of(20, (i) => short(i, i <= 11 ? 0.49 : 0)))).toEqual([
      '11 of 20 recordings are too short for one input of the model: silence fills 49 % of it',
    ]);
    expect(said(of(20, (i) => short(i, i <= 10 ? 0.49 : 0)))).toEqual([]);
    expect(said(of(20, (i) => short(i, 0.1)))).toEqual([]);
  });

  test('silence: none, almost none, an idle microphone; a quiet speaker is none', () => {
    expect(said(of(20, (i) => recorded(new Int16Array(16_000), i)))).toEqual([
      '20 of 20 recordings are silent',
    ]);
    expect(said(of(20, (i) => recorded(noise(i, 16_000, 0.001), i)))).toEqual([
      '20 of 20 recordings are silent',
    ]);
    expect(said(of(20, (i) => recorded(voice(i, 16_000, 0.02), i)))).toEqual([]);
    expect(said(of(20, (i) => recorded(i < 9 ? new Int16Array(16_000) : voice(i), i)))).toEqual([]);
  });

  test('white noise that was recorded', () => {
    expect(said(of(20, (i) => recorded(noise(i), i)))).toEqual([
      '20 of 20 recordings are noise without any speech',
    ]);
  });

  test.each<[string, (draw: () => number) => () => number]>([
    ['normal', (draw) => draw],
    ['uniform', (draw) => () => Math.abs(draw()) % 1],
    ['sparse', (draw) => () => Math.max(0, draw() - 1)],
  ])('random features: %s', (_, kind) => {
    const draw = kind(normal(7));
    expect(said(of(30, rows(draw)))).toEqual(['these features look like random numbers']);
  });

  test.each<[string, (t: number, c: number, row: number) => number]>([
    ['smooth in time', (t, c, row) => Math.sin(t / 4 + row) * ((c % 7) - 3)],
    ['smooth over channels', (t, c, row) => Math.sin(c / 5 + 1.7 * t * row)],
    ['each feature with its own mean', (t, c) => ((c * 7919 + t * 104_729) % 17) - 8],
  ])('natural features: %s', (_, value) => {
    const draw = normal(8);
    expect(
      said(
        of(
          30,
          rows((t, c, row) => value(t, c, row) + 0.5 * draw()),
        ),
      ),
    ).toEqual([]);
  });

  test('constant inputs are silence, too', () => {
    expect(
      said(
        of(
          30,
          rows((_t, _c, row) => row),
        ),
      ),
    ).toEqual(['all inputs are constant']);
  });

  test('too few numbers to tell', () => {
    const draw = normal(9);
    const clips = of(3, () => ({ name: 'x', inputs: [Float32Array.from({ length: 6 }, draw)] }));
    expect(looksRandom(clips, [1, 2, 3])).toBe(false);
  });
});
