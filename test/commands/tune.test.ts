/** tune: what is chosen, what is written, and when nothing is. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { chirp, mixed, noise, toPcm, wavFile } from '../../examples/chirp/sound.js';
import { parseRate } from '../../src/commands/support/evaluate-options.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { chirpProject } from './chirps.js';

const directory = chirpProject();
const original = readFileSync(join(directory, 'kws.json'), 'utf8');
const kwsJson = () => readFileSync(join(directory, 'kws.json'), 'utf8');
const run = (...argv: string[]) => kwsGen(['tune', '--positives', ...argv], { directory });
/** No cutoff is so low that the model hears something in them. */
const QUIET = ['others/falling.wav', 'others/hiss.wav'];
/** Words and others whose probabilities are between 0 and 1: cutoffs have an end above and one below. */
const MEASURED = ['clear', '--negatives', 'faint', ...QUIET];
for (const [folder, loudness] of [
  ['clear', [0.3, 0.1, 0.0012]],
  ['faint', [0.0009, 0.0008]],
] as const) {
  mkdirSync(join(directory, folder));
  loudness.forEach((value, i) => {
    const sound = mixed(noise(0.8, 0.003, 50 + i), chirp('up', value), 0.2);
    writeFileSync(join(directory, folder, `${value}.wav`), wavFile(toPcm(sound)));
  });
}
/** What the first test finds. */
const chosen = { cutoff: 0, window: 0 };
const tuneOf = ({ out }: { readonly out: string }) => jsonLines(out).find(({ t }) => t === 'tune')!;

beforeEach(() => writeFileSync(join(directory, 'kws.json'), original));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('writes cutoff and window with where they come from, and nothing else', async () => {
  const { code, out, err } = await run(...MEASURED, '--max-fa', '0.5/h');
  expect(code).toBe(0);
  expect(out).toContain('Written: kws.json');
  expect(err).toContain('are too few for 0.5/h');
  const before = JSON.parse(original);
  const after = JSON.parse(kwsJson());
  const { tuned, cutoff, window, minimum, ...rest } = after.models[0].detector;
  const { cutoff: _, window: __, minimum: ___, ...unchanged } = before.models[0].detector;
  expect(rest).toEqual(unchanged);
  expect({ ...after, models: [] }).toEqual({ ...before, models: [] });
  expect(tuned).toMatchObject({ maxFaPerHour: 0.5, falseAcceptsPerHour: 0, clips: 3 });
  expect(tuned.misses).toBe(0);
  expect(tuned.falseAcceptsAtMost).toBeGreaterThan(3000);
  expect(original.startsWith(kwsJson().slice(0, kwsJson().indexOf('"detector"')))).toBe(true);
  // The project is as good as was promised.
  const judged = await kwsGen(['evaluate', '--positives', ...MEASURED, '--json'], { directory });
  expect(jsonLines(judged.out)[0]).toMatchObject({
    models: [{ operating: { cutoff, window, misses: { misses: tuned.misses } } }],
  });
  expect(minimum).toBeLessThanOrEqual(window);
  Object.assign(chosen, { cutoff, window });
});

test('--dry-run shows the same and writes nothing', async () => {
  const { code, out } = await run(...MEASURED, '--max-fa', '0.5', '--dry-run');
  expect(code).toBe(0);
  expect(out).toContain('before  cutoff 0.8, window 2');
  expect(out).toContain(`after   cutoff ${chosen.cutoff}, window ${chosen.window}`);
  expect(kwsJson()).toBe(original);
});

test('--refractory chooses that, too', async () => {
  const tuned = tuneOf(await run(...MEASURED, '--max-fa', '0.5/h', '--dry-run', '--json', '--refractory'));
  const models = tuned.models as { after: { refractoryMs: number } }[];
  expect(models[0]!.after.refractoryMs).toBeGreaterThanOrEqual(500);
});

test('a budget that nothing meets: exit code 1, the nearest setting, nothing written', async () => {
  // What it takes for the word is what it hears everywhere else.
  const kws = JSON.parse(original);
  kws.models[0].labels = ['chirp', 'other'];
  kws.models[0].detector = { ...kws.models[0].detector, competition: 'each', window: 1, minimum: 1 };
  writeFileSync(join(directory, 'kws.json'), JSON.stringify(kws));
  const argv = ['chirps', '--negatives', 'others/hiss.wav', '--max-fa', '0.5/h', '--json'];
  const result = await run(...argv);
  expect(result.code).toBe(1);
  const models = [{ outcome: 'over-budget', after: null, nearest: { misses: 0 } }];
  expect(tuneOf(result)).toMatchObject({ met: false, written: [], models });
  expect(kwsJson()).toBe(JSON.stringify(kws));
});

/** A folder of clips that cannot be read. */
function bad(folder: string): string {
  mkdirSync(join(directory, folder), { recursive: true });
  const cut = readFileSync(join(directory, 'noise.wav')).subarray(0, 30);
  writeFileSync(join(directory, folder, 'cut.wav'), cut);
  writeFileSync(join(directory, folder, 'text.flac'), 'this is no sound');
  return folder;
}

/** The project with another cutoff. */
function withCutoff(cutoff: number): string {
  const kws = JSON.parse(original);
  kws.models[0].detector = { ...kws.models[0].detector, cutoff };
  return JSON.stringify(kws);
}

describe('recordings that leave the cutoff open', () => {
  const open = /do not say what the cutoff should be: from 0\.004 to 0\.\d+ each is as good/;
  const silence = ['clear', '--negatives', ...QUIET, '--max-fa', '0.5/h'];

  test('the setting stays where none is better, and nothing is written', async () => {
    const { code, out, err } = await run(...silence);
    expect([code, kwsJson()]).toEqual([0, original]);
    expect(err).toMatch(open);
    expect(err).toContain('give negatives that are harder');
    expect(out).toContain('  stays   cutoff 0.8, window 2');
    expect(out).toContain('Nothing is written: kws.json is as good as these recordings can tell');
  });

  test('no cutoff is written that is any of many: exit code 1', async () => {
    const deaf = withCutoff(0.9999);
    writeFileSync(join(directory, 'kws.json'), deaf);
    const result = await run(...silence, '--json');
    expect([result.code, kwsJson()]).toEqual([1, deaf]);
    expect(result.out).toMatch(open);
    const models = [{ outcome: 'arbitrary', measured: { low: false } }];
    expect(tuneOf(result)).toMatchObject({ met: true, written: [], models });
  });

  test('clips that no setting hears are no measurement: exit code 1', async () => {
    const result = await run('others/hiss.wav=chirp', '--negatives', 'faint', '--max-fa', '0.5/h');
    expect([result.code, kwsJson()]).toEqual([1, original]);
    expect(result.err).toContain('no setting hears any of the clips');
    expect(result.out).toMatch(/Nothing is written$/m);
  });
});

describe('bad clips', () => {
  test('are left out and counted; the rest is measured', async () => {
    const argv = ['--negatives', 'faint', bad('bad'), ...QUIET, '--max-fa', '0.5/h', '--dry-run', '--json'];
    const result = await run('clear', `${bad('torn')}=chirp`, ...argv);
    expect(result.code).toBe(0);
    const { models, skipped } = tuneOf(result) as unknown as {
      models: object[];
      skipped: { where: string }[];
    };
    expect(skipped.map(({ where }) => where).sort()).toEqual(
      ['bad', 'torn'].flatMap((folder) => [`${folder}/cut.wav`, `${folder}/text.flac`]),
    );
    // The same as without them.
    const after = { cutoff: chosen.cutoff, window: chosen.window, misses: { clips: 3 } };
    expect(models).toMatchObject([{ outcome: 'measured', after }]);
    expect(jsonLines(result.out)).toContainEqual(
      expect.objectContaining({ t: 'warning', what: expect.stringContaining('4 files could not be used') }),
    );
  });

  test('none that can be read: exit code 2, and nothing is written', async () => {
    const { code, err } = await run(`${bad('torn')}=chirp`, '--negatives', ...QUIET, '--max-fa', '1/h');
    expect([code, kwsJson()]).toEqual([2, original]);
    expect(err).toContain('no file can be used');
  });
});

describe('mistakes', () => {
  test.each([
    ['everything missing', ['tune'], 'there is no budget'],
    ['no such rate', ['tune', '--max-fa', 'few'], '"few" is no rate of false accepts'],
    [
      'no file to write to',
      [
        'tune',
        '--max-fa',
        '1/h',
        '--positives',
        'chirps',
        '--negatives',
        'others',
        '--model',
        'chirp.tflite',
      ],
      'there is no kws.json to be written',
    ],
  ])('%s', async (_, argv, message) => {
    const { code, err } = await kwsGen(argv, { directory });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(kwsJson()).toBe(original);
  });

  test.each([
    ['0.5/h', 0.5],
    ['1/10h', 0.1],
    ['.5', 0.5],
    ['2 / h', 2],
    ['0', 0],
  ])('a rate: %s', (text, rate) => {
    expect(parseRate(text)).toBeCloseTo(rate, 12);
  });

  test.each(['-1', '1/0h', '1/d', '', 'h'])('no rate: %j', (text) => {
    expect(() => parseRate(text)).toThrow(/is no rate of false accepts/);
  });
});
