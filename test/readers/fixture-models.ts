/** The small models of test/fixtures/models, and helpers to read them and change them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { inputError } from '../../src/diagnostics/errors.js';
import type { Model } from '../../src/model/types.js';
import { readModel } from '../../src/readers/read-model.js';
import type { Siblings } from '../../src/readers/siblings.js';
import { createEngine } from '../../src/reference/engine.js';

const folder = fileURLToPath(new URL('../fixtures/models', import.meta.url));

export type Files = Readonly<Record<string, Uint8Array>>;

export function fixtureBytes(name: string): Uint8Array {
  const bytes = readFileSync(`${folder}/${name}`);
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** Files of a TF.js model's folder. */
export function tfjsFixture(name: string): Files {
  const json = fixtureBytes(`${name}/model.json.gz`);
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(json)) as {
    weightsManifest: { paths: string[] }[];
  };
  const paths = weightsManifest.flatMap((group) => group.paths);
  return {
    'model.json': json,
    ...Object.fromEntries(paths.map((path) => [path, fixtureBytes(`${name}/${path}`)])),
  };
}

export const siblingsIn =
  (files: Files): Siblings =>
  (path) => {
    const bytes = Object.hasOwn(files, path) ? files[path] : undefined;
    return bytes === undefined
      ? Promise.reject(inputError({ what: 'is missing', where: path }))
      : Promise.resolve(bytes);
  };

export const noSiblings = siblingsIn({});

export function readFixture(name: string): Promise<Model> {
  return readModel(fixtureBytes(name), name.replace(/\.gz$/, ''), noSiblings);
}

/** What Keras computes with the models, by name and version of Keras. */
export const expected = JSON.parse(new TextDecoder().decode(fixtureBytes('expected.json.gz'))) as Readonly<
  Record<string, { readonly input: readonly number[]; readonly output: readonly number[] }>
>;

export function runFloat(model: Model, input: readonly number[]): readonly number[] {
  return Array.from(createEngine(model).invoke([Float32Array.from(input)])[0] as Float32Array);
}

/** Largest difference, as a share of the largest expected value. */
export function relativeError(found: readonly number[], wanted: readonly number[]): number {
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN)))) / largest;
}
