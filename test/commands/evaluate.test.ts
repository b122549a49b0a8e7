/** evaluate: what is counted, in text, JSON and as a page. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvaluationReport } from '../../src/evaluate/types.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { chirpProject } from './chirps.js';

let directory: string;
const run = (...argv: string[]) => kwsGen(['evaluate', ...argv], { directory });
const BOTH = ['--positives', 'chirps', '--negatives', 'others'];

beforeAll(() => {
  directory = chirpProject();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the object of --json', () => {
  let report: EvaluationReport & { readonly t: string };
  beforeAll(async () => {
    const { code, out } = await run(...BOTH, '--noise', 'noise.wav', '--snr', '30,-20', '--json');
    expect(code).toBe(0);
    const lines = jsonLines(out);
    expect(lines.map(({ t }) => t)).toEqual(['evaluate']);
    report = lines[0] as unknown as typeof report;
  });

  test('is the same every time', async () => {
    const { out } = await run(...BOTH, '--noise', 'noise.wav', '--snr', '30,-20', '--json');
    expect(jsonLines(out)).toEqual([report]);
  });

  test('misses and false accepts at the operating point, with their bounds', () => {
    const [model] = report.models;
    expect(model!.operating).toMatchObject({
      cutoff: 0.8,
      window: 2,
      refractoryMs: 1000,
      misses: { clips: 4, misses: 1, share: 0.25 },
      falseAccepts: { falseAccepts: 1 },
    });
    const { hours, perHour } = model!.operating.falseAccepts;
    // Padding is no time in which nothing was heard.
    expect(hours * 3600).toBeCloseTo(0.8 + 1 + 2, 2);
    expect(perHour).toBeCloseTo(1 / hours, 6);
    expect(report.negatives.clips).toBe(3);
  });

  test('which clips they are, and where', () => {
    expect(report.misses.map(({ clip, label }) => [clip, label])).toEqual([
      [join('chirps', '3.wav'), 'chirp'],
    ]);
    expect(report.misses[0]!.highest).toBeLessThan(0.8);
    const [accept] = report.falseAccepts;
    expect(accept).toMatchObject({ clip: join('others', 'rising.wav'), label: 'chirp', inPositive: false });
    expect(accept!.ms).toBeGreaterThan(1300);
    expect(accept!.ms).toBeLessThan(1700);
    expect(report.confusion).toEqual({ heard: ['chirp'], rows: [{ label: 'chirp', clips: [3, 1] }] });
  });

  test('what became of every clip: enough to pool several evaluations', () => {
    const { clips, recordings, misses, falseAccepts, models } = report;
    expect(clips.map(({ clip, label, detected }) => [clip, label, detected])).toEqual(
      [0, 1, 2, 3].map((i) => [join('chirps', `${i}.wav`), 'chirp', i !== 3]),
    );
    for (const { ms, highest, detected, heard } of clips) {
      expect(ms).toBeGreaterThan(0);
      expect(highest >= 0.8).toBe(detected);
      expect(heard).toEqual([]);
    }
    expect(misses).toEqual(clips.filter(({ detected }) => !detected));
    const names = ['falling.wav', 'hiss.wav', 'rising.wav'].map((name) => join('others', name));
    expect(recordings.map(({ clip }) => clip)).toEqual(names);
    for (const { clip, seconds, falseAccepts: count } of recordings) {
      expect(seconds).toBeGreaterThan(0.7);
      expect(count).toBe(falseAccepts.filter((accept) => accept.clip === clip).length);
    }
    for (const point of models[0]!.sweep)
      expect(point).toMatchObject({ clips: 4, hours: models[0]!.operating.falseAccepts.hours });
  });

  test('what cannot be used is listed', () => {
    expect(report.skipped).toEqual([
      { where: join('others', 'notes.txt'), what: 'not audio that can be read (WAV or FLAC)' },
    ]);
  });

  test('noise far above the chirps hides them, faint noise does not', () => {
    const [faint, loud] = report.models[0]!.noise;
    expect(faint!.snrDb).toBe(30);
    expect(faint!.misses.misses).toBeLessThan(4);
    expect(loud!.misses.misses).toBe(4);
  });

  test('the sweep: the operating point is the same in it, and no cutoff hears without sound', () => {
    const { sweep, operating, curve, choices } = report.models[0]!;
    expect(sweep).toContainEqual(
      expect.objectContaining({ cutoff: 0.8, window: 2, refractoryMs: 1000, misses: 1, falseAccepts: 1 }),
    );
    expect(new Set(curve.map(({ window }) => window))).toEqual(new Set([operating.window]));
    expect(curve.map(({ cutoff }) => cutoff)).toEqual(
      [...curve.map(({ cutoff }) => cutoff)].sort((a, b) => b - a),
    );
    expect(choices.map(({ maxFaPerHour }) => maxFaPerHour)).toEqual([0.1, 0.5, 1, 2, 5, 10]);
  });
});

test('progress: recordings, audio and percent, and the time left once that can be known', async () => {
  const { err } = await kwsGen(['evaluate', ...BOTH], { directory, terminal: true });
  const said = err.match(/\d+ of 8 recordings[\w ,.%]*/g)!;
  expect(said.length).toBeGreaterThan(5);
  expect(said[0]).toMatch(/^1 of 8 recordings, 0\.8 s of audio, \d+ %, \d+ s left$/);
  expect(said.at(-1)).toMatch(/^8 of 8 recordings, .* of audio, 100 %, 0 s left$/);
});

test('in text: rates with their bounds, and no more than the bound where there was none', async () => {
  const { out } = await run('--positives', 'chirps', '--negatives', 'others/falling.wav');
  expect(out).toContain('misses         1 of 4 (25.0 %, 95 % 0.6…80.6 %)');
  expect(out).toMatch(/false accepts {2}0 in 0\.8 s \(<= 13500\/h, 95 %\)/);
  expect(out).not.toMatch(/ 0\/h/);
  expect(out).toContain('Misses, the least heard first:');
});

describe('the page', () => {
  let page: string;
  beforeAll(async () => {
    const { code, out } = await run(...BOTH, '--report', 'report.html');
    expect(code).toBe(0);
    expect(out).toContain('Written: report.html');
    page = readFileSync(join(directory, 'report.html'), 'utf8');
  });

  test('stands by itself', () => {
    expect(page).not.toMatch(/https?:|<script|<link|@import/);
    expect(page.match(/(?:src|href)="[^"]{0,20}/g)!.every((one) => /="data:/.test(one))).toBe(true);
  });

  test('shows the curve, the miss and the false accept, to look at and to play', () => {
    expect(page).toContain('misses against false accepts of chirp');
    const figures = page.match(/<figure class="example">.*?<\/figure>/gs)!;
    expect(figures.length).toBe(2);
    expect(figures[0]).toContain('3.wav');
    expect(figures[1]).toContain('rising.wav');
    for (const figure of figures) {
      const bytes = (type: string) =>
        Buffer.from(new RegExp(`data:${type};base64,([^"]+)"`).exec(figure)![1]!, 'base64');
      expect(bytes('image/png').subarray(1, 4).toString()).toBe('PNG');
      const wav = bytes('audio/wav');
      expect(wav.subarray(0, 4).toString()).toBe('RIFF');
      // The excerpt, as loud as it is: at least a second of it.
      expect(wav.length).toBeGreaterThan(32_000);
    }
  });

  test('shows every window and refractory time, and is dark where the system is', async () => {
    await run('--positives', 'chirps', '--negatives', 'others/falling.wav', '--report', 'quiet.html');
    const quiet = readFileSync(join(directory, 'quiet.html'), 'utf8');
    const rows = /<details>.*?<\/details>/s.exec(quiet)![0].match(/<tr><td>.*?<\/tr>/g)!;
    expect(rows.length).toBe(6 * 3);
    // Of four clips one is hardly there, whatever the cutoff.
    expect(rows[0]).toMatch(/^<tr><td>1<\/td><td>500 ms<\/td><td>[01] \(0\.\d+\)<\/td>/);
    expect(quiet).toContain('prefers-color-scheme: dark');
  });

  test('is not replaced unless --force says so', async () => {
    const { code, err } = await run(...BOTH, '--report', 'report.html');
    expect([code, err]).toEqual([2, expect.stringContaining('report.html: is already there')]);
    expect((await run('--positives', 'chirps/0.wav', '--report', 'report.html', '--force')).code).toBe(0);
  });

  test('names of files are text in it', async () => {
    mkdirSync(join(directory, 'odd'));
    const name = '<img src=x onerror=alert(1)>.wav';
    writeFileSync(join(directory, 'odd', name), readFileSync(join(directory, 'chirps/3.wav')));
    const { code } = await run('--positives', 'odd', '--report', 'odd.html');
    expect(code).toBe(0);
    const odd = readFileSync(join(directory, 'odd.html'), 'utf8');
    expect(odd).not.toContain('<img src=x');
    expect(odd).toContain('&lt;img src=x');
  });
});

describe('mistakes', () => {
  test.each([
    ['no recordings', [], 'there are no recordings to evaluate with'],
    ['a folder that is not there', ['--positives', 'nowhere'], '--positives nowhere: there is no such file'],
    ['a label that is not heard', ['--positives', 'chirps=chrip'], '"chrip" is no label that is heard'],
    ['nothing usable', ['--negatives', 'others/notes.txt'], '--negatives: no file can be used'],
    ['noise without a level', [...BOTH, '--noise', 'noise.wav'], 'it is not said how loud the noise is'],
    ['a level without noise', [...BOTH, '--snr', '5'], 'there is no noise to be added'],
    ['no number', [...BOTH, '--noise', 'noise.wav', '--snr', '5,x'], 'no list of signal-to-noise ratios'],
    ['endless padding', [...BOTH, '--tail', '2000s'], 'no time of up to 60 s'],
    [
      'both',
      ['--positives', 'chirps', '--negatives', 'chirps'],
      'among the positives and among the negatives',
    ],
  ])('%s', async (_, argv, message) => {
    const { code, err, out } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('silence is no noise', async () => {
    const silent = readFileSync(join(directory, 'noise.wav'));
    silent.fill(0, 44);
    writeFileSync(join(directory, 'silent.wav'), silent);
    const { out } = await run('--positives', 'chirps/0.wav', '--noise', 'silent.wav', '--snr', '5');
    expect(out).toContain('silent.wav: is silent, and no noise');
  });

  test('Ctrl-C', async () => {
    const { code, out } = await kwsGen(['evaluate', ...BOTH], { directory, signal: AbortSignal.abort() });
    expect([code, out]).toEqual([130, '']);
  });
});

test('several labels: by =LABEL, or by the folder, and what was heard in place of them', async () => {
  const kws = JSON.parse(readFileSync(join(directory, 'kws.json'), 'utf8'));
  kws.models[0].detector.targets = ['other', 'chirp'];
  mkdirSync(join(directory, 'two/words/chirp'), { recursive: true });
  mkdirSync(join(directory, 'two/words/other'));
  for (const [from, to] of [
    ['kws.json', 'kws.json'],
    ['chirp.tflite', 'chirp.tflite'],
    ['chirps/0.wav', 'words/chirp/a.wav'],
    ['chirps/1.wav', 'words/other/b.wav'],
  ] as const)
    writeFileSync(
      join(directory, 'two', to),
      to === 'kws.json' ? JSON.stringify(kws) : readFileSync(join(directory, from)),
    );
  const project = ['--project', 'two'];
  const { code, out } = await run(...project, '--positives', 'two/words', '--json');
  expect(code).toBe(0);
  const { confusion, positives } = jsonLines(out)[0] as unknown as EvaluationReport;
  expect(confusion.heard).toEqual(['other', 'chirp']);
  expect(confusion.rows.map(({ label }) => label)).toEqual(['chirp', 'other']);
  expect(positives.clips).toBe(2);
  const named = await run(
    ...project,
    '--positives',
    'chirps/0.wav=chirp',
    '--positives',
    'chirps/1.wav=other',
  );
  expect(named.out).toContain('Said, and heard:');
  const { code: wrong, err } = await run(...project, '--positives', 'chirps');
  expect(wrong).toBe(2);
  expect(err).toContain('chirps: it is not said which label its 4 files are');
});
