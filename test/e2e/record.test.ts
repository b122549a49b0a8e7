/** What a virtual board hears comes back over its serial line, sample by sample, and is judged. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { root } from '../support/native.js';
import { describeWithToolchain } from './platform-support.js';

describeWithToolchain('record and mic', () => {
  test('the recording is the clip, each detection is cut out of it, and the sound is good', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'kws record '));
    try {
      cpSync(join(root, 'examples', 'chirp'), directory, { recursive: true });
      const on = ['--board', 'native', '--play', 'chirp.wav', '--output', 'firmware', '--json'];
      const recorded = await kwsGen(['record', 'out', ...on], { directory });
      expect([recorded.code, recorded.err]).toEqual([0, expect.not.stringContaining('error')]);
      const clip = await loadClip(join(directory, 'chirp.wav'), 16_000);
      expect(await loadClip(join(directory, 'out', 'session-1.wav'), 16_000)).toEqual(clip);
      const { clips } = JSON.parse(readFileSync(join(directory, 'out', 'record.json'), 'utf8')) as {
        clips: { file: string; kind: string; beginMs: number }[];
      };
      const lines = jsonLines(recorded.out);
      expect(clips.filter(({ kind }) => kind === 'heard')).toHaveLength(
        lines.filter(({ t }) => t === 'detect').length,
      );
      expect(clips.length).toBeGreaterThan(0);
      for (const { file, beginMs } of clips) {
        const own = await loadClip(join(directory, 'out', file), 16_000);
        expect(own).toEqual(clip.slice(16 * beginMs, 16 * beginMs + own.length));
      }
      const judged = await kwsGen(['mic', ...on], { directory });
      expect(judged.code).toBe(0);
      expect(jsonLines(judged.out).at(-1)).toMatchObject({
        t: 'mic',
        samples: clip.length,
        missingSamples: 0,
        measuredRate: null,
        passed: true,
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
