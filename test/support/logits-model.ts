/**
 * A small int8 model as today's converters write them, its shapes computed, that ends in logits: what firmware is made
 * of once the shapes are folded and a softmax is added.
 */
import type { Int8Model } from '../../src/model/types.js';
import { firmwareModel } from '../../src/passes/firmware-model.js';
import { withProbabilities } from '../../src/passes/probabilities/probabilities.js';
import { createEngine } from '../../src/reference/engine.js';
import { requireInt8 } from '../../src/verify/int8.js';
import { Int8Graph, kinds, SCALE } from '../passes/exact/int8-graphs.js';
import { random } from './random.js';

const INPUT = 24;
const LABELS = 3;

function logitsModel(): Int8Model {
  const g = new Int8Graph();
  const x = g.input([1, 4, 6, 1]);
  const pooled = g.push(() =>
    g.b.add(
      'MAX_POOL_2D',
      [x],
      { shape: [1, 2, 3, 1], ...SCALE },
      { padding: 'VALID', strideH: 2, strideW: 2, filterH: 2, filterW: 2, activation: 'NONE' },
    ),
  );
  const shape = g.foreign('SHAPE', [pooled], { shape: [4], type: 'int32' });
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 1 };
  const ends = [g.ints([0]), g.ints([1]), g.ints([1])];
  const batch = g.push(() => g.b.add('STRIDED_SLICE', [shape, ...ends], { shape: [], type: 'int32' }, masks));
  const packed = g.foreign('PACK', [batch, g.ints([6])], { shape: [2], type: 'int32' });
  const flat = g.push(() => g.b.add('RESHAPE', [pooled, packed], { shape: [1, 6], ...SCALE }, {}));
  const next = random(3);
  const values = Array.from({ length: LABELS * 6 }, () => next(255) - 127);
  const weights = g.b.constant('weights', 'int8', [LABELS, 6], values, { scale: 0.01 });
  const logits = g.push(() =>
    g.b.add(
      'FULLY_CONNECTED',
      [flat, weights],
      { shape: [1, LABELS], scale: 0.04, zeroPoint: -5 },
      { activation: 'NONE', keepNumDims: false },
    ),
  );
  return requireInt8(withProbabilities(firmwareModel(g.model(logits))).model);
}

export const LOGITS_MODEL = logitsModel();
export const LOGITS_KINDS: readonly string[] = kinds(LOGITS_MODEL);

/** Inputs, and what the reference engine computes of them. */
export function logitsRows(): readonly { readonly bytes: Uint8Array; readonly output: readonly number[] }[] {
  const engine = createEngine(LOGITS_MODEL);
  const draw = random(11);
  return Array.from({ length: 10 }, () => {
    const bytes = Uint8Array.from({ length: INPUT }, () => draw(256));
    const [y] = engine.invoke([new Int8Array(bytes.buffer)]);
    return { bytes, output: [...y!].map(Number) };
  });
}
