import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { decodeAudio } from '../../src/audio/decode.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

describeWithSharedData('recorded clips', () => {
  const files = (folder: string, ending: string) =>
    readdirSync(sharedPath('audio', folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => sharedPath('audio', folder, name));

  test.each(['speech_commands', 'wake_words', 'noise'])(
    'every WAV of %s has the length its header says',
    async (folder) => {
      const paths = files(folder, '.wav');
      expect(paths.length).toBeGreaterThan(3);
      for (const path of paths) {
        const bytes = readFileSync(path);
        const audio = await decodeAudio(bytes, path);
        const data = bytes.indexOf('data');
        const frames = bytes.readUInt32LE(data + 4) / bytes.readUInt16LE(32);
        expect(audio.samples[0]).toHaveLength(frames);
        const clip = await loadClip(path, 16_000);
        expect(clip).toHaveLength(Math.ceil((frames * 16_000) / audio.sampleRate));
        if (audio.sampleRate === 16_000 && audio.channels === 1 && bytes.readUInt16LE(34) === 16)
          expect(Buffer.from(clip.buffer).equals(bytes.subarray(data + 8, data + 8 + 2 * frames))).toBe(true);
      }
    },
  );

  test('every FLAC has the length its stream information says', async () => {
    const paths = files('snowboy', '.flac');
    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths.slice(0, 12)) {
      const bytes = readFileSync(path);
      const audio = await decodeAudio(bytes, join('snowboy', path));
      expect(audio.samples[0]).toHaveLength(bytes.readUInt32BE(22));
      expect(audio.sampleRate).toBe(bytes.readUInt32BE(18) >>> 12);
      expect(audio.samples[0]!.some((x) => Math.abs(x) > 0.01)).toBe(true);
    }
  });
});
