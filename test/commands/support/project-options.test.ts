/** What firmware is made of: kws.json, or --model with what its file does not say. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OptionValues } from '../../../src/commands/support/options.js';
import { aimOf, outputFolder } from '../../../src/commands/support/project-options.js';
import { KwsError } from '../../../src/diagnostics/errors.js';
import { fakeContext } from '../../support/command-line.js';
import { wakeModel } from '../../support/wake-model.js';

const KWS = {
  version: 1,
  name: 'p',
  board: 'native',
  frontend: 'micro-wake-word',
  models: [{ name: 'wake', file: 'wake.tflite', labels: ['beep'] }],
  boards: { native: { runtime: 'tflm' }, nano33ble: { port: '/dev/ttyACM7' } },
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws target '));
  mkdirSync(join(directory, 'p'));
  writeFileSync(join(directory, 'p', 'kws.json'), JSON.stringify(KWS));
  for (const folder of ['.', 'p']) writeFileSync(join(directory, folder, 'wake.tflite'), wakeModel());
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function target(options: OptionValues) {
  const fake = fakeContext({ directory });
  return { ...(await aimOf(options, fake.context)), err: fake.err() };
}

async function problem(options: OptionValues): Promise<string> {
  const error = await target(options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(KwsError);
  expect((error as KwsError).exitCode).toBe(2);
  return (error as KwsError).message;
}

describe('aimOf', () => {
  test.each(['p', 'p/kws.json'])('--project %s', async (project) => {
    const { board, runtime, port } = await target({ project });
    expect([board.id, runtime, port]).toEqual(['native', 'tflm', undefined]);
    expect(outputFolder({ project }, directory)).toBe(join(directory, 'p', 'firmware-out'));
  });

  test('options win over the board’s settings, and those over the board', async () => {
    const nano = { project: 'p', board: 'nano33ble' };
    expect(await target(nano)).toMatchObject({ port: '/dev/ttyACM7', runtime: 'aot' });
    expect(await target({ ...nano, port: 'COM1', runtime: 'tflm' })).toMatchObject({
      port: 'COM1',
      runtime: 'tflm',
    });
    expect((await target({ ...nano, emulate: true })).port).toBeUndefined();
  });

  test('--model with labels, front end and cutoff; what was assumed is told', async () => {
    const { project, err } = await target({ model: 'wake.tflite', board: 'native', cutoff: 0.25 });
    expect(project.models[0]).toMatchObject({ labels: ['wake'], detector: { cutoff: 0.25 } });
    expect(err).toContain('front end micro-speech, because its input has the micro front end’s scale');
    const given = await target({
      model: 'wake.tflite',
      board: 'native',
      labels: ['hey'],
      frontend: 'micro-wake-word',
      gate: 'p/wake.tflite',
    });
    expect(given.project).toMatchObject({ frontend: { stepMs: 10 }, gate: 'wake-gate' });
    expect(given.project.models[0]!.labels).toEqual(['hey']);
    expect(given.err).toBe('');
  });

  test.each<[OptionValues, string]>([
    [{ model: 'wake.tflite' }, 'no board is named\n  next: --board ID names one'],
    [
      { model: 'wake.tflite', board: 'native', labels: ['a', 'b'] },
      '--labels: 2 labels for a model with 1 output\n  next: give 1, in the order of training',
    ],
    [
      { project: 'p', labels: ['a'] },
      '--labels: means nothing without --model\n  next: set it in kws.json, or make that anew: kws-gen init MODEL --labels … --force',
    ],
    [{ project: 'p', cutoff: 0.5 }, '--cutoff: means nothing without --model'],
    [{ project: 'p', board: 'nano33bel' }, 'there is no board "nano33bel"\n  next: did you mean nano33ble?'],
    [{}, 'there is no kws.json\n  next: kws-gen init MODEL makes one'],
  ])('%j', async (options, expected) => {
    expect(await problem(options)).toContain(expected);
  });
});
