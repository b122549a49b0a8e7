/**
 * Weights of a Keras model in HDF5, by layer.
 *
 * Owns: where Keras keeps them: `model_weights/<layer>` with a list of names (`.h5`, Keras 2 and 3), or
 * `layers/<class and number>/vars/<number>` (`.keras`).
 * Leaves to others: HDF5 (`hdf5/`), which layer needs what (`layers/`).
 */
import type { Hdf5Object } from '../hdf5/file.js';
import type { Weight, WeightSource } from '../layers/weights.js';
import { namedWeights } from '../layers/weights.js';

/** Members by a path; undefined where one is not there. */
function descend(object: Hdf5Object | undefined, path: string): Hdf5Object | undefined {
  return path.split('/').reduce((at, name) => (name === '' ? at : at?.member(name)), object);
}

/** @param group `model_weights` of a whole model, saved as `.h5` */
export function h5Weights(group: Hdf5Object): WeightSource {
  return {
    of(address) {
      // Names of Keras 2 may have slashes, which make groups inside of groups.
      const layer = descend(group, address.names[0]!);
      if (layer === undefined) return [];
      const weights = splitTexts(layer, 'weight_names').flatMap((name): Weight[] => {
        const dataset = descend(layer, name)?.dataset();
        return dataset === undefined ? [] : [{ name, ...dataset }];
      });
      // The group of a layer is the layer's alone; that of a model has those of all layers in it.
      if (address.names.length > 1) return namedWeights(weights).of(address);
      return weights.map((weight) => ({ ...weight, name: lastPart(weight.name) }));
    },
  };
}

function lastPart(name: string): string {
  return name.replace(/:0$/, '').split('/').pop()!;
}

/** Lists over 64 KB are split into attributes with a number behind their name. */
function splitTexts(object: Hdf5Object, name: string): readonly string[] {
  const whole = object.texts(name);
  if (whole !== undefined) return whole;
  const all: string[] = [];
  for (let part = 0; ; part++) {
    const texts = object.texts(`${name}${part}`);
    if (texts === undefined) return all;
    for (const text of texts) all.push(text);
  }
}

/** @param root of `model.weights.h5` in a `.keras` file */
export function keras3Weights(root: Hdf5Object): WeightSource {
  return {
    of(address) {
      const variables = descend(root, `${address.path}/vars`);
      if (variables === undefined) return [];
      // "10" stands behind "9".
      const names = [...variables.names()].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
      return names.flatMap((name): Weight[] => {
        const dataset = variables.member(name)?.dataset();
        return dataset === undefined ? [] : [{ name, ...dataset }];
      });
    },
  };
}
