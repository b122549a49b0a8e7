/** Kernel calls bound to arrays: what the engine runs for operators on integers. */
import type { CanonicalCall, CanonicalName } from '../../lowering/call.js';
import { arrayAt, type Store } from '../store.js';
import { KERNELS, PREPARED_KERNELS } from './registry.js';

/** One call, ready to run as often as wanted. */
export function prepareCall(call: CanonicalCall, store: Store): () => void {
  const inputs = call.inputs.map((place) => arrayAt(store, place));
  const outputs = call.outputs.map((place) => arrayAt(store, place));
  if (isPrepared(call.kernel)) {
    const prepare = PREPARED_KERNELS[call.kernel] as (params: unknown, x: unknown, y: unknown) => () => void;
    return prepare(call.params, inputs[0], outputs[0]);
  }
  const run = KERNELS[call.kernel] as (params: unknown, inputs: unknown, outputs: unknown) => void;
  return () => run(call.params, inputs, outputs);
}

const isPrepared = (kernel: CanonicalName): kernel is keyof typeof PREPARED_KERNELS =>
  kernel in PREPARED_KERNELS;
