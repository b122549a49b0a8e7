/**
 * The readable engine at hops: computes the rows that an analysis says must be computed, on what it says survives.
 *
 * Everything that does not survive is overwritten before a hop, so that the outputs equal those of whole inferences
 * only if the analysis is right.
 *
 * Owns: that. Leaves to others: the analysis (`plan/sliding.ts`), what calls compute (`int8/`).
 */
import type { CanonicalCall } from '../lowering/call.js';
import type { Model } from '../model/types.js';
import { operandBytes, type RowRange, type Sliding, type SlidingCall } from '../plan/sliding.js';
import { viewsOf } from '../plan/views.js';
import { prepareCall } from './int8/prepare.js';
import { allocateStore, type Store, type TypedArray } from './store.js';

export interface SlidingEngine {
  /** A whole inference. @param input as many elements as the model's input has */
  invoke(input: TypedArray): TypedArray;
  /** An inference whose input is that of the one before, moved on by a hop. */
  advance(input: TypedArray): TypedArray;
}

/** What stands where nothing survives. */
const GONE = 0x5a;

const bytesOf = (array: TypedArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The store with the operands of a call beginning where a range of rows does. */
function atRows(store: Store, call: CanonicalCall, own: SlidingCall, range: RowRange): Store {
  const bytes = operandBytes(own, range);
  const tensors = [...store.tensors];
  for (const side of ['inputs', 'outputs'] as const)
    call[side].forEach(({ id }, i) => {
      const whole = store.tensors[id]!;
      const part = bytes[side][i];
      const size = whole.BYTES_PER_ELEMENT;
      if (part !== undefined) tensors[id] = whole.subarray(part.first / size, part.end / size);
    });
  return { ...store, tensors };
}

/** The runs of a hop. Views are copies here, of whatever there is. */
function prepareHop(store: Store, call: CanonicalCall, own: SlidingCall | undefined): (() => void)[] {
  if (own === undefined || viewsOf(call).length > 0) return [prepareCall(call, store)];
  return own.ranges.map((range) => {
    const part = own.call.over(range.first, range.end) as CanonicalCall;
    return prepareCall(part, atRows(store, call, own, range));
  });
}

/**
 * @param calls canonical calls of an int8 model without variables, one per operator
 * @param sliding what `analyseSliding` found for these calls
 */
export function createSlidingEngine(
  model: Model,
  calls: readonly CanonicalCall[],
  sliding: Sliding,
): SlidingEngine {
  const store = allocateStore(model);
  const wholeRuns = calls.map((call) => prepareCall(call, store));
  /** Of the inference before, where that two hops back is the one that counts. */
  const others = new Map<number, Uint8Array>();
  let wholeFirst = 0;
  const hopRuns = calls.flatMap((call, at) => prepareHop(store, call, sliding.calls[at]));

  function moveOn(): void {
    model.tensors.forEach(({ data }, id) => {
      if (data !== undefined) return;
      const bytes = bytesOf(store.tensors[id]!);
      const tensor = sliding.tensors.get(id);
      if (!tensor?.kept) {
        bytes.fill(GONE);
        return;
      }
      const { clean, shift, rowBytes } = tensor;
      if (tensor.hops > 1) {
        const other = others.get(id) ?? new Uint8Array(bytes.length).fill(GONE);
        others.set(id, bytes.slice());
        bytes.set(other);
      }
      bytes.copyWithin(0, shift * rowBytes);
      bytes.fill(GONE, 0, clean.first * rowBytes);
      bytes.fill(GONE, (clean.end - shift) * rowBytes);
    });
  }

  function run(input: TypedArray, runs: readonly (() => void)[]): TypedArray {
    bytesOf(store.tensors[model.inputs[0]!]!).set(bytesOf(input));
    for (const one of runs) one();
    return store.tensors[model.outputs[0]!]!.slice();
  }

  return {
    invoke(input) {
      wholeFirst = sliding.reachesBack - 1;
      return run(input, wholeRuns);
    },
    advance(input) {
      moveOn();
      const whole = wholeFirst > 0;
      if (whole) wholeFirst -= 1;
      return run(input, whole ? wholeRuns : hopRuns);
    },
  };
}
