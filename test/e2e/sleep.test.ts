/** What a board does while there is nothing to do changes nothing that it says, and it goes on answering. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { loadProject } from '../../src/project/load.js';
import type { LoadedProject } from '../../src/project/resolve.js';
import { SLEEP_POLICIES } from '../../src/project/types.js';
import type { SessionEvent } from '../../src/protocol/events.js';
import { type Firmware, startFirmware } from './firmware.js';
import { describeWithToolchain } from './platform-support.js';

const CLIP = 'examples/chirp/chirp.wav';
const decided = (events: readonly SessionEvent[]) =>
  events.filter(({ t }) => t === 'score' || t === 'detect');
const BOARDS = ['virtual-cortex-m3', 'native'] as const;

describeWithToolchain('sleep', () => {
  let project: LoadedProject;
  let samples: Int16Array;
  beforeAll(async () => {
    project = await loadProject('examples/chirp');
    samples = await loadClip(CLIP, 16_000);
  });

  describe.each(BOARDS)('on %s', (board) => {
    describe.each(SLEEP_POLICIES)('%s', (sleep) => {
      let firmware: Firmware;
      beforeAll(async () => {
        firmware = await startFirmware({ project: { ...project, sleep }, board });
      });
      afterAll(() => firmware?.stop());

      test('says of a clip what the host says', async () => {
        const expected = runClip(createHostRun(project), samples).map((event) => ({ ...event, clip: 'a' }));
        expect(expected.some(({ t }) => t === 'detect')).toBe(true);
        for (const how of ['memory', 'frames'] as const)
          expect(decided(await firmware.play({ name: 'a', samples }, how))).toEqual(decided(expected));
      });

      test('answers, and tells how long it slept', async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await firmware.session.hello();
        const { up, asleep } = await firmware.session.stats();
        expect(asleep! <= up!).toBe(true);
        expect(asleep! > 0).toBe(sleep !== 'off');
      });
    });
  });
});
