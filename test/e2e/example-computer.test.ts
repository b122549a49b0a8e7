/**
 * The example as its users have it: copied, evaluated on the host, built, and heard on virtual boards. Every clip
 * with the word fires, no other does, and boards say what the host says, score by score.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostLines, saidOf } from './host-lines.js';
import { describeWithToolchain } from './platform-support.js';
import { Workshop } from './tool.js';

interface Evaluated {
  readonly models: readonly [{ readonly operating: Record<'misses' | 'falseAccepts', object> }];
  readonly falseAccepts: readonly { readonly clip: string }[];
  readonly misses: readonly { readonly clip: string }[];
}

describeWithToolchain('examples/computer', () => {
  let shop: Workshop;
  let project: string;
  /** Relative to the project. */
  let clips: readonly string[];
  let words: readonly string[];

  beforeAll(async () => {
    shop = await Workshop.open();
    const { code, stderr } = await shop.run(['init', '--example', 'computer', 'my word']);
    expect(code, stderr).toBe(0);
    project = join(shop.folder, 'my word');
    const clipsIn = (name: string) =>
      readdirSync(join(project, 'clips', name)).map((file) => `clips/${name}/${file}`);
    words = clipsIn('computer').sort();
    clips = [...words, ...clipsIn('other').sort()];
  });
  afterAll(() => shop?.close());

  test('evaluate: no word is missed, and nothing else is taken for it', async () => {
    const { code, stderr, lines } = await shop.run(
      ['evaluate', '--positives', 'clips/computer', '--negatives', 'clips/other', '--json'],
      { cwd: project },
    );
    expect(code, stderr).toBe(0);
    const { models, misses, falseAccepts } = lines.at(-1)! as unknown as Evaluated;
    expect(misses.map(({ clip }) => clip)).toEqual([]);
    expect(falseAccepts.map(({ clip }) => clip)).toEqual([]);
    expect(models[0].operating).toMatchObject({
      misses: { misses: 0, clips: words.length },
      falseAccepts: { falseAccepts: 0 },
      others: 0,
    });
  });

  test.each(['virtual-cortex-m4', 'native'])('%s hears the words and nothing else', async (board) => {
    const { code, stderr, lines } = await shop.run(
      ['flash', '--board', board, '--json', ...clips.flatMap((clip) => ['--play', clip])],
      { cwd: project },
    );
    expect(code, stderr).toBe(0);
    const said = saidOf(lines);
    expect(said).toEqual(await hostLines(project, clips));
    const detections = said.filter(({ t }) => t === 'detect');
    expect(new Set(detections.map(({ label }) => label))).toEqual(new Set(['computer']));
    expect([...new Set(detections.map(({ clip }) => clip))]).toEqual(words);
    expect(await shop.leftOver()).toEqual([]);
  });

  test('without its softmax it is judged the same, on the host and on a board', async () => {
    const evaluated = async (cwd: string) => {
      const { code, stderr, lines } = await shop.run(
        ['evaluate', '--positives', 'clips/computer', '--negatives', 'clips/other', '--json'],
        { cwd },
      );
      expect(code, stderr).toBe(0);
      const { models, misses, falseAccepts } = lines.at(-1)! as unknown as Evaluated;
      return { operating: models[0].operating, misses, falseAccepts };
    };
    const logits = join(shop.folder, 'logits');
    cpSync(project, logits, { recursive: true, filter: (path) => !path.includes('firmware-out') });
    const file = join(logits, 'model', 'model.json');
    const text = readFileSync(file, 'utf8');
    const without = text.replace(/"activation":\s*"softmax"/, '"activation": "linear"');
    expect(without).not.toBe(text);
    writeFileSync(file, without);
    expect(await evaluated(logits)).toEqual(await evaluated(project));

    const heard = await shop.run(
      ['flash', '--board', 'native', '--json', ...clips.slice(0, 4).flatMap((clip) => ['--play', clip])],
      { cwd: logits },
    );
    expect(heard.code, heard.stderr).toBe(0);
    const said = saidOf(heard.lines);
    expect(said).toEqual(await hostLines(project, clips.slice(0, 4)));
  });
});
