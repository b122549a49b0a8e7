/** test: a suite on the host and on boards in memory, its verdict, and what it writes. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OptionValues } from '../../src/commands/support/options.js';
import { testProject } from '../../src/commands/test.js';
import { KwsError, toolError } from '../../src/diagnostics/errors.js';
import { loadProject } from '../../src/project/load.js';
import type { LoadedProject } from '../../src/project/resolve.js';
import type { SuiteReport } from '../../src/suite/types.js';
import type { Stages } from '../../src/targets/stages.js';
import { fakeContext, jsonLines, kwsGen } from '../support/command-line.js';
import { type HostSessionOptions, hostSession } from '../support/host-session.js';
import { chirpProject } from './chirps.js';

let directory: string;
let project: LoadedProject;
beforeAll(async () => {
  directory = chirpProject();
  project = await loadProject(directory);
  cpSync(join(directory, 'chirps'), join(directory, 'set', 'chirp'), { recursive: true });
  cpSync(join(directory, 'others'), join(directory, 'set', 'other'), { recursive: true });
  rmSync(join(directory, 'set', 'other', 'notes.txt'));
  // A word that is heard, and one that is none.
  for (const [from, to] of [
    ['chirps/0.wav', 'chirp'],
    ['others/falling.wav', 'other'],
  ] as const)
    cpSync(join(directory, from), join(directory, 'small', to, 'a.wav'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...argv: string[]) => kwsGen(['test', ...argv], { directory });
const reportOf = (out: string) => jsonLines(out).find(({ t }) => t === 'test') as unknown as SuiteReport;

describe('on the host', () => {
  test('one word missed and one false accept: failed, and which they are', async () => {
    const { code, out } = await run('set', '--json');
    expect(code).toBe(1);
    const { places, passed, words, clips } = reportOf(out);
    expect([passed, words, clips]).toEqual([false, 4, 7]);
    const [{ result, verdict, name }] = places as [SuiteReport['places'][number]];
    expect([name, verdict, result!.hits, result!.misses.misses]).toEqual(['host', 'failed', 3, 1]);
    expect(result!.falseAccepts.falseAccepts).toBe(1);
    expect(result!.latency).toMatchObject({ hits: 3, estimated: 3 });
    const wrong = result!.clips.filter(
      ({ words: own, falseAccepts }) =>
        falseAccepts.length > 0 || own.some(({ outcome }) => outcome === 'miss'),
    );
    expect(wrong.map(({ clip }) => clip)).toEqual([
      join('set', 'chirp', '3.wav'),
      join('set', 'other', 'rising.wav'),
    ]);
    expect(jsonLines(out).at(-1)).toMatchObject({ t: 'verdict', passed: false });
  });

  test('within its limits it passes', async () => {
    const { code, out } = await run('set', '--max-misses', '1', '--max-fa', '1000/h');
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([0, 'Passed']);
    expect((await run('set', '--max-misses', '1', '--max-fa', '900/h')).code).toBe(1);
  });

  test('windows in seconds: the chirp in rising.wav is a word then', async () => {
    const truth = [{ wav_file: 'others/rising.wav', detection_windows: [[1.0, 1.4]] }];
    writeFileSync(join(directory, 'truth.json'), JSON.stringify(truth));
    const { code, out } = await run('truth.json', '--json');
    expect(code).toBe(0);
    const { result } = reportOf(out).places[0]!;
    expect(result!.latency).toMatchObject({ hits: 1, estimated: 0 });
    expect(Math.abs(result!.latency!.medianMs)).toBeLessThan(300);
  });

  test('a recording that cannot be read fails the suite', async () => {
    cpSync(join(directory, 'set'), join(directory, 'odd'), { recursive: true });
    writeFileSync(join(directory, 'odd', 'chirp', 'x.wav'), 'no sound');
    const { code, out } = await run('odd', '--max-misses', '1', '--max-fa', '1000/h');
    expect(code).toBe(1);
    expect(out).toContain('x.wav: not audio');
  });

  test('JUnit and a page: written, escaped, and what is in the way is not replaced', async () => {
    const { code, out } = await run('set', '--junit', 'r.xml', '--report', 'r.html');
    expect([code, out.trimEnd().split('\n').at(-1)]).toEqual([1, 'Written: r.xml, r.html']);
    const xml = readFileSync(join(directory, 'r.xml'), 'utf8');
    expect(xml).toContain('<testsuites name="chirp set" tests="10" failures="5" errors="0" skipped="0"');
    expect(xml).toMatch(/<testcase classname="host.set" name="[^"]*3.wav">\s*<failure message="missed"\/>/);
    const page = readFileSync(join(directory, 'r.html'), 'utf8');
    expect(page).not.toMatch(/https?:|<script|<link|@import/);
    expect(page).toContain('chirp: set failed');
    // JUnit of the run before is replaced, anything else is not.
    expect((await run('set', '--junit', 'r.xml')).code).toBe(1);
    expect((await run('set', '--report', 'r.html')).err).toContain('is already there');
    expect((await run('set', '--junit', 'kws.json')).err).toContain('is already there');
    expect((await run('set', '--junit', '.')).err).toContain('is already there');
  });

  test('limits of kws.json, for evaluate too: every positive missed is no success', async () => {
    const file = join(directory, 'kws.json');
    const kws = readFileSync(file, 'utf8');
    const evaluate = ['evaluate', '--positives', 'chirps/3.wav', '--json'];
    expect((await kwsGen(evaluate, { directory })).code).toBe(0);
    writeFileSync(file, kws.replace('"version": 1,', '"version": 1, "limits": { "maxMisses": 0 },'));
    const { code, out } = await kwsGen(evaluate, { directory });
    const kept = await kwsGen([...evaluate, '--max-misses', '1'], { directory });
    writeFileSync(file, kws);
    expect([code, kept.code]).toEqual([1, 0]);
    expect(jsonLines(out).at(-1)).toEqual({
      kws: 1,
      t: 'verdict',
      passed: false,
      checks: [{ limit: 'maxMisses', allowed: 0, found: 1, outcome: 'failed' }],
    });
  });
});

interface Try {
  readonly board?: (opened: number) => HostSessionOptions;
  readonly failsUpload?: boolean;
  readonly suite?: string;
}

async function tryTest(
  options: OptionValues,
  { board = () => ({}), failsUpload = false, suite = 'small' }: Try = {},
) {
  const steps: string[] = [];
  let opened = 0;
  const usage = { used: 1, total: 2 };
  const stages: Stages = {
    render: async () => ({ files: new Map(), buildId: `0123456789ab${'0'.repeat(52)}` }),
    count: () => expect.unreachable('nothing is counted'),
    locate: async (target) => target,
    write: async (_, folder) => void steps.push(`write ${folder.slice(directory.length + 1)}`),
    build: async () => ({ flash: usage, ram: usage, artifact: 'f.elf', seconds: 1 }),
    upload: async ({ board: { id } }) => {
      if (failsUpload && id === 'native') throw toolError({ what: 'the upload failed', where: id });
      return { port: id, stop: async () => void steps.push(`stop ${id}`) };
    },
    find: async (_, port) => ({ port: port! }),
    open: async ({ port }, signal) =>
      hostSession(project, {
        signal,
        hello: { board: port.startsWith('/') ? 'virtual-cortex-m4' : port },
        ...board(opened++),
      }),
    clip: () => Promise.reject(new Error('nobody asks for this')),
  };
  const fake = fakeContext({ directory, json: true });
  const ended = await testProject(options, fake.context, suite, async () => stages).then(
    (verdict) => ({ verdict, error: undefined }),
    (error: unknown) => ({ verdict: undefined, error }),
  );
  return { ...ended, steps, report: reportOf(fake.out()), ...fake };
}

const LOOSE = { maxMisses: 1, maxFa: 1000 };

describe('on boards', () => {
  test('two side by side: a folder for each, one report, every decision the host’s', async () => {
    const boards = 'virtual-cortex-m4,virtual-cortex-m3';
    const { verdict, error, report, steps } = await tryTest({ ...LOOSE, board: boards });
    expect([verdict, error]).toEqual([0, undefined]);
    expect(report.places.map(({ name, verdict: own }) => [name, own])).toEqual([
      ['virtual-cortex-m4', 'passed'],
      ['virtual-cortex-m3', 'passed'],
    ]);
    expect(steps.filter((step) => step.startsWith('write')).sort()).toEqual([
      'write firmware-out-virtual-cortex-m3',
      'write firmware-out-virtual-cortex-m4',
    ]);
    expect(steps.filter((step) => step.startsWith('stop')).length).toBe(2);
    for (const { result } of report.places) {
      expect(result!.host!.equal).toBe(true);
      // 100 ms and 250 ms of 1000 ms, by the clock of this computer.
      expect(result!.timing).toMatchObject({ of: 'computer', load: expect.closeTo(0.35) });
    }
  });

  test('what a board decides is what counts, not what the host makes of its scores', async () => {
    const deaf: HostSessionOptions = {
      mishap: (event) =>
        event.t === 'detect' ? undefined : event.t === 'end' ? { ...event, detections: 0 } : event,
    };
    const { verdict, report } = await tryTest(
      { ...LOOSE, board: 'native' },
      { board: () => deaf, suite: 'set' },
    );
    const { result } = report.places[0]!;
    expect([verdict, result!.misses.misses, result!.hits]).toEqual([1, 4, 0]);
    expect(result!.checks.filter(({ outcome }) => outcome === 'failed').map(({ limit }) => limit)).toEqual([
      'maxMisses',
      'sameAsHost',
    ]);
  });

  test('a board that fails keeps none of the others: its error comes after the report', async () => {
    const { error, report } = await tryTest(
      { ...LOOSE, board: 'native,virtual-cortex-m4' },
      { failsUpload: true },
    );
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(3);
    expect(report.places.map(({ verdict }) => verdict)).toEqual(['error', 'passed']);
    expect(report.passed).toBe(false);
  });

  test('a board that already runs', async () => {
    const { verdict, report } = await tryTest({ ...LOOSE, port: '/dev/ttyX' });
    expect([verdict, report.places[0]!.name]).toEqual([0, '/dev/ttyX']);
    expect(existsSync(join(directory, 'firmware-out'))).toBe(false);
  });
});

describe('a bench', () => {
  const bench = (more: object = {}) =>
    writeFileSync(
      join(directory, 'hil.json'),
      JSON.stringify({
        version: 1,
        boards: [
          { name: 'a', board: 'virtual-cortex-m4' },
          { name: 'b', board: 'virtual-cortex-m4', retries: 2, ...more },
          { name: 'c', board: 'native' },
        ],
      }),
    );
  afterAll(() => rmSync(join(directory, 'hil.json'), { force: true }));
  // The second session that is opened, whichever board it is of, goes away in its first clip.
  const vanishing = (opened: number): HostSessionOptions =>
    opened === 1 ? { fails: () => toolError({ what: 'the device went away', where: 'memory' }) } : {};

  test('three virtual boards at once, all good: green', async () => {
    bench();
    const { verdict, report, steps } = await tryTest({ ...LOOSE, board: 'all' });
    expect([verdict, report.places.map(({ name, verdict: own }) => `${name} ${own}`)]).toEqual([
      0,
      ['a passed', 'b passed', 'c passed'],
    ]);
    // Two of one kind share what is built.
    expect(new Set(steps.filter((step) => step.startsWith('write')))).toEqual(
      new Set(['write firmware-out-virtual-cortex-m4', 'write firmware-out-native']),
    );
  });

  test('one of them goes away once and passes then: flaky, and not green', async () => {
    bench();
    const options = { ...LOOSE, board: 'b,a', junit: 'flaky.xml' };
    // One at a time, so that it is known which session is whose.
    const file = join(directory, 'hil.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"version":1', '"version":1,"atOnce":1'));
    const { verdict, error, report } = await tryTest(options, { board: (opened) => vanishing(opened + 1) });
    expect([verdict, error, report.passed]).toEqual([1, undefined, false]);
    const [b, a] = report.places;
    expect([b!.verdict, a!.verdict]).toEqual(['flaky', 'passed']);
    expect(b!.attempts).toEqual([
      { verdict: 'error', why: 'memory: the device went away' },
      { verdict: 'passed' },
    ]);
    expect(readFileSync(join(directory, 'flaky.xml'), 'utf8')).toContain(
      '<failure message="flaky: try 2 passed, before: memory: the device went away"/>',
    );
  });

  test('without further tries it is an error, and the others are reported', async () => {
    bench({ retries: 0 });
    const { error, report } = await tryTest({ ...LOOSE, board: 'all' }, { board: vanishing });
    expect((error as KwsError).exitCode).toBe(3);
    expect(report.places.map(({ verdict }) => verdict).sort()).toEqual(['error', 'passed', 'passed']);
  });

  test('its programs are not run without consent', async () => {
    bench({ before: ['touch', 'ran'] });
    const { error } = await tryTest({ ...LOOSE, board: 'all' });
    expect((error as KwsError).exitCode).toBe(2);
    expect((error as KwsError).message).toContain('hil.json, boards[1].before');
    expect(existsSync(join(directory, 'ran'))).toBe(false);
  });

  test('ids of boards go without it; all needs one', async () => {
    bench();
    const { verdict } = await tryTest({ ...LOOSE, board: 'virtual-cortex-m3' });
    rmSync(join(directory, 'hil.json'));
    const { error } = await tryTest({ board: 'all' });
    expect([verdict, (error as KwsError).exitCode]).toEqual([0, 2]);
  });
});

describe('mistakes', () => {
  test.each([
    ['no such suite', ['nowhere'], 'nowhere: there is no such file or folder'],
    ['a board twice', ['set', '--board', 'native,native'], 'native is named twice'],
    ['no board', ['set', '--board', 'nativ'], 'nativ'],
    ['a port of a twin', ['set', '--emulate', '--port', 'x'], 'a twin runs on this machine'],
    ['half a miss', ['set', '--max-misses', '0.5'], '"0.5" is not a whole number'],
  ])('%s', async (_, argv, message) => {
    const { code, err, out } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
