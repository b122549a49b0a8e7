/** The page of a session in a real browser: beside a board that hears, of a board that lies, and from a file. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import type { KwsError } from '../../src/diagnostics/errors.js';
import { openSession } from '../../src/protocol/session.js';
import { hear } from '../../src/targets/hear.js';
import { sessionNext, sessionStart } from '../../src/targets/session-model.js';
import { openWebView } from '../../src/web/session-view.js';
import { Browser, describeWithBrowser, type Page } from '../support/browser.js';
import { FakeDevice } from '../support/fake-device.js';
import { HELLO, HOSTILE } from '../web/session.js';
import { describeWithToolchain } from './platform-support.js';
import { type Line, type ToolRun, Workshop } from './tool.js';

/** Of the spectrogram: how many colours it has, and a number that changes with any pixel. */
const PICTURE = `(() => {
  const canvas = document.getElementById('spectrogram');
  if (canvas.parentNode.hidden || canvas.width === 0) return { colours: 0, sum: 0 };
  // A copy: what is read again and again is kept elsewhere by the browser, which says so.
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = new Uint32Array(data.buffer);
  let sum = 0;
  for (const pixel of pixels) sum = (Math.imul(sum, 31) + pixel) | 0;
  return { colours: new Set(pixels).size, sum };
})()`;
interface Picture {
  readonly colours: number;
  readonly sum: number;
}

/** Nothing goes elsewhere, and nothing is complained of. */
function isByItself(page: Page, url: string): void {
  const own = url.startsWith('file:') ? url : `${new URL(url).origin}/`;
  expect(page.requests.length).toBeGreaterThan(0);
  // The browser's own pictures of a player's buttons are data.
  expect(page.requests.filter((asked) => !asked.startsWith(own) && !asked.startsWith('data:'))).toEqual([]);
  expect(page.complaints).toEqual([]);
}

describeWithBrowser('the page of a session', () => {
  let browser: Browser;
  beforeAll(() => {
    browser = new Browser();
  });
  afterAll(() => browser.close());

  describeWithToolchain('beside a board', () => {
    let workshop: Workshop;
    let project: string;
    let chirp: Int16Array;
    beforeAll(async () => {
      workshop = await Workshop.open();
      project = workshop.example();
      chirp = await loadClip(join(project, 'chirp.wav'), 16_000);
    });
    afterAll(() => workshop.close());

    /** Speaks the clip to a program's standard input, about as fast as it was spoken, until told to stop. */
    function speak({ stdin }: ToolRun): () => Promise<void> {
      let over = false;
      const speaking = (async () => {
        for (let at = 0; !over; at = (at + 320) % chirp.length) {
          stdin.write(Buffer.from(chirp.slice(at, at + 320).buffer));
          await sleep(20);
        }
        stdin.end();
      })();
      return () => {
        over = true;
        return speaking;
      };
    }

    const addressOf = async (run: ToolRun): Promise<string> =>
      String((await run.line((line) => line.t === 'web')).url);
    const detects = (lines: readonly Line[], clip: string) =>
      lines.filter((line) => line.t === 'detect' && line.clip === clip).length;

    test('monitor: pictures that move, scores, detections; a cutoff that is dragged gets to the board', async () => {
      const on = ['--project', project, '--board', 'native', '--output', join(project, 'firmware'), '--json'];
      expect(await workshop.run(['flash', ...on, '--no-monitor'])).toMatchObject({ code: 0 });
      const file = join(project, 'session.html');
      const run = workshop.start(
        ['monitor', ...on, '--web', '--web-file', file, '--play', '-', '--play', join(project, 'chirp.wav')],
        { openInput: true },
      );
      const url = await addressOf(run);
      const page = await browser.page(url);
      const quiet = speak(run);

      await page.until('!document.getElementById("detections").parentNode.hidden');
      expect((await page.texts('#detections li'))[0]).toMatch(
        /^chirp {2}[01]\.\d\d at \d+\.\d\d s, chirp, -$/,
      );
      const first = await page.value<Picture>(PICTURE);
      expect(first.colours).toBeGreaterThan(20);
      await page.until(`${PICTURE}.sum !== ${first.sum}`);
      expect(await page.texts('.row .label')).toEqual(['other', 'chirp']);
      await page.until('Number(document.querySelectorAll(".row .value")[1].textContent) > 0.5');
      expect(await page.texts('.model output')).toEqual(['0.80']);

      // What is asked for shows that it is under way; the board answers after the clip, with what it took.
      await page.drag('.model input', 0.79, 1, 1);
      await page.until('document.querySelector(".model output").textContent === "1.00 …"');
      await quiet();
      await page.until('document.getElementById("status").textContent === "over"');
      expect(await page.texts('.model output')).toEqual(['1.00']);
      expect(await page.texts('#problem')).toEqual(['']);
      const { code, lines, stderr } = await run.end;
      expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
      expect(detects(lines, '-')).toBeGreaterThan(0);
      // The board decides by it.
      expect(detects(lines, join(project, 'chirp.wav'))).toBe(0);
      isByItself(page, url);

      const later = pathToFileURL(file).href;
      const kept = await browser.page(later);
      expect((await kept.value<Picture>(PICTURE)).colours).toBeGreaterThan(20);
      expect(await kept.texts('#detections li')).toEqual(await page.texts('#detections li'));
      expect(await kept.texts('.model output')).toEqual(['1.00']);
      expect(await kept.value('document.querySelector(".model input").disabled')).toBe(true);
      expect(kept.requests).toEqual([later]);
      expect(kept.complaints).toEqual([]);
    });

    test('record: what was heard is there to be played', async () => {
      const folder = join(project, 'heard');
      const run = workshop.start(
        ['record', folder, '--project', project, '--board', 'native', '--play', '-', '--web', '--json'],
        { openInput: true },
      );
      const url = await addressOf(run);
      const page = await browser.page(url);
      const quiet = speak(run);
      await page.until('document.querySelector("#recordings audio") !== null');
      const seconds = await page.value<number>(`new Promise((done, failed) => {
        const player = document.querySelector('#recordings audio');
        player.onerror = () => failed(new Error(player.error.message));
        player.oncanplaythrough = () => done(player.duration);
        player.load();
      })`);
      expect(seconds).toBeGreaterThan(0.5);
      await page.value('document.querySelector("#recordings audio").play()');
      await page.until('document.querySelector("#recordings audio").currentTime > 0.1');
      await quiet();
      expect((await run.end).code).toBe(0);
      expect(readdirSync(join(folder, 'heard', 'chirp')).length).toBeGreaterThan(0);
      isByItself(page, url);
    });
  });

  describe('of a board that lies', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kws web '));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('is text, whatever it says; faults, and a board that goes away, are told', async () => {
      const { board, labels, models } = HELLO;
      const device = new FakeDevice({ hello: { board, labels, models, mic: true } });
      const session = await openSession(device.transport);
      const hello = await session.hello();
      const view = await openWebView({ session, hello }, { port: 0 });
      let model = sessionStart(hello);
      const heard = (async () => {
        for await (const event of hear({ session, hello }, [])) {
          model = sessionNext(model, event);
          view.show(event, model);
        }
      })().catch((error: KwsError) => view.end(error.problems[0]?.why));
      try {
        const page = await browser.page(view.url!);
        device.say('score', { m: 'wake', n: 1, ms: 10, q: [1, 2], p: [0.25, 0.5] });
        device.say('detect', { m: 'wake', label: HOSTILE, ms: 10, p: 0.5 });
        device.say('fault', { code: 'overrun', message: HOSTILE });
        await page.until('document.querySelectorAll("#faults li").length === 1');
        expect(await page.texts('#faults li')).toEqual([`overrun: ${HOSTILE}`]);
        expect(await page.texts('#detections li')).toEqual([expect.stringContaining(HOSTILE)]);
        await page.until('document.querySelectorAll(".row .value")[1].textContent === "0.50"');
        expect(await page.texts('.row .label')).toEqual([HOSTILE, 'yes', 'stop']);
        expect(await page.value('document.images.length')).toBe(0);

        await page.drag('.model input', 0.5, 0.25);
        // What it is told last is what it has, in 255ths; where on the slider that is, is the browser's.
        const had = () => {
          const [command, model, byte] = device.commands.at(-1)!.split(' ');
          return `${command} ${model} ${(Number(byte) / 255).toFixed(2)}`;
        };
        await expect
          .poll(async () => `cutoff 1 ${(await page.texts('.model output'))[0]}`, { timeout: 20_000 })
          .toSatisfy((told: string) => /^cutoff 1 0\.2\d$/.test(told) && told === had());

        device.vanish('unplugged');
        await heard;
        await page.until('document.getElementById("status").textContent === "over: unplugged"');
        isByItself(page, view.url!);

        const file = join(folder, 'page.html');
        writeFileSync(file, view.html());
        const kept = await browser.page(pathToFileURL(file).href);
        expect(await kept.texts('#faults li')).toEqual([`overrun: ${HOSTILE}`]);
        expect(await kept.value('document.images.length')).toBe(0);
        isByItself(kept, pathToFileURL(file).href);
      } finally {
        await session.close();
        await view.close();
      }
    });
  });
});
