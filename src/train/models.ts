/** Features → trained networks as int8 models: one, or one for each fold beside it. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { IntegerFrontendSpec } from '../frontend/spec.js';
import { quantizeFromSources } from '../quantize/from-sources.js';
import type { TrainingEngine } from './engine.js';
import { exportFloat, type FloatModel } from './export.js';
import { type FoldedPart, withoutFold } from './features.js';
import { FEATURE_SCALE, type Fitted, fitNetwork, type Recipe } from './fit.js';
import type { Network } from './network.js';
import { labelsOf, nameOf } from './project.js';
import type { TrainRequest } from './types.js';

export interface ModelOptions {
  readonly cache: string;
  readonly engine: TrainingEngine;
  readonly frontend: IntegerFrontendSpec;
  readonly parts: readonly FoldedPart[];
  readonly network: Network;
  readonly recipe: Recipe;
  readonly progress: (part: number, text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The models of the folds, in order, and last the one that has learned from everything. Each takes one core, so as
 * many are trained at once as there are cores.
 */
export async function fitAll(
  { folds, seed }: TrainRequest,
  { cache, parts, progress, signal, ...options }: ModelOptions,
): Promise<readonly Fitted[]> {
  const left = [...Array.from({ length: folds }, (_, fold): number | undefined => fold), undefined];
  const shares = new Float64Array(left.length);
  const fitted: Fitted[] = [];
  // What one of them fails of ends the others, too.
  const abort = new AbortController();
  const either = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  const queue = left.entries();
  const work = async () => {
    for (const [n, fold] of queue)
      fitted[n] = await fitNetwork({
        ...options,
        folder: join(cache, 'models'),
        parts: withoutFold(parts, fold),
        seed,
        progress: (done, of, loss) => {
          shares[n] = done / of;
          const which = folds === 0 ? '' : `model ${n + 1} of ${left.length}, `;
          progress(shares.reduce((a, b) => a + b, 0) / left.length, `${which}loss ${loss.toFixed(3)}`);
        },
        signal: either,
      });
  };
  const workers = Array.from({ length: Math.min(left.length, availableParallelism()) }, () =>
    work().catch((error: unknown) => {
      if (!abort.signal.aborted) abort.abort(error);
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  signal?.throwIfAborted();
  if (ended.some(({ status }) => status === 'rejected')) throw abort.signal.reason;
  return fitted;
}

export interface Int8Options {
  readonly cache: string;
  readonly frontend: IntegerFrontendSpec;
  readonly network: Network;
  /** Clips that activations are measured on. */
  readonly calibration: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export async function int8Of(
  request: TrainRequest,
  fitted: Fitted,
  { cache, frontend, network, calibration, signal }: Int8Options,
) {
  const weights = { ...fitted, featureScale: FEATURE_SCALE };
  const float: FloatModel = await exportFloat(nameOf(request.word), network, weights);
  const quantized = await quantizeFromSources(float.model, {
    calibrate: calibration,
    directory: cache,
    frontend,
    labels: labelsOf(request),
    ...(request.network === 'streaming' ? { outputType: 'uint8' as const } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
  return { float, quantized };
}
