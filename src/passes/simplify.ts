/**
 * All passes over models, in order: what a model computes, with as few operators as it takes. Int8 models get
 * those that change no bit of what is computed.
 *
 * Owns: the order. Each pass is a function of a model, leaves what it does not know alone, and gives back the
 * same object where it changes nothing. Operators keep the index they have in the source.
 * Leaves to others: whether the model makes sense (`verify.ts`), rounding to int8 (`quantize/`).
 */
import { inputError } from '../diagnostics/errors.js';
import type { Model } from '../model/types.js';
import { numberKind } from '../verify/int8.js';
import { dilate } from './exact/dilate.js';
import { poolMaxima } from './exact/max-pools.js';
import { plainReshapes } from './exact/plain-reshapes.js';
import { removeConversionPairs } from './exact/requantize-pairs.js';
import { repeatTiles } from './exact/tiles.js';
import { dequantizeWeights } from './float/dequantize-weights.js';
import { removeFakeQuantization } from './float/fake-quantization.js';
import { foldConstants } from './float/fold-constants.js';
import { foldIntoFollowing } from './float/fold-into-following.js';
import { foldIntoPreceding } from './float/fold-into-weights.js';
import { foldPadding } from './float/fold-padding.js';
import { fuseActivations } from './float/fuse-activations.js';
import { mergeAffine } from './float/merge-affine.js';
import { moveBehindPools } from './float/move-behind-pools.js';
import { removeDead } from './float/remove-dead.js';
import { removeIdentities } from './float/remove-identities.js';
import { mergeReshapes, moveReshapes } from './float/reshapes.js';
import { joinSlopes } from './float/slopes.js';

export const FLOAT_PASSES: readonly ((model: Model) => Model)[] = [
  dequantizeWeights,
  removeFakeQuantization,
  plainReshapes,
  poolMaxima,
  repeatTiles,
  dilate,
  foldConstants,
  joinSlopes,
  removeIdentities,
  moveReshapes,
  mergeReshapes,
  foldPadding,
  foldIntoPreceding,
  fuseActivations,
  foldIntoFollowing,
  moveBehindPools,
  mergeAffine,
  removeDead,
];

/** Exact: every output keeps its bits, in the reference kernels of both runtimes. */
const INT8_PASSES: readonly ((model: Model) => Model)[] = [
  plainReshapes,
  poolMaxima,
  repeatTiles,
  dilate,
  removeConversionPairs,
  removeIdentities,
  moveReshapes,
  mergeReshapes,
  foldPadding,
  removeDead,
];

/** No network for microcontrollers comes near; a hostile file could ask for any time. */
const MOST_OPERATORS = 10_000;

/** One pass opens the way for another; a handful of rounds settles every network. */
const MOST_ROUNDS = 32;

/**
 * The float model without what a quantizer would have to round twice: weights as float32, batch norms folded,
 * activations fused, padding and reshapes folded. Its outputs are the same up to the rounding of folded weights
 * (1e-5 of the largest), but for rounding that the file simulated (`removeFakeQuantization`). Which weights the
 * file stored rounded: `smallWeights(model)`, asked before.
 *
 * An int8 model loses only what moves no number: shapes that are computed, RESHAPEs that change nothing,
 * conversions there and back, dilation written as blocks. Its outputs are the same bit for bit.
 *
 * @param model verified
 * @throws an input error for a model that is far too large
 */
export function simplifyModel(model: Model): Model {
  if (model.operators.length > MOST_OPERATORS)
    throw inputError({
      where: model.name,
      what: `has ${model.operators.length} operators; models of up to ${MOST_OPERATORS} are simplified`,
      next: 'give a model made for microcontrollers',
    });
  const passes = numberKind(model) === 'int8' ? INT8_PASSES : FLOAT_PASSES;
  let [before, after] = [model, applyPasses(model, passes)];
  for (let round = 1; after !== before && round < MOST_ROUNDS; round += 1)
    [before, after] = [after, applyPasses(after, passes)];
  return after;
}

function applyPasses(model: Model, passes: readonly ((model: Model) => Model)[]): Model {
  return passes.reduce((simpler, pass) => pass(simpler), model);
}
