/**
 * A file that stands for a model: the model itself, the folder of a SavedModel, or a microWakeWord manifest that
 * names it.
 *
 * Leaves to others: model formats and manifests (`readers/`), what is made of it (`draft.ts`).
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readBounded } from '../files/read-bounded.js';
import type { Model } from '../model/types.js';
import { isManifest, type MicroWakeWordManifest, readManifest } from '../readers/microwakeword.js';
import { LARGEST_MODEL, siblingsOf } from './files.js';
import type { ModelOpener } from './resolve.js';

/** A model file and what is said about it. */
export interface Source {
  /** The model file, where it was found. */
  readonly file: string;
  /** The file's name without its extension. */
  readonly name: string;
  readonly model: Model;
  readonly manifest?: MicroWakeWordManifest;
}

/**
 * @param given model, folder of a SavedModel, or manifest
 * @param where how messages call that file
 * @throws KwsError (exit code 2)
 */
export async function readSource(given: string, openModel: ModelOpener, where = given): Promise<Source> {
  const path = await fileOf(given);
  const bytes = await readBounded(path, LARGEST_MODEL, where);
  const text = new TextDecoder().decode(bytes.subarray(0, 64 * 1024 + 1));
  if (!isManifest(text))
    return { file: path, name: stem(path), model: await openModel(bytes, shownName(path), siblingsOf(path)) };
  const manifest = readManifest(text, basename(path));
  const file = join(dirname(path), manifest.model);
  const named = `${basename(path)}, model ${JSON.stringify(manifest.model)}`;
  const model = await openModel(
    await readBounded(file, LARGEST_MODEL, named),
    shownName(file),
    siblingsOf(file),
  );
  return { file, name: stem(file), model, manifest };
}

/** All SavedModels have their graph in a file of this name: what tells them apart is the folder. */
const SAVED_MODEL = 'saved_model.pb';

/** The file in the folder of a SavedModel; any other path as it is. */
async function fileOf(given: string): Promise<string> {
  const inside = join(given, SAVED_MODEL);
  const isFile = await stat(inside).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? inside : given;
}

function shownName(path: string): string {
  return basename(path) === SAVED_MODEL ? join(basename(dirname(path)), SAVED_MODEL) : basename(path);
}

function stem(path: string): string {
  if (basename(path) === SAVED_MODEL) return basename(dirname(path));
  return basename(path).replace(/\.[^.]*$/, '');
}
