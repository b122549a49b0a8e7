/** MLPerf Tiny's cepstra of recordings, written from their definition by somebody else, to five decimals. */
import { expect, test } from 'vitest';
import { loadClip } from '../../../src/audio/clip.js';
import { clipFeatures } from '../../../src/frontend/clip.js';
import { FRONTEND_PRESETS } from '../../../src/frontend/presets.js';
import { describeWithSharedData, sharedJson, sharedPath } from '../../support/shared-data.js';

describeWithSharedData('mlperf-tiny-kws against the shared rows', () => {
  test('every clip, every frame', async () => {
    const { mfcc } = sharedJson<{ mfcc: Record<string, number[][]> }>('golden', 'mlperf_mfcc_f64.json');
    expect(Object.keys(mfcc).length).toBeGreaterThan(0);
    for (const [name, rows] of Object.entries(mfcc)) {
      const pcm = await loadClip(sharedPath('audio', 'speech_commands', `${name}.wav`), 16_000);
      // Shorter clips are filled up with zeros to a second.
      const second = new Int16Array(16_000);
      second.set(pcm.subarray(0, second.length));
      const ours = clipFeatures(FRONTEND_PRESETS['mlperf-tiny-kws'], second);
      const worst = rows.map((row, i) => Math.max(...row.map((v, k) => Math.abs(v - ours[i]![k]!))));
      expect([name, ours.length, Math.max(...worst) < 1e-4, Math.max(...worst)]).toEqual([
        name,
        rows.length,
        true,
        expect.any(Number),
      ]);
    }
  });
});
