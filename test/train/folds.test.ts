/** Cross-validation: what is kept apart, and what is pooled. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import type { Point } from '../../src/evaluate/sweep/count.js';
import { type Folded, groupsOf, withoutFold } from '../../src/train/features.js';
import { accepted, fired, missed } from '../../src/train/figures.js';
import { pooled } from '../../src/train/folds.js';
import { found } from '../../src/train/found.js';
import { foldOf } from '../../src/train/recordings.js';
import { trainRequest } from '../support/train-request.js';

const source = (n: number, kind: 'real' | 'synthetic' | 'near', hasWord: boolean, fold?: number): Folded => [
  { path: `${n}.wav`, key: `${kind} ${hasWord} ${n}`, kind, hasWord },
  fold,
];
const SOURCES: readonly Folded[] = [
  ...Array.from({ length: 12 }, (_, n) => source(n, 'real', n % 2 === 0, n % 3)),
  ...Array.from({ length: 9 }, (_, n) => source(n, n % 3 === 0 ? 'near' : 'synthetic', n % 3 === 1)),
];

describe('groups', () => {
  const groups = groupsOf(SOURCES, 3, { rounds: 1, seed: 1 });

  test('have recordings of one fold, or voices; others in the background are of the same or voices', () => {
    expect(groups.map(({ fold }) => fold)).toEqual([0, 1, 2, undefined]);
    const foldsOf = new Map(SOURCES.map(([{ key }, fold]) => [key, fold]));
    for (const { fold, sources, talk, plans } of groups) {
      expect(new Set(sources.map(({ key }) => foldsOf.get(key)))).toEqual(new Set([fold]));
      for (const plan of plans) for (const { key } of plan.sources) expect(foldsOf.get(key)).toBe(fold);
      const allowed = fold === undefined ? [undefined] : [fold, undefined];
      expect(new Set(talk.map(({ key }) => foldsOf.get(key)))).toEqual(new Set(allowed));
      expect(talk.every(({ hasWord }) => !hasWord)).toBe(true);
    }
  });

  test('without folds there is one, of everything', () => {
    const [all, ...more] = groupsOf(SOURCES, 0, { rounds: 1, seed: 1 });
    expect(more).toEqual([]);
    expect(all!.sources).toHaveLength(SOURCES.length);
  });

  test('what a fold’s model learns from leaves that fold out, the last one nothing', () => {
    const parts = [0, 1, undefined].map((fold) => ({ frames: `${fold}.u8`, passages: `${fold}.json`, fold }));
    expect(withoutFold(parts, 1).map(({ frames }) => frames)).toEqual(['0.u8', 'undefined.u8']);
    expect(withoutFold(parts, undefined)).toHaveLength(3);
  });

  test('a recording is in one fold, whatever it is called', () => {
    const sha256 = `00000000${'0000000b'}${'0'.repeat(48)}`;
    expect([2, 4, 10].map((folds) => foldOf({ sha256 }, folds))).toEqual([1, 3, 1]);
  });
});

test('equal settings of several models are counted together; where one has none they are left out', () => {
  const point = (cutoff: number, misses: number, falseAccepts: number): Point => ({
    ...{ cutoff, window: 5, refractorySteps: 50, clips: 10, misses, repeats: 1, others: 0 },
    ...{ falseAccepts, hours: 0.5 },
  });
  const sum = pooled([
    [point(0.9, 4, 0), point(0.5, 1, 2), point(0.1, 0, 20)],
    [point(0.9, 3, 1), point(0.5, 0, 0)],
  ]);
  expect(sum).toEqual([
    { ...point(0.9, 7, 1), clips: 20, hours: 1, repeats: 2 },
    { ...point(0.5, 1, 2), clips: 20, hours: 1, repeats: 2 },
  ]);
  expect(pooled([])).toEqual([]);
});

describe('figures', () => {
  test('of clips and of hours say what they prove', () => {
    expect(
      missed([
        [['all'], true],
        [['all'], false],
      ]),
    ).toEqual([expect.objectContaining({ of: 'all', what: 'misses', count: 1, among: 2 })]);
    expect(fired([[['near'], true]])[0]!.text).toBe('1 of 1 fired (100 %, 95 % 2.5…100)');
    const talk = { groups: ['talk'], seconds: 1800 };
    const [rate] = accepted([
      [talk, 0],
      [talk, 0],
    ]);
    expect(rate).toMatchObject({ what: 'false accepts', count: 0, among: 1 });
    expect(rate!.text).toMatch(/^0 in 1\.00 h \(0\.0 per hour, 95 % 0\.0…\d/);
  });

  test('are counted in every group that a clip is in, first groups first', () => {
    const groups = missed([
      [['all', 'fast'], true],
      [['all', 'slow'], false],
    ]);
    expect(groups.map(({ of, count, among }) => [of, count, among])).toEqual([
      ['all', 1, 2],
      ['fast', 1, 1],
      ['slow', 0, 1],
    ]);
  });
});

describe('recordings of a train.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws data '));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'project', 'here'), { recursive: true });
  mkdirSync(join(folder, 'my data', 'words', 'computer'), { recursive: true });
  const project = join(folder, 'project');
  const data = join(folder, 'my data');

  test('are where it says, or below the folder that is given, under the longest end of their path', () => {
    const request = trainRequest({ positives: ['../old/words/computer'], negatives: ['here'] });
    expect(found(request, project, data)).toMatchObject({
      positives: [join('..', 'my data', 'words', 'computer')],
      negatives: ['here'],
    });
  });

  test.each([
    ['no folder is given', undefined, '--data FOLDER names the folder in which "gone" lies'],
    ['it does not have them', data, `put "gone" into ${join('..', 'my data')}`],
  ])('are said to be missing where %s', (_, given, next) => {
    const request = trainRequest({ positives: ['../old/gone'], noises: ['../old/noise'] });
    let thrown: unknown;
    try {
      found(request, project, given);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(KwsError);
    const { problems } = thrown as KwsError;
    expect(problems.map(({ where }) => where)).toEqual([
      '--positives ../old/gone',
      '--noise ../old/noise',
      undefined,
    ]);
    expect(problems[0]!.next).toBe(next);
    expect(problems[2]!.what).toContain('synthetic voices alone');
  });
});
