/** The TensorFlow graphs of test/fixtures/models. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Model } from '../../src/model/types.js';
import { readModel } from '../../src/readers/read-model.js';
import type { Files } from './fixture-models.js';
import { fixtureBytes, siblingsIn } from './fixture-models.js';

const models = fileURLToPath(new URL('../fixtures/models', import.meta.url));

/** Files of a model's folder, by their path in it. */
export function graphFixture(name: string): Files {
  const folder = join(models, name);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.gz'),
  );
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(0, -3).replaceAll('\\', '/'),
      new Uint8Array(gunzipSync(readFileSync(join(folder, path)))),
    ]),
  );
}

export function readFiles(files: Files, first: string, name = first): Promise<Model> {
  return readModel(files[first]!, name, siblingsIn(files));
}

/** What TensorFlow computes with the models. */
export const expectedGraphs = JSON.parse(
  new TextDecoder().decode(fixtureBytes('graph-expected.json.gz')),
) as Readonly<Record<string, { readonly input: readonly number[]; readonly output: readonly number[] }>>;
