/**
 * evaluate and tune as a user runs them: the built program, whose threads do the work. No board, no toolchain.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chirp, mixed, noise, RATE, toPcm, wavFile } from '../../examples/chirp/sound.js';
import type { EvaluationReport } from '../../src/evaluate/types.js';
import { wav } from '../audio/files.js';
import { root } from '../support/native.js';
import { type ToolEnd, Workshop } from './tool.js';

let shop: Workshop;
let project: string;
beforeAll(async () => {
  shop = await Workshop.open();
  project = shop.example();
  recordings(project);
});
afterAll(() => shop?.close());

/** 11 minutes: more than one part. */
const LONG_SECONDS = 660;
const BOTH = ['--positives', 'chirps', '--negatives', 'others', 'long'];

/** Rising chirps, two of them hardly there; falling ones, hidden rising ones; a long recording with one more. */
function recordings(folder: string): void {
  const save = (name: string, sound: Float64Array) =>
    writeFileSync(join(folder, name), wavFile(toPcm(sound)));
  const room = (seed: number, seconds = 0.8) => noise(seconds, 0.003, seed);
  for (const name of ['chirps', 'others', 'long']) mkdirSync(join(folder, name));
  for (const [i, loudness] of [0.3, 0.2, 0.1, 0.05, 0.3, 0.1, 0.2, 0.1, 0.0005, 0.0004].entries())
    save(`chirps/${i}.wav`, mixed(room(i + 1), chirp('up', loudness), 0.2));
  for (let i = 0; i < 5; i++) save(`others/falling${i}.wav`, mixed(room(20 + i), chirp('down'), 0.2));
  for (let i = 0; i < 2; i++) save(`others/rising${i}.wav`, mixed(room(30 + i, 2), chirp('up'), 1));
  writeFileSync(join(folder, 'others', 'notes.txt'), 'no sound');
  save('hiss.wav', noise(1, 0.2, 4));
  save('long/evening.wav', mixed(room(40, LONG_SECONDS), chirp('up'), 500));
  writeFileSync(join(folder, 'long', 'music.wav'), stereo(130));
}

/** Hiss at 44.1 kHz; 130 s are more than one part. */
function stereo(seconds: number): Uint8Array {
  const interleaved = toPcm(noise((seconds * 2 * 44_100) / RATE, 0.003, 50));
  return wav({ bits: 16, channels: 2, rate: 44_100 }, Buffer.from(interleaved.buffer));
}

function success({ code, stderr, stdout }: ToolEnd): void {
  expect({ code, said: code === 0 ? '' : `${stderr}${stdout.slice(-2000)}` }).toEqual({ code: 0, said: '' });
}

const reportOf = ({ lines }: ToolEnd) => lines.at(-1) as unknown as EvaluationReport;

describe('threads', () => {
  /** The library's report with so many threads, in a process of its own. */
  function withThreads(threads: number): EvaluationReport {
    const library = JSON.stringify(pathToFileURL(join(root, 'dist', 'index.js')).href);
    const script = `
      const { evaluate, findClips, findPositives, loadProject, openModel } = await import(${library});
      const options = {
        positives: await findPositives(['chirps'], '.', ['chirp']),
        negatives: await findClips(['others', 'long'], '.', '--negatives'),
        noise: { files: await findClips(['hiss.wav'], '.', '--noise'), snrs: [10] },
        threads: ${threads},
      };
      const { report } = await evaluate(await loadProject('.'), options);
      process.stdout.write(JSON.stringify(report));
      process.exit(0);`;
    const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: project });
    return JSON.parse(answer.toString()) as EvaluationReport;
  }

  test('one, two, and as many as the command takes: the same report', async () => {
    const one = withThreads(1);
    expect(withThreads(2)).toEqual(one);
    const command = await shop.run(
      ['evaluate', ...BOTH, '--noise', 'hiss.wav', '--snr', '10', '--board', 'native', '--json'],
      { cwd: project },
    );
    success(command);
    const { models, recordings: heard, falseAccepts } = reportOf(command);
    const parts = ({ models, clips, recordings, misses, falseAccepts }: EvaluationReport) => ({
      ...{ models, clips, recordings, misses, falseAccepts },
    });
    expect(parts(reportOf(command))).toEqual(parts(one));
    // What should be heard is, the chirp in the second part of the long recording among it, where it is.
    expect(models[0]!.operating.misses).toMatchObject({ clips: 10, misses: 2 });
    expect(falseAccepts.map(({ clip }) => clip).sort()).toEqual(
      ['long/evening.wav', 'others/rising0.wav', 'others/rising1.wav'].map((name) =>
        join(...name.split('/')),
      ),
    );
    const { ms } = falseAccepts.find(({ clip }) => clip.includes('evening'))!;
    expect(ms).toBeGreaterThan(500_200);
    expect(ms).toBeLessThan(500_800);
    expect(heard.find(({ clip }) => clip.includes('evening'))!.seconds).toBeCloseTo(LONG_SECONDS, 3);
    expect(heard.find(({ clip }) => clip.includes('music'))!.seconds).toBeCloseTo(130, 3);
  });
});

describe('Ctrl-C', () => {
  /** Many hours under other names: nobody waits for their end. */
  function hours(): void {
    mkdirSync(join(project, 'hours'));
    for (let i = 0; i < 400; i++)
      linkSync(join(project, 'long', 'evening.wav'), join(project, 'hours', `${i}.wav`));
  }

  /** Until threads have computed for a while. */
  async function busy(pid: number): Promise<void> {
    const ticks = () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return Number(fields[11]);
    };
    while (ticks() < 300) await sleep(20);
  }

  test.each([
    ['evaluate', ['--report', 'report.html']],
    ['tune', ['--max-fa', '1/h']],
  ])('%s ends, and leaves neither a result nor a process', async (command, more) => {
    if (!existsSync(join(project, 'hours'))) hours();
    const before = readdirSync(project);
    const kws = readFileSync(join(project, 'kws.json'), 'utf8');
    const args = [command, '--positives', 'chirps', '--negatives', 'hours', ...more, '--json'];
    const run = shop.start(args, { cwd: project });
    await busy(run.pid);
    run.kill('SIGINT');
    const { code, stdout } = await run.end;
    expect([code, stdout]).toEqual([130, '']);
    expect(await shop.leftOver()).toEqual([]);
    expect(readdirSync(project)).toEqual(before);
    expect(readFileSync(join(project, 'kws.json'), 'utf8')).toBe(kws);
  });
});

test('tune, kws.json, evaluate: what was promised is what is found', async () => {
  const folder = shop.example('tuned');
  recordings(folder);
  // In place of what every setting hears: chirps so faint that a higher cutoff does not.
  for (const [i, loudness] of [0.0013, 0.0015].entries()) {
    const sound = mixed(noise(2, 0.003, 30 + i), chirp('up', loudness), 1);
    writeFileSync(join(folder, 'others', `rising${i}.wav`), wavFile(toPcm(sound)));
  }
  const heard = ['--positives', 'chirps', '--negatives', 'others', '--json'];
  const untuned = await shop.run(['evaluate', ...heard], { cwd: folder });
  success(untuned);
  // Two false accepts in a few seconds: none at all is asked for.
  expect(reportOf(untuned).models[0]!.operating.falseAccepts.falseAccepts).toBe(2);
  const tuned = await shop.run(['tune', '--max-fa', '0/h', '--refractory', ...heard], { cwd: folder });
  const [{ after }] = tuned.lines.at(-1)!.models as [{ after: EvaluationReport['models'][0]['operating'] }];
  const { detector } = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')).models[0];
  expect(detector).toMatchObject({ cutoff: after.cutoff, window: after.window, tuned: { maxFaPerHour: 0 } });
  const judged = await shop.run(['evaluate', ...heard], { cwd: folder });
  success(judged);
  expect(reportOf(judged).models[0]!.operating).toEqual(after);
  success(await shop.run(['evaluate', ...heard.slice(0, -1), '--report', 'report.html'], { cwd: folder }));
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain(`cutoff ${after.cutoff}`);
});
