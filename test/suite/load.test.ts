/** What a suite may be: folders, JSON, MLPerf Tiny's truth files; what is wrong with one is said by its field. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { loadSuite } from '../../src/suite/load.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-suite-'));
  for (const name of ['go', 'stop', 'talk']) {
    mkdirSync(join(folder, 'set', name), { recursive: true });
    writeFileSync(join(folder, 'set', name, '1.wav'), name);
  }
  writeFileSync(join(folder, 'kitchen.wav'), 'sound');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (path: string, heard = ['go']) => loadSuite(path, { directory: folder, heard });
async function suiteOf(content: unknown, heard = ['go']) {
  writeFileSync(join(folder, 'suite.json'), JSON.stringify(content));
  return load('suite.json', heard);
}
const problemsOf = async (loading: Promise<unknown>) => {
  const error = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KwsError)) throw new Error('no error');
  return [error.exitCode, ...error.problems.map(({ where, what }) => `${where}: ${what}`)];
};

describe('a folder', () => {
  test('folders named like labels hold words, others none', async () => {
    const { clips, name, limits, notes } = await load('set', ['go', 'stop']);
    expect(clips.map((clip) => [clip.name, clip.label])).toEqual([
      [join('set', 'go', '1.wav'), 'go'],
      [join('set', 'stop', '1.wav'), 'stop'],
      [join('set', 'talk', '1.wav'), undefined],
    ]);
    expect([name, notes]).toEqual(['set', ['without a word: talk']]);
    expect(limits).toEqual({ maxMisses: 0, maxFalseAcceptsPerHour: 0, maxLate: 0, maxOverruns: 0 });
  });

  test('limits of the project stand above the strict ones', async () => {
    const { limits } = await loadSuite('set', { directory: folder, heard: ['go'], limits: { maxMisses: 3 } });
    expect(limits).toMatchObject({ maxMisses: 3, maxFalseAcceptsPerHour: 0 });
  });

  test('without a folder of a label it is a mistake, not a set without words', async () => {
    expect(await problemsOf(load('set', ['gho']))).toEqual([
      2,
      'set: no folder in it is named like a label that the project hears',
    ]);
  });
});

describe('MLPerf Tiny’s truth files', () => {
  const truth = [
    {
      wav_file: 'kitchen.wav',
      sample_rate: 16_000,
      length_sec: 10.0,
      detection_windows: [
        [4.0, 4.76175],
        [1.0, 1.6476250000000001],
      ],
    },
  ];
  test('windows in seconds, of the one wake word', async () => {
    const { clips } = await suiteOf(truth);
    expect(clips).toMatchObject([
      {
        name: 'kitchen.wav',
        words: [
          { label: 'go', beginMs: 1000, endMs: expect.closeTo(1647.625) },
          { label: 'go', beginMs: 4000, endMs: expect.closeTo(4761.75) },
        ],
      },
    ]);
    expect(clips[0]!.label).toBeUndefined();
  });

  test('with several labels they do not say which', async () => {
    expect(await problemsOf(suiteOf(truth, ['go', 'stop']))).toEqual([
      2,
      'suite.json: does not say which label its windows are of',
    ]);
  });
});

describe('a suite as JSON', () => {
  test('clips, positives and negatives; its limits stand above all others', async () => {
    const { clips, limits, toleranceMs, name } = await suiteOf({
      version: 1,
      name: 'evening',
      limits: { maxMisses: 1, maxLatencyMs: 300 },
      toleranceMs: 400,
      positives: ['set/go'],
      negatives: ['set/talk'],
      clips: [{ file: 'kitchen.wav', windows: [{ begin: 1, end: 2, label: 'go' }] }],
    });
    expect(clips.map((clip) => [clip.name, clip.label, clip.words?.length])).toEqual([
      ['kitchen.wav', undefined, 1],
      [join('set/go', '1.wav'), 'go', undefined],
      [join('set/talk', '1.wav'), undefined, undefined],
    ]);
    expect([name, toleranceMs, limits.maxMisses, limits.maxLatencyMs]).toEqual(['evening', 400, 1, 300]);
  });

  test.each<[string, object, string[], string]>([
    ['a field that is not there', { limit: {} }, ['go'], 'suite.json, limit: there is no such field'],
    ['a limit below 0', { limits: { maxMisses: -1 } }, ['go'], 'suite.json, limits.maxMisses: -1 is below 0'],
    ['nothing', {}, ['go'], 'suite.json: names no recording'],
    [
      'a file that is not there',
      { clips: [{ file: 'no.wav' }] },
      ['go'],
      'suite.json, clips[0].file: there is no file "no.wav"',
    ],
    [
      'a label that is not heard',
      { clips: [{ file: 'kitchen.wav', label: 'gho' }] },
      ['go'],
      'suite.json, clips[0].label: "gho" is no label that the project hears',
    ],
    [
      'windows of no label',
      { clips: [{ file: 'kitchen.wav', windows: [[1, 2]] }] },
      ['go', 'stop'],
      'suite.json, clips[0].label: it is not said which label the windows are of',
    ],
    [
      'a window that ends first',
      { clips: [{ file: 'kitchen.wav', windows: [[2, 1]] }] },
      ['go'],
      'suite.json, clips[0].windows[0]: [2,1] must begin before it ends',
    ],
    [
      'a recording on both sides',
      { clips: [{ file: 'set/talk/1.wav', label: 'go' }], negatives: ['set/talk'] },
      ['go'],
      `suite.json: ${join('set/talk', '1.wav')}: is among the negatives and among the recordings with a word`,
    ],
  ])('%s', async (_, content, heard, message) => {
    expect(await problemsOf(suiteOf({ version: 1, ...content }, heard))).toEqual([2, message]);
  });

  test('broken JSON: where', async () => {
    writeFileSync(join(folder, 'suite.json'), '{"version": 1,');
    expect((await problemsOf(load('suite.json')))[0]).toBe(2);
  });
});
