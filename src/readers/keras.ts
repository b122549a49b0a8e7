/**
 * Reader of Keras models: `.h5` as Keras 2 and 3 write it, and `.keras`, the zip archive of Keras 3.
 *
 * Owns: the outer form of both. Leaves to others: HDF5 (`hdf5/`), zip (`files/zip.ts`), where weights are
 * (`keras/weights.ts`), layers (`layers/`).
 */
import { createHash } from 'node:crypto';
import { inputError } from '../diagnostics/errors.js';
import { isZip, readZip } from '../files/zip.js';
import type { Model } from '../model/types.js';
import { isHdf5, openHdf5 } from './hdf5/file.js';
import { checkJsonSize, parsedJson } from './json-file.js';
import { h5Weights, keras3Weights } from './keras/weights.js';
import { lowerLayers } from './layers/lower.js';
import type { WeightSource } from './layers/weights.js';
import { modelName } from './names.js';
import { field, isFields } from './support/fields.js';

const SEARCHED = 64 * 1024;
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const METADATA = 'metadata.json';
const LIMITS = { entries: 1000, bytes: 256 * 1024 * 1024 } as const;
const SAVE = 'save the whole model (model.save("model.keras"))';

/** Whether the bytes look like HDF5, or a zip archive with a model of Keras in it. */
export function isKeras(bytes: Uint8Array): boolean {
  if (isHdf5(bytes)) return true;
  if (!isZip(bytes)) return false;
  // Names stand before each entry and in the directory at the end.
  const ends = [bytes.subarray(0, SEARCHED), bytes.subarray(Math.max(0, bytes.length - SEARCHED))];
  return ends.some((end) => {
    const text = Buffer.from(end.buffer, end.byteOffset, end.byteLength);
    return text.includes(WEIGHTS) || (text.includes(CONFIG) && text.includes('metadata.json'));
  });
}

/**
 * @param name file name, for messages and the model's name
 * @throws KwsError (exit code 2)
 */
export function readKeras(bytes: Uint8Array, name: string): Model {
  const { topology, weights, keras } = isZip(bytes) ? openArchive(bytes, name) : openH5(bytes, name);
  const description = lowerLayers(topology, weights, { name: modelName(name), file: name, keras });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...description, source: { format: 'keras', sha256, bytes } };
}

interface Opened {
  readonly topology: unknown;
  readonly weights: WeightSource;
  readonly keras: 2 | 3;
}

/** Of `3.10.0`; what does not say it is as old as that. */
const major = (version: unknown): 2 | 3 =>
  typeof version === 'string' && Number.parseInt(version, 10) >= 3 ? 3 : 2;

function openArchive(bytes: Uint8Array, name: string): Opened {
  const zip = readZip(bytes, name, LIMITS);
  const names = new Map(zip.entries.map((entry) => [entry.name, entry.size]));
  for (const needed of [CONFIG, WEIGHTS])
    if (!names.has(needed))
      throw inputError({
        where: name,
        what: `has no ${needed} in it`,
        ...(names.has('model.weights.json') ? { why: 'its weights are split over several files' } : {}),
        next: `${SAVE}, without sharding`,
      });
  checkJsonSize(names.get(CONFIG)!, `${name}, ${CONFIG}`);
  return {
    topology: parsedJson(zip.read(CONFIG), `${name}, ${CONFIG}`),
    weights: keras3Weights(openHdf5(zip.read(WEIGHTS), `${name}, ${WEIGHTS}`)),
    keras: names.has(METADATA) ? writtenBy(zip.read(METADATA), `${name}, ${METADATA}`) : 3,
  };
}

/** `metadata.json` of an archive: tf_keras writes such archives, too. */
function writtenBy(bytes: Uint8Array, where: string): 2 | 3 {
  const metadata = parsedJson(bytes, where);
  return isFields(metadata) ? major(field(metadata, 'keras_version')) : 3;
}

function openH5(bytes: Uint8Array, name: string): Opened {
  const root = openHdf5(bytes, name);
  const config = root.texts('model_config')?.[0];
  const group = root.member('model_weights');
  if (config === undefined)
    throw inputError({
      where: name,
      what: 'has no model in it',
      why: 'it has weights only, or is an HDF5 file of something else: model_config is missing',
      next: `${SAVE}, not its weights`,
    });
  if (group === undefined)
    throw inputError({ where: name, what: 'has no weights in it: model_weights is missing', next: SAVE });
  return {
    topology: parsedJson(new TextEncoder().encode(config), `${name}, model_config`),
    weights: h5Weights(group),
    keras: major(root.texts('keras_version')?.[0]),
  };
}
