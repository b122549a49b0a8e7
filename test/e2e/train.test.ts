/**
 * From a phrase to a detection on a virtual board, in small; broken off at any stage and begun again, it comes to
 * the same bytes.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Amounts } from '../../src/train/amounts.js';
import { type Checked, checkTraining } from '../../src/train/check.js';
import { findTrainingEngine } from '../../src/train/engine.js';
import { RECIPE } from '../../src/train/fit.js';
import { STAGES, type Stage, train } from '../../src/train/train.js';
import { findEngines } from '../../src/train/voices/engines.js';
import { strict } from '../support/shared-data.js';
import { trainRequest } from '../support/train-request.js';
import { describeWithToolchain } from './platform-support.js';
import { Workshop } from './tool.js';

const engine = await findTrainingEngine();
const voices = await findEngines('en');
const MINUTES = 60_000;

/** `describe` where JAX and espeak-ng are there. */
function describeWithTraining(name: string, body: () => void): void {
  if (engine !== undefined && voices.some((one) => one.name === 'espeak-ng')) {
    describeWithToolchain(name, body);
    return;
  }
  const reason = `${name}: needs JAX and espeak-ng (kws-gen train --fix)`;
  if (strict) test(reason, () => expect.fail('KWS_STRICT is set and what trains is absent'));
  else test.skip(reason, () => {});
}

describeWithTraining('train', () => {
  let shop: Workshop;
  let project: string;
  beforeAll(async () => {
    shop = await Workshop.open();
    const venv = dirname(dirname(engine!.python));
    symlinkSync(venv, join(shop.cache, basename(venv)));
    const args = [
      'train',
      '--word',
      'hey device',
      '--quick',
      '--out',
      'my word',
      '--listen',
      'heard',
      '--json',
    ];
    const { code, stderr, lines } = await shop.run(args, { patienceMs: 14 * MINUTES });
    expect(code, stderr).toBe(0);
    expect(lines.at(-1)).toMatchObject({ t: 'train', headline: 'not measured on people', people: [] });
    project = join(shop.folder, 'my word');
  }, 15 * MINUTES);
  afterAll(() => shop?.close());

  test('makes a project with both models, a report, and all that they were made of', () => {
    for (const file of [
      'kws.json',
      'kws.schema.json',
      'model/hey_device.tflite',
      'model/float/model.json',
      'model/float/weights.bin',
    ])
      expect(existsSync(join(project, file)), file).toBe(true);
    expect(readFileSync(join(project, 'report.md'), 'utf8')).toContain(
      '# hey device: not measured on people',
    );
    const made = JSON.parse(readFileSync(join(project, 'train.json'), 'utf8'));
    expect(made.request).toMatchObject({ word: 'hey device', quick: true, size: 's' });
    expect(made.files['model/hey_device.tflite']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('lets one listen to what it learned from', () => {
    const heard = readdirSync(join(shop.folder, 'heard'));
    for (const kind of ['word-synthetic-1', 'broken-broken-1', 'other-near-1', 'noise-noise-1'])
      expect(heard).toContain(`${kind}.wav`);
  });

  test('hears most of the voices that it was not trained with', () => {
    const { report } = JSON.parse(readFileSync(join(project, 'train.json'), 'utf8'));
    const all = report.voices.find(({ of }: { of: string }) => of === 'all voices kept apart');
    expect(all.among).toBeGreaterThan(20);
    expect(all.count / all.among).toBeLessThan(0.5);
    // The table of cutoffs counts the same clips.
    const own = report.cutoffs.filter((row: { own: boolean }) => row.own);
    expect(own).toEqual([expect.objectContaining({ missed: all.count, words: all.among })]);
    expect(report.cutoffs.length).toBeGreaterThan(1);
  });

  test('a virtual board hears it', async () => {
    const clips = readdirSync(join(project, 'clips', 'hey_device')).map((file) => `clips/hey_device/${file}`);
    const { code, stderr, lines } = await shop.run(
      ['flash', '--json', ...clips.flatMap((clip) => ['--play', clip])],
      { cwd: project },
    );
    expect(code, stderr).toBe(0);
    const heard = lines.filter(({ t, label }) => t === 'detect' && label === 'hey device');
    expect(heard.length).toBeGreaterThanOrEqual(clips.length / 2);
  });

  test('with other settings the project is not replaced', async () => {
    const { code, stderr } = await shop.run(['train', '--word', 'hey house', '--quick', '--out', 'my word']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('is a project that was trained with other settings'),
    ]);
  });
});

const TINY: Amounts = {
  clips: {
    train: { word: 12, near: 6, talk: 8 },
    tune: { word: 6, near: 4, talk: 6 },
    judge: { word: 6, near: 4, talk: 4 },
  },
  rounds: 1,
  recipe: { ...RECIPE, steps: 40, batch: 32, sample: 500, minings: [0.5] },
};

/** What ten voices say, in the place of recordings. */
const CLIPS = join(import.meta.dirname, '..', '..', 'examples', 'computer', 'clips');

describeWithTraining('cross-validation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws folds '));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test(
    'judges every recording once, by a model that never heard it',
    async () => {
      const request = trainRequest({
        word: 'computer',
        spellings: ['computer'],
        positives: [join(CLIPS, 'computer')],
        negatives: [join(CLIPS, 'other')],
        network: 'streaming',
        size: 's',
        folds: 2,
      });
      const cache = join(folder, 'cache');
      mkdirSync(cache);
      const checked = await checkTraining(request, { directory: folder, cache });
      const out = join(folder, 'out');
      const { report } = await train(request, checked, { directory: folder, out, cache, amounts: TINY });
      const figure = (of: string) => report.people.find((one) => one.of === of);
      expect(figure('your recordings, kept out')?.among).toBe(10);
      expect(figure('kept out, telephone, 300 to 3400 Hz, mu-law')?.among).toBe(10);
      const talk = report.people.filter(({ of }) => of.startsWith('your negatives, kept out'));
      expect(talk.length).toBeGreaterThan(0);
      expect(report.headline).toContain('your recordings, kept out');
      expect(report.notes.join()).toContain('are of 2 models');
      const made = JSON.parse(readFileSync(join(out, 'train.json'), 'utf8'));
      // Folders are given from the project's.
      expect(JSON.stringify(made)).not.toMatch(/"\//);
      expect(made.folds.settings).toHaveLength(2);
      expect(made.folds.missed).toHaveLength(figure('your recordings, kept out')!.count);
      expect(readdirSync(join(cache, 'models')).filter((name) => name !== 'compiled')).toHaveLength(3);
    },
    8 * MINUTES,
  );
});

const REQUEST = trainRequest({ network: 'streaming', size: 's', seed: 7 });

describeWithTraining('a run that is broken off', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws train '));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const cacheOf = (name: string) => join(folder, name, 'cache');
  const check = (name: string) => checkTraining(REQUEST, { directory: folder, cache: cacheOf(name) });

  /** Everything in `name`; what was compiled is the same for all. */
  async function run(name: string, checked: Checked, until?: Stage): Promise<boolean> {
    const cache = cacheOf(name);
    mkdirSync(join(cache, 'models'), { recursive: true });
    mkdirSync(join(folder, 'compiled'), { recursive: true });
    if (!existsSync(join(cache, 'models', 'compiled')))
      symlinkSync(join(folder, 'compiled'), join(cache, 'models', 'compiled'));
    const abort = new AbortController();
    const progress = (stage: Stage, part: number) => {
      if (stage === until && (part > 0.4 || !['voices', 'features', 'training'].includes(stage)))
        abort.abort(new Error('broken off'));
    };
    const out = join(folder, name, 'out');
    try {
      await train(REQUEST, checked, {
        directory: folder,
        out,
        cache,
        amounts: TINY,
        progress,
        signal: abort.signal,
      });
      return true;
    } catch (error) {
      expect((error as Error).message).toBe('broken off');
      expect(existsSync(out)).toBe(false);
      return false;
    }
  }

  const bytesOf = (name: string) =>
    Object.fromEntries(
      readdirSync(join(folder, name, 'out'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(join(folder, name).length), readFileSync(path).toString('base64')]),
    );

  test(
    'goes on, and comes to the same bytes',
    async () => {
      expect(await run('whole', await check('whole'))).toBe(true);
      const checked = await check('parts');
      for (const stage of STAGES.filter((one) => one !== 'int8'))
        expect(await run('parts', checked, stage), stage).toBe(false);
      expect(await run('parts', checked)).toBe(true);
      expect(bytesOf('parts')).toEqual(bytesOf('whole'));
      expect(Object.keys(bytesOf('whole')).length).toBeGreaterThan(6);
    },
    8 * MINUTES,
  );
});
