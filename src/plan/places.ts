/**
 * Which tensors share memory, and how long each piece of memory is needed.
 *
 * Owns: blocks of the arena and who stands in them: views cost nothing, operators that may work in place
 * do, parts of a concatenation are computed where they belong. Leaves to others: what is a view
 * (`views.ts`), streaming state (`state-places.ts`), offsets in the arena (`arena.ts`).
 *
 * Time is the position in the list of calls; the input is there before step 0, the output after the last.
 */

import type { KernelCall } from '../kernels/call.js';
import { inPlaceInputs } from '../kernels/in-place.js';
import { tensorBytes } from '../model/elements.js';
import type { Model } from '../model/types.js';
import type { Block } from './arena.js';
import { tensorsInState } from './state-places.js';
import { partOffsets, type View, viewsOf } from './views.js';

export type Place =
  | { readonly kind: 'arena'; readonly block: number; readonly offset: number }
  | { readonly kind: 'state'; readonly variable: number; readonly offset: number }
  | { readonly kind: 'constant'; readonly tensor: number; readonly offset: number };

export interface Places {
  /** Per tensor; undefined for tensors that no call touches. */
  readonly of: readonly (Place | undefined)[];
  readonly blocks: readonly Block[];
}

export interface PlaceOptions {
  /** Positions of concatenations whose parts are computed in place. */
  readonly embed: ReadonlySet<number>;
  /** Whether an output may replace a larger input, whose memory then lives on. */
  readonly replaceLarger: boolean;
}

const tensorIds = (places: readonly { readonly kind: string; readonly id: number }[]) =>
  places.filter(({ kind }) => kind === 'tensor').map(({ id }) => id);

/** Last step that touches each tensor or anything that is a view of it. */
function lastReads(model: Model, calls: readonly KernelCall[], views: ReadonlyMap<number, View>): number[] {
  const last = new Array<number>(model.tensors.length).fill(-1);
  calls.forEach((call, at) => {
    for (const id of tensorIds([...call.inputs, ...call.outputs])) last[id] = at;
  });
  for (const id of model.outputs) last[id] = calls.length;
  for (const view of [...views.values()].reverse())
    last[view.of] = Math.max(last[view.of]!, last[view.tensor]!);
  return last;
}

/** Parts of concatenations that can be computed inside the whole: produced once, and nowhere else already. */
function embedded(
  model: Model,
  calls: readonly KernelCall[],
  embed: ReadonlySet<number>,
  fixed: (id: number) => boolean,
): Map<number, View> {
  const inside = new Map<number, View>();
  for (const at of embed) {
    const call = calls[at];
    if (call?.kernel !== 'concat' || call.params.outer !== 1) continue;
    const whole = call.outputs[0]!.id;
    if (fixed(whole)) continue;
    partOffsets(call.params.bytes).forEach((offset, part) => {
      const id = call.inputs[part]!.id;
      const free = !fixed(id) && !inside.has(id) && !model.outputs.includes(id) && !model.inputs.includes(id);
      if (free) inside.set(id, { tensor: id, of: whole, offset });
    });
  }
  return inside;
}

export function findPlaces(model: Model, calls: readonly KernelCall[], options: PlaceOptions): Places {
  const producer = new Array<number>(model.tensors.length).fill(-1);
  const views = new Map<number, View>();
  calls.forEach((call, at) => {
    for (const id of tensorIds(call.outputs)) producer[id] = at;
    for (const view of viewsOf(call)) views.set(view.tensor, view);
  });
  const inState = tensorsInState(model, calls, views, producer, lastReads(model, calls, views));
  const last = lastReads(model, calls, views);
  const isConstant = (id: number) => model.tensors[id]!.data !== undefined;
  const fixed = (id: number) => inState.has(id) || views.has(id) || isConstant(id);
  const inside = embedded(model, calls, options.embed, fixed);

  const of = new Array<Place | undefined>(model.tensors.length).fill(undefined);
  const blocks: { tensors: number[]; bytes: number; first: number; last: number }[] = [];

  const join = (block: number, id: number) => {
    blocks[block]!.tensors.push(id);
    blocks[block]!.last = Math.max(blocks[block]!.last, last[id]!);
  };
  const inBlock = (id: number, block: number) => {
    const place = of[id];
    return place?.kind === 'arena' && place.block === block;
  };
  /** The block of an input that dies at this step and that the output may replace. */
  const replaceable = (id: number, at: number, call: KernelCall): number | undefined => {
    const bytes = tensorBytes(model.tensors[id]!);
    for (const position of inPlaceInputs(call)) {
      const input = call.inputs[position]!;
      const place = input.kind === 'tensor' ? of[input.id] : undefined;
      if (place?.kind !== 'arena' || place.offset !== 0) continue;
      const block = blocks[place.block]!;
      const fits = options.replaceLarger ? bytes <= block.bytes : bytes === block.bytes;
      if (!fits || block.last !== at) continue;
      // Another operand in the same block may only be the very same value.
      const others = tensorIds(call.inputs).filter((other) => other !== input.id);
      if (!others.some((other) => inBlock(other, place.block))) return place.block;
    }
    return undefined;
  };
  const placeOf = (id: number, at: number): Place => {
    of[id] ??= newPlace(id, at);
    return of[id]!;
  };
  const newPlace = (id: number, at: number): Place => {
    if (isConstant(id)) return { kind: 'constant', tensor: id, offset: 0 };
    const variable = inState.get(id);
    if (variable !== undefined) return { kind: 'state', variable, offset: 0 };
    const part = views.get(id) ?? inside.get(id);
    if (part !== undefined) {
      const whole = placeOf(part.of, at);
      if (whole.kind === 'arena' && inside.has(id)) join(whole.block, id);
      return { ...whole, offset: whole.offset + part.offset };
    }
    const replaced = at >= 0 && producer[id] === at ? replaceable(id, at, calls[at]!) : undefined;
    if (replaced !== undefined) {
      join(replaced, id);
      return { kind: 'arena', block: replaced, offset: 0 };
    }
    blocks.push({ tensors: [id], bytes: tensorBytes(model.tensors[id]!), first: at, last: last[id]! });
    return { kind: 'arena', block: blocks.length - 1, offset: 0 };
  };

  for (const id of model.inputs) placeOf(id, -1);
  calls.forEach((call, at) => {
    for (const id of tensorIds(call.inputs)) placeOf(id, at);
    for (const id of tensorIds(call.outputs)) placeOf(id, at);
  });
  return { of, blocks };
}
