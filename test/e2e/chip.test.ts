/**
 * An RP2040 that rp2040js emulates runs firmware of ours: a golden model and the example say what they must, bit for
 * bit, through the same commands as on the other virtual boards.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { GOLDEN_MODELS, goldenProject, goldenSets } from '../support/golden-models.js';
import { describeWithSharedData } from '../support/shared-data.js';
import { startFirmware } from './firmware.js';
import { hostLines, saidOf } from './host-lines.js';
import { describeWithToolchain } from './platform-support.js';
import { Workshop } from './tool.js';

const BOARD = 'rp2040-bare';
const RATE = 16_000;

/** Where samples stand in others, all of them; -1 where they do not. */
function placeOf(part: Int16Array, whole: Int16Array): number {
  const bytes = (samples: Int16Array) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const at = bytes(whole).indexOf(bytes(part));
  return at < 0 ? at : at / 2;
}

describeWithToolchain(BOARD, () => {
  describeWithSharedData('a golden model', () => {
    // The smallest of those that see a whole window, and one that streams.
    const models = GOLDEN_MODELS.filter(({ name }) => ['micro_speech', 'okay_nabu_v2'].includes(name));

    test('over the UART', async () => {
      const firmware = await startFirmware({
        project: goldenProject(models, FRONTEND_PRESETS.none),
        board: BOARD,
      });
      try {
        for (const [index, model] of models.entries())
          for (const { name, inputs, outputs } of goldenSets(model)) {
            await firmware.session.command('reset');
            const got: number[][] = [];
            for (const input of inputs) got.push((await firmware.session.input(index, input)).q);
            expect(got, `${model.name} ${name}`).toEqual(outputs);
          }
      } finally {
        await firmware.stop();
      }
    });
  });

  describeWithToolchain('the example', () => {
    const clip = 'clips/computer/pico-us.flac';
    let shop: Workshop;
    let project: string;
    beforeAll(async () => {
      shop = await Workshop.open();
      project = join(shop.folder, 'my word');
      expect((await shop.run(['init', '--example', 'computer', 'my word'])).code).toBe(0);
    });
    afterAll(() => shop?.close());

    test('flash leaves it running, and monitor hears what the host hears', async () => {
      const flashed = await shop.run(['flash', '--board', BOARD, '--no-monitor', '--json'], { cwd: project });
      expect(flashed.code, flashed.stderr).toBe(0);
      expect(flashed.lines.at(-1)).toMatchObject({ t: 'hello', board: BOARD, runtime: 'aot' });

      const run = ['monitor', '--board', BOARD, '--play', clip, '--json'];
      const { code, stderr, lines } = await shop.run(run, { cwd: project });
      expect(code, stderr).toBe(0);
      const said = saidOf(lines);
      expect(said).toEqual(await hostLines(project, [clip]));
      expect(said).toContainEqual(expect.objectContaining({ t: 'detect', label: 'computer' }));
      expect(await shop.leftOver()).toEqual([]);
    });

    test('verify finds every bit equal on the twin of a board with this chip', async () => {
      const board = 'arduino-nano-rp2040-connect';
      const run = ['verify', '--board', board, '--emulate', 'chip', clip, '--json'];
      const { code, stderr, lines } = await shop.run(run, { cwd: project });
      expect(code, stderr).toBe(0);
      expect(lines.at(-1)).toMatchObject({ board: `${board}-chip-twin`, equal: true });
    });

    test('an I2S microphone on its pins hears the clip bit for bit, and the word in it', async () => {
      const run = ['record', 'heard', '--board', 'raspberry-pi-pico-inmp441', '--emulate', 'chip'];
      const { code, stderr, lines } = await shop.run([...run, '--play', clip, '--aloud', '--json'], {
        cwd: project,
      });
      expect(code, stderr).toBe(0);
      expect(lines.at(-1)).toMatchObject({ sessions: [{ missing: 0, overrun: 0 }] });
      const said = saidOf(lines);

      // Everything from the first sample on, so that the host computes the same of it.
      const host = await hostLines(project, ['heard/session-1.wav']);
      expect(said.length).toBeGreaterThan(30);
      expect(said).toEqual(host.slice(0, said.length).map(({ clip: _, ...line }) => line));

      const heard = await loadClip(join(project, 'heard', 'session-1.wav'), RATE);
      const sound = await loadClip(join(project, clip), RATE);
      const begin = placeOf(sound, heard);
      expect(begin).toBeGreaterThan(0);

      // Where it begins between two inferences differs from run to run: over all such places, the mean comes above the
      // cutoff up to 130 ms later than here.
      const [pushed] = (await hostLines(project, [clip])).filter(({ t }) => t === 'detect');
      const detected = said.filter(({ t }) => t === 'detect');
      expect(detected).toMatchObject([{ label: 'computer' }]);
      const late = Number(detected[0]!.ms) - (1000 * begin) / RATE - Number(pushed!.ms);
      expect(Math.abs(late)).toBeLessThanOrEqual(2 * 80);
    });
  });
});
