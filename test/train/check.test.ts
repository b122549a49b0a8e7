/** What is missing or wrong is said before the long work, all at once. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { checkTraining } from '../../src/train/check.js';
import { portable, readRequest } from '../../src/train/request.js';
import type { TrainRequest } from '../../src/train/types.js';
import { trainRequest } from '../support/train-request.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-gen check '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const REQUEST = trainRequest();

async function thrown(work: Promise<unknown>): Promise<KwsError> {
  const error = await work.then(
    () => expect.fail('nothing was thrown'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KwsError);
  return error as KwsError;
}

const check = (request: Partial<TrainRequest>) =>
  checkTraining(
    { ...REQUEST, ...request },
    {
      directory: folder,
      cache: join(folder, 'cache'),
      // A machine that has nothing.
      env: { PATH: join(folder, 'bin'), KWS_CACHE_DIR: join(folder, 'cache') },
    },
  );

describe('before the work', () => {
  test('everything that is missing is named, with the command that brings it', async () => {
    const error = await thrown(check({}));
    expect(error.exitCode).toBe(3);
    expect(error.problems.map(({ what }) => what)).toEqual([
      'JAX, which trains networks, is not installed',
      'no speech synthesiser with a voice for "en" was found',
    ]);
    for (const { next } of error.problems) expect(next).toContain('kws-gen train --fix');
    expect(error.problems[1]!.next).toContain('espeak-ng flite festival');
  });

  test('neural voices that a run was made with are missed', async () => {
    const error = await thrown(check({ neural: true }));
    const problem = error.problems.find(({ what }) => what.startsWith('neural voices'));
    expect(problem).toMatchObject({ what: 'neural voices for "en" are not there' });
    expect(problem!.next).toContain('--no-neural');
  });

  test('what was given wrongly comes before what is missing', async () => {
    const error = await thrown(check({ positives: ['nowhere'] }));
    expect([error.exitCode, error.problems[0]!.where]).toEqual([2, '--positives nowhere']);
  });

  test.each([
    ['nothing to say', '?!', 'there is nothing to be said in it'],
    ['a novel', 'call me '.repeat(20), 'is longer than 60 signs'],
  ])('%s', async (_, word, what) => {
    const error = await thrown(check({ word, spellings: [word] }));
    expect([error.exitCode, error.problems[0]!.what]).toEqual([2, what]);
  });
});

describe('train.json', () => {
  const written = (name: string, content: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'train.json'), content);
    return join(folder, name);
  };

  test('says what was asked for', async () => {
    const text = JSON.stringify({ version: 1, request: REQUEST, report: {} });
    expect(await readRequest(written('good', text), join(folder, 'good'))).toEqual(REQUEST);
  });

  test('has paths that are given from the project, and --resume finds them from anywhere', async () => {
    const [home, project] = ['/home/kim/work', '/home/kim/work/device'];
    const asked = { ...REQUEST, positives: ['mine', '/home/kim/work/device/more'], judges: ['../others'] };
    const request = portable(asked, home, project);
    expect(request).toMatchObject({ positives: ['../mine', 'more'], judges: ['../../others'] });
    const from = written('portable', JSON.stringify({ version: 1, request }));
    expect((await readRequest(from, folder)).positives).toEqual(['mine', 'portable/more']);
  });

  test.each([
    ['no file', undefined, 'there is no train.json'],
    ['no JSON', '{', 'does not say how it was trained'],
    ['another version', JSON.stringify({ version: 2, request: REQUEST }), 'does not say how it was trained'],
    [
      'a field too many',
      JSON.stringify({ version: 1, request: { ...REQUEST, run: 'rm' } }),
      'does not say how',
    ],
    [
      'an option in place of a language',
      JSON.stringify({ version: 1, request: { ...REQUEST, language: '-w /etc/x' } }),
      'does not say how',
    ],
  ])('%s', async (name, content, what) => {
    const place = content === undefined ? join(folder, 'none') : written(name, content);
    const error = await thrown(readRequest(place, folder));
    expect(error.exitCode).toBe(2);
    expect(error.problems[0]!.what).toContain(what);
  });
});
