/**
 * What quantization costs a real model: the word classifier of test/fixtures/words (trained on the shared
 * recordings) in float, in our int8, and in TensorFlow's, on recordings it was not trained with.
 *
 * `KWS_WRITE_WORDS=FOLDER` writes the features that train.py needs instead.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeNpy } from '../../src/files/npy.js';
import { inputFormat } from '../../src/frontend/input-format.js';
import type { Model } from '../../src/model/types.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { quantizeModel } from '../../src/quantize/quantize.js';
import { openModel, readModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { writeModel } from '../../src/tflite/build.js';
import { CHANNELS, FRAMES, features, MARGIN, type Part, recordings } from '../fixtures/words/dataset.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';

const MODEL = fileURLToPath(new URL('../fixtures/words/words.keras', import.meta.url));
/** What train.py printed for the model beside it. */
const STATED = { accuracy: 0.983, recordings: 363 };
/** Half a point of 363 recordings is less than two of them. */
const HALF_A_POINT = 0.005;
/** Every fourth of the training recordings. */
const CALIBRATION = 4;

interface Set {
  readonly values: Float32Array[];
  readonly labels: readonly number[];
}

async function read(part: Part, every = 1, margin = 0): Promise<Set> {
  const chosen = recordings(sharedPath('audio')).filter((one) => one.part === part);
  const kept = chosen.filter((_, i) => i % every === 0);
  const values: Float32Array[] = [];
  for (const { file } of kept) values.push(await features(file, margin));
  return { values, labels: kept.map(({ label }) => label) };
}

function write(folder: string, name: string, { values }: Pick<Set, 'values'>, margin = 0): string {
  const size = (FRAMES + 2 * margin) * CHANNELS;
  const all = new Float32Array(values.length * size);
  values.forEach((row, i) => {
    all.set(row, i * size);
  });
  const path = join(folder, `${name}.npy`);
  writeFileSync(path, writeNpy(all, [values.length, FRAMES + 2 * margin, CHANNELS]));
  return path;
}

const top = (outputs: ArrayLike<number>): number => {
  const values = Array.from(outputs);
  return values.indexOf(Math.max(...values));
};

/** Share of equal answers. */
const share = (answers: readonly number[], expected: readonly number[]): number =>
  answers.filter((answer, i) => answer === expected[i]).length / expected.length;

function answersOf(model: Model, inputs: readonly Float32Array[]): number[] {
  const engine = createEngine(model);
  const tensor = model.tensors[model.inputs[0]!]!;
  const { inverseScale, zeroPoint } = inputFormat(tensor);
  const quantized = (row: Float32Array) =>
    Int8Array.from(row, (v) => Math.max(-128, Math.min(127, Math.round(v * inverseScale) + zeroPoint)));
  return inputs.map((row) => {
    const [output] = engine.invoke([tensor.type === 'float32' ? row : quantized(row)]);
    return top(Array.from(output!, Number));
  });
}

const target = process.env.KWS_WRITE_WORDS;
if (target !== undefined) {
  test('features for training are written', async () => {
    for (const part of ['train', 'validation', 'test'] as const) {
      const set = await read(part, 1, MARGIN);
      write(target, `${part}-x`, set, MARGIN);
      writeFileSync(
        join(target, `${part}-y.npy`),
        writeNpy(Int32Array.from(set.labels), [set.labels.length]),
      );
    }
  }, 600_000);
} else {
  describeWithSharedData('a word classifier on recordings that were kept back', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kws-words-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    let held: Set;
    let clips: Set;
    let float: Model;
    let int8: Model;
    let floatAnswers: number[];
    let int8Answers: number[];

    beforeAll(async () => {
      held = await read('test');
      clips = await read('train', CALIBRATION);
      const file = await readModel(readFileSync(MODEL), 'words.keras', () => expect.fail('no siblings'));
      float = simplifyModel(file);
      const inputs = clips.values.map((values, i) => ({ name: `clip ${i}`, values }));
      const { description } = quantizeModel(float, calibrate(float, inputs));
      int8 = openModel(writeModel(description), 'words.tflite');
      floatAnswers = answersOf(float, held.values);
      int8Answers = answersOf(int8, held.values);
    });

    test('float is as accurate as stated', () => {
      expect(held.labels).toHaveLength(STATED.recordings);
      expect(share(floatAnswers, held.labels)).toBeCloseTo(STATED.accuracy, 3);
    });

    test('int8 stays within half a point of float', () => {
      const [before, after] = [share(floatAnswers, held.labels), share(int8Answers, held.labels)];
      expect(Math.abs(after - before)).toBeLessThanOrEqual(HALF_A_POINT);
    });

    describeWithOracles(['tensorflow', 'ai_edge_litert'], "beside TensorFlow's converter", () => {
      test('the same float answers, and int8 agrees with them no less often', () => {
        const answer = runOracle('test/oracles/words.py', [
          MODEL,
          write(folder, 'calibration', clips),
          write(folder, 'inputs', held),
        ]);
        // The converter talks on stdout before it.
        const last = answer.toString().trimEnd().split('\n').at(-1)!;
        const theirs = JSON.parse(last) as Record<'float' | 'int8', number[][]>;
        expect(theirs.float.map(top)).toEqual(floatAnswers);
        const agreement = share(theirs.int8.map(top), floatAnswers);
        const ours = share(int8Answers, floatAnswers);
        console.log(`agreement with float: ours ${ours}, TensorFlow's ${agreement}`);
        expect(ours).toBeGreaterThanOrEqual(agreement);
      });
    });
  });
}
