import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askCalibration, askPath } from '../../src/commands/init-questions.js';
import type { Asker } from '../../src/project/asker.js';
import { tfjsFixture } from '../readers/fixture-models.js';
import { wakeModel } from '../support/wake-model.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws questions '));
  mkdirSync(join(folder, 'recordings'));
  writeFileSync(join(folder, 'wake.tflite'), wakeModel());
  writeFileSync(join(folder, 'noise.bin'), 'noise');
  for (const [name, bytes] of Object.entries(tfjsFixture('conv2d-tfjs')))
    writeFileSync(join(folder, name), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Gives the answers one after the other, and keeps what was asked. */
function answering(...answers: string[]): Asker & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    choose: async (_, options) => options[0]!.value,
    text: async (question) => {
      asked.push(question);
      return answers.shift() ?? '';
    },
  };
}

test('a path that is not there is asked for again, saying so', async () => {
  const asker = answering('', 'wak.tflite', ' wake.tflite ');
  expect(await askPath(asker, 'Model', 'm.tflite', folder)).toBe('wake.tflite');
  expect(asker.asked).toEqual(['Model', 'Nothing was named. Model', 'There is no wak.tflite. Model']);
  expect(await askPath(undefined, 'Model', 'm.tflite', folder)).toBeUndefined();
});

test('not for ever', async () => {
  const asker = answering();
  expect(await askPath(asker, 'Model', 'm.tflite', folder)).toBe('');
  expect(asker.asked).toHaveLength(10);
});

test('a float model needs recordings, nothing else does', async () => {
  const asker = answering('record', 'recordings');
  expect(await askCalibration(asker, 'model.json', folder)).toEqual(['recordings']);
  expect(asker.asked).toHaveLength(2);
  for (const other of ['wake.tflite', 'noise.bin', 'nothing.tflite']) {
    const silent = answering();
    expect(await askCalibration(silent, other, folder)).toBeUndefined();
    expect(silent.asked).toEqual([]);
  }
});
