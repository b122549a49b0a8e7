/** The example's training script, in small: it runs, keeps the parts of the corpus apart, and exports what Keras trained. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNpy } from '../../src/files/npy.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { readModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';

describeWithOracles(['keras', 'tensorflow', 'scipy', 'soundfile'], 'training the example', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-gen-training-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let seen: {
    folds: number[];
    used: number[];
    words: Record<string, number>;
    others: Record<string, number>;
    hard: number;
    medians: [number, number];
  };
  beforeAll(() => {
    const lines = runOracle('test/oracles/training.py', [folder]).toString().trim().split('\n');
    seen = JSON.parse(lines.at(-1)!);
  }, 240_000);

  test('what is left out is not learned from', () => {
    expect(seen.folds).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(seen.used).toEqual([-1, 1, 2, 3]);
  });

  test('there are windows of every kind, and hard ones were found', () => {
    for (const count of [...Object.values(seen.words), ...Object.values(seen.others), seen.hard])
      expect(count).toBeGreaterThan(10);
  });

  test('a few steps already tell the word from the rest', () => {
    const [word, rest] = seen.medians;
    expect(word).toBeGreaterThan(rest);
  });

  test('the exported model is what Keras trained', async () => {
    const model = join(folder, 'model');
    const siblings = async (path: string) => readFile(join(model, path));
    const read = await readModel(readFileSync(join(model, 'model.json')), 'model.json', siblings);
    const engine = createEngine(simplifyModel(read));
    const windows = readNpy(readFileSync(join(folder, 'windows.npy')), 'windows.npy');
    const expected = readNpy(readFileSync(join(folder, 'expected.npy')), 'expected.npy');
    const size = 49 * 40;
    expect(windows.shape).toEqual([12, 49, 40, 1]);
    for (let n = 0; n < 12; n++) {
      const window = Float32Array.from(windows.values.slice(n * size, (n + 1) * size) as Float32Array);
      const [output] = engine.invoke([window]);
      for (const label of [0, 1])
        expect(Math.abs(Number(output![label]) - Number(expected.values[2 * n + label]))).toBeLessThan(1e-4);
    }
  });
});
