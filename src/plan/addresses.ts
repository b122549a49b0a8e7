/**
 * Calls on addresses: where the operands of each call lie, and what is left of moves once they are there.
 *
 * Owns: references to memory. Leaves to others: who stands where (`places.ts`, `arena.ts`, `state.ts`), which calls
 * there are (`plan.ts`).
 */
import type { KernelCall, Place as Operand } from '../lowering/call.js';
import { rowWindows } from '../lowering/rows.js';
import { elementCount } from '../model/elements.js';
import type { Model } from '../model/types.js';
import { type ConstantPool, tensorValues } from './constants.js';
import type { HopCall } from './hop-calls.js';
import { inPieces, isGrouped } from './overlap.js';
import type { Places } from './places.js';
import { operandBytes, type SlidingCall } from './sliding.js';
import type { ArenaPlan, BufferRef, PlannedCall, StatePlan } from './types.js';
import { contiguousOffset, partOffsets } from './views.js';

type Choose = (call: KernelCall) => KernelCall;

export class Addresses {
  readonly #model: Model;
  readonly #places: Places;
  readonly #arena: ArenaPlan;
  readonly #state: Pick<StatePlan, 'offsets' | 'rings'>;
  readonly #constants: ConstantPool;

  constructor(
    model: Model,
    memory: { readonly places: Places; readonly arena: ArenaPlan },
    state: Pick<StatePlan, 'offsets' | 'rings'>,
    constants: ConstantPool,
  ) {
    this.#model = model;
    this.#places = memory.places;
    this.#arena = memory.arena;
    this.#state = state;
    this.#constants = constants;
  }

  tensor(id: number): BufferRef {
    const place = this.#places.of[id]!;
    if (place.kind === 'arena')
      return { region: 'arena', offset: this.#arena.blocks[place.block]!.offset + place.offset };
    if (place.kind === 'ring') return { region: 'ring', ring: place.ring, offset: place.offset };
    if (place.kind === 'state')
      return { region: 'state', offset: this.#state.offsets[place.variable]! + place.offset };
    const values = tensorValues(this.#model.tensors[place.tensor]!)!;
    return {
      region: 'constant',
      constant: this.#constants.add(`tensor ${place.tensor}`, values),
      offset: place.offset,
    };
  }

  /** The call that `call` is on the target, on addresses. */
  whole(call: KernelCall, at: number, choose: Choose): PlannedCall[] {
    const refs = { ...this.#operands(call), scratch: this.#scratch(at) };
    return withoutNeedlessCopies(onAddresses(call, refs, choose));
  }

  /** The same over the rows of a hop; operands begin at the first row that is read and written. */
  overRange(call: KernelCall, at: number, { range, chosen }: HopCall, sliding: SlidingCall): PlannedCall[] {
    const { inputs, outputs } = this.#operands(call);
    const bytes = operandBytes(sliding, range);
    const scratch = chosen.scratch === undefined ? {} : { scratch: this.#scratch(at) };
    const { kernel, params } = chosen;
    return withoutNeedlessCopies({
      kernel,
      params,
      inputs: inputs.map((ref, i) => shifted(ref, bytes.inputs[i]?.first ?? 0)),
      outputs: outputs.map((ref, i) => shifted(ref, bytes.outputs[i]!.first)),
      ...scratch,
    } as PlannedCall);
  }

  #operands({ inputs, outputs }: KernelCall) {
    return {
      inputs: inputs.map((place) => this.#ref(place, false)),
      outputs: outputs.map((place) => this.#ref(place, true)),
    };
  }

  /** A ring's variable is the first bytes of its window; what is assigned will be there in the next inference. */
  #ref({ kind, id }: Operand, written: boolean): BufferRef {
    if (kind === 'tensor') return this.tensor(id);
    const ring = this.#state.rings.findIndex(({ variable }) => variable === id);
    if (ring < 0) return { region: 'state', offset: this.#state.offsets[id]! };
    return { region: 'ring', ring, offset: written ? this.#state.rings[ring]!.shift : 0 };
  }

  #scratch(at: number): BufferRef | undefined {
    const block = this.#places.scratch.get(at);
    return block === undefined ? undefined : { region: 'arena', offset: this.#arena.blocks[block]!.offset };
  }
}

/** The chosen kernel on addresses; from the end, or in pieces from the last, where its output begins over its input. */
function onAddresses(
  call: KernelCall,
  refs: {
    readonly inputs: readonly BufferRef[];
    readonly outputs: readonly BufferRef[];
    readonly scratch: BufferRef | undefined;
  },
  choose: Choose,
): PlannedCall {
  const planned = (chosen: KernelCall, rest: object = {}) => ({ ...chosen, ...refs, ...rest }) as PlannedCall;
  const [x, y] = [refs.inputs[0], refs.outputs[0]];
  const whole = choose(call);
  if (x?.region !== 'arena' || y?.region !== 'arena') return planned(whole);
  const distance = y.offset - x.offset;
  if (isGrouped(whole)) {
    const { inC, outC } = whole.params;
    const descending = distance > 0 || (distance === 0 && outC > inC);
    return planned({ ...whole, params: { ...whole.params, descending: descending ? 1 : 0 } } as KernelCall);
  }
  const windows = rowWindows(call);
  if (windows === undefined || distance <= 0) return planned(whole);
  if (distance >= windows.inRows * windows.inRowBytes) return planned(whole);
  const { call: piece, ...repeat } = inPieces(call, distance);
  // The memory beside the arena is what the kernel of the whole asked for.
  const chosen = choose(piece);
  const fits = (chosen.scratch ?? 0) <= (whole.scratch ?? 0);
  return planned(fits ? chosen : piece, {
    repeat,
    ...(fits && chosen.scratch ? {} : { scratch: undefined }),
  });
}

const sameRef = (a: BufferRef, b: BufferRef, offset = 0) =>
  a.region !== 'constant' &&
  a.region === b.region &&
  (a.region !== 'ring' || a.ring === (b as typeof a).ring) &&
  a.offset + offset === b.offset;
const shifted = (ref: BufferRef, offset: number): BufferRef => ({ ...ref, offset: ref.offset + offset });

function copy(bytes: number, from: BufferRef, to: BufferRef): PlannedCall[] {
  if (bytes === 0 || sameRef(from, to)) return [];
  return [{ kernel: 'copy', params: { bytes }, inputs: [from], outputs: [to] }];
}

/** Moves of contiguous bytes become plain copies, and nothing where they are in place already. */
function withoutNeedlessCopies(call: PlannedCall): PlannedCall[] {
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  switch (call.kernel) {
    case 'copy':
      return copy(call.params.bytes, x, y);
    case 'strided_slice_8': {
      const offset = contiguousOffset(call.params);
      return offset === undefined ? [call] : copy(elementCount(call.params.outDims), shifted(x, offset), y);
    }
    case 'concat': {
      if (call.params.outer !== 1) return [call];
      const { bytes } = call.params;
      return partOffsets(bytes).flatMap((at, part) => copy(bytes[part]!, call.inputs[part]!, shifted(y, at)));
    }
    case 'split': {
      if (call.params.outer !== 1) return [call];
      const { bytes } = call.params;
      return partOffsets(bytes).flatMap((at, part) =>
        copy(bytes[part]!, shifted(x, at), call.outputs[part]!),
      );
    }
    default:
      return [call];
  }
}
