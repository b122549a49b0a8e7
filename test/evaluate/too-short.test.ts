/** A clip that gives no score is no miss: it is left out with how many samples it takes, or the error says so. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { wavFile } from '../../examples/chirp/sound.js';
import { samplesToFirstScore } from '../../src/evaluate/first-score.js';
import { loadProject } from '../../src/project/load.js';
import { chirpProject } from '../commands/chirps.js';
import { jsonLines, kwsGen } from '../support/command-line.js';

const ALONE = ['--lead', '0', '--tail', '0'];
let directory: string;
let least: number;
beforeAll(async () => {
  directory = chirpProject();
  least = samplesToFirstScore(await loadProject(directory), 16_000)!;
  const save = (name: string, samples: number) => {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), wavFile(new Int16Array(samples).fill(100)));
  };
  save('short/one.wav', 100);
  save('tiny/one.wav', 1);
  save('edge/below.wav', least - 1);
  save('edge/at.wav', least);
  save('chirps/short.wav', 100);
});

const evaluate = (...argv: string[]) => kwsGen(['evaluate', ...argv], { directory });

describe('evaluate --lead 0 --tail 0', () => {
  test.each([
    ['short', 100],
    ['tiny', 1],
  ])('%s clips alone: exit code 2 with the number of samples', async (folder, samples) => {
    const { code, err } = await evaluate('--positives', folder, ...ALONE);
    expect(code).toBe(2);
    expect(err).toContain(
      `${folder}/one.wav: is too short for a single score: it has ${samples} samples, the models take ${least} for the first one`,
    );
  });

  test('one among others is left out, and is no miss', async () => {
    const { code, out } = await evaluate('--positives', 'chirps', ...ALONE, '--json');
    const [report] = jsonLines(out) as unknown as [{ skipped: object[]; models: { positives: number }[] }];
    expect(code).toBe(0);
    expect(report.skipped).toMatchObject([
      { where: 'chirps/short.wav', what: expect.stringMatching(/^is too short/) },
    ]);
    expect(JSON.stringify(report)).not.toMatch(/"clip":"chirps\/short/);
  });

  test('to the sample', async () => {
    const { out } = await evaluate('--positives', 'chirps', '--negatives', 'edge', ...ALONE, '--json');
    const [report] = jsonLines(out) as unknown as [{ skipped: { where: string }[] }];
    expect(report.skipped.map(({ where }) => where)).toEqual(['chirps/short.wav', 'edge/below.wav']);
  });
});

test('with the usual silence around it the same clip is judged', async () => {
  const { code, out } = await evaluate('--positives', 'short', '--json');
  expect([code, (jsonLines(out)[0] as { skipped?: unknown }).skipped]).toEqual([0, []]);
});
