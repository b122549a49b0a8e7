/**
 * Which tensors share memory, and how long each piece of memory is needed.
 *
 * Owns: blocks of the arena and who stands in them, and in rings: views cost nothing, operators that may work in place
 * do, parts of a concatenation are computed where they belong. Leaves to others: what is a view
 * (`views.ts`), streaming state (`state-places.ts`), offsets in the arena (`arena.ts`).
 *
 * Time is the position in the list of calls; the input is there before step 0, the output after the last.
 */

import type { KernelCall } from '../lowering/call.js';
import { inPlaceInputs } from '../lowering/in-place.js';
import { tensorBytes } from '../model/elements.js';
import type { Model } from '../model/types.js';
import type { Block } from './arena.js';
import { bytesAbove, bytesBelow } from './overlap.js';
import { findRings, type Ring, slidingRings } from './rings.js';
import type { Sliding } from './sliding.js';
import { rootOf, tensorsInState } from './state-places.js';
import type { Overlap } from './types.js';
import { partOffsets, type View, viewsOf } from './views.js';

type Place =
  | { readonly kind: 'arena'; readonly block: number; readonly offset: number }
  | { readonly kind: 'state'; readonly variable: number; readonly offset: number }
  | { readonly kind: 'ring'; readonly ring: number; readonly offset: number }
  | { readonly kind: 'constant'; readonly tensor: number; readonly offset: number };

export interface Places {
  /** Per tensor; undefined for tensors that no call touches. */
  readonly of: readonly (Place | undefined)[];
  readonly blocks: readonly Block[];
  /** Step → the block that is its kernel's scratch memory. */
  readonly scratch: ReadonlyMap<number, number>;
  readonly rings: readonly Ring[];
}

export interface PlaceOptions {
  /** Positions of concatenations whose parts are computed in place. */
  readonly embed: ReadonlySet<number>;
  /** Whether an output may replace a larger input, whose memory then lives on. */
  readonly replaceLarger: boolean;
  /** A window that slides: what of it survives from one inference to the next. */
  readonly sliding?: Sliding | undefined;
  /** Positions of calls whose output must not overlap an input. */
  readonly apart?: ReadonlySet<number>;
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

interface Embedding {
  readonly model: Model;
  readonly calls: readonly KernelCall[];
  readonly embed: PlaceOptions['embed'];
  /** Tensors that are whole rings. */
  readonly rings: ReadonlySet<number>;
  readonly views: ReadonlyMap<number, View>;
  /** Whether a tensor has its place for another reason. */
  readonly fixed: (id: number) => boolean;
}

/** Parts of concatenations that can be computed inside the whole: produced once, and nowhere else already. */
function embedded({ model, calls, embed, rings, views, fixed }: Embedding): Map<number, View> {
  const inside = new Map<number, View>();
  calls.forEach((call, at) => {
    if (call.kernel !== 'concat' || call.params.outer !== 1) return;
    const whole = call.outputs[0]!.id;
    const ring = rings.has(whole);
    if (!ring && (fixed(whole) || !embed.has(at))) return;
    partOffsets(call.params.bytes).forEach((offset, part) => {
      // A ring takes the model's input, too, also as another shape of it.
      const id = ring ? rootOf(model, views, call.inputs[part]!.id) : call.inputs[part]!.id;
      const free = !fixed(id) && !rings.has(id) && !inside.has(id) && !model.outputs.includes(id);
      if (free && (ring || !model.inputs.includes(id))) inside.set(id, { tensor: id, of: whole, offset });
    });
  });
  return inside;
}

const worksInPlace = (call: KernelCall): boolean => inPlaceInputs(call).includes(0) || bytesBelow(call) === 0;

/**
 * Tensors that are computed where the result of the one call that reads them will stand, in a ring: that call works
 * in place. Both have the same rows computed at a hop. Tensor → ring.
 */
function computedInRings(
  model: Model,
  chosen: readonly KernelCall[],
  wholes: ReadonlyMap<number, number>,
  fixed: (id: number) => boolean,
  apart: ReadonlySet<number>,
): Map<number, number> {
  const inRings = new Map<number, number>();
  const readers = (id: number) => chosen.filter(({ inputs }) => tensorIds(inputs).includes(id)).length;
  chosen.forEach((call, at) => {
    const [x, y] = [call.inputs[0], call.outputs[0]];
    if (x?.kind !== 'tensor' || y?.kind !== 'tensor' || call.inputs.length !== 1 || apart.has(at)) return;
    const ring = wholes.get(y.id);
    if (ring === undefined || fixed(x.id) || wholes.has(x.id) || readers(x.id) !== 1) return;
    if ([...model.inputs, ...model.outputs].includes(x.id) || !worksInPlace(call)) return;
    if (tensorBytes(model.tensors[x.id]!) === tensorBytes(model.tensors[y.id]!)) inRings.set(x.id, ring);
  });
  return inRings;
}

/**
 * @param calls canonical calls, one per operator
 * @param chosen what the target runs in their place, on the same operands: what may overlap is the kernel's affair
 */
export function findPlaces(
  model: Model,
  calls: readonly KernelCall[],
  chosen: readonly KernelCall[],
  options: PlaceOptions,
): Places {
  const producer = new Array<number>(model.tensors.length).fill(-1);
  const views = new Map<number, View>();
  calls.forEach((call, at) => {
    for (const id of tensorIds(call.outputs)) producer[id] = at;
    for (const view of viewsOf(call)) views.set(view.tensor, view);
  });
  const { sliding, apart = new Set<number>() } = options;
  const rings = sliding === undefined ? findRings(model, calls, views) : slidingRings(sliding);
  const wholes = new Map(rings.map(({ whole }, ring) => [whole, ring]));
  const olds = new Map(
    rings.flatMap(({ read }, ring) => (read === undefined ? [] : [[read, ring] as const])),
  );
  const ringed = new Set(rings.flatMap(({ variable }) => variable ?? []));
  const lastRead = lastReads(model, calls, views);
  const inState = tensorsInState({ model, calls, views, producer, lastRead, rings: ringed });
  const last = lastReads(model, calls, views);
  const isConstant = (id: number) => model.tensors[id]!.data !== undefined;
  const fixed = (id: number) => inState.has(id) || olds.has(id) || views.has(id) || isConstant(id);
  const inside = embedded({
    model,
    calls,
    embed: options.embed,
    rings: new Set(wholes.keys()),
    views,
    fixed,
  });
  const viewed = new Set([...views.values()].map(({ of }) => of));
  const early =
    sliding === undefined
      ? new Map<number, number>()
      : computedInRings(model, chosen, wholes, (id) => fixed(id) || viewed.has(id) || inside.has(id), apart);

  const of = new Array<Place | undefined>(model.tensors.length).fill(undefined);
  const scratch = new Map<number, number>();
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
  const replaceable = (id: number, at: number): number | undefined => {
    if (apart.has(at)) return undefined;
    const call = chosen[at]!;
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
    const ring = wholes.get(id) ?? olds.get(id) ?? early.get(id);
    if (ring !== undefined) return { kind: 'ring', ring, offset: 0 };
    const part = views.get(id) ?? inside.get(id);
    if (part !== undefined) {
      const whole = placeOf(part.of, at);
      if (whole.kind === 'arena' && inside.has(id)) join(whole.block, id);
      return { ...whole, offset: whole.offset + part.offset };
    }
    const replaced = at >= 0 && producer[id] === at ? replaceable(id, at) : undefined;
    if (replaced !== undefined) {
      join(replaced, id);
      return { kind: 'arena', block: replaced, offset: 0 };
    }
    blocks.push({ tensors: [id], bytes: tensorBytes(model.tensors[id]!), first: at, last: last[id]! });
    return { kind: 'arena', block: blocks.length - 1, offset: 0 };
  };

  /** A block that is born as the output of a call whose input dies there may overlap that input's block. */
  const overlapOf = (block: number): { over?: Overlap } => {
    const at = blocks[block]!.first;
    const call = calls[at];
    if (call?.inputs.length !== 1 || call.outputs.length !== 1 || apart.has(at)) return {};
    const [x, y] = [call.inputs[0]!, call.outputs[0]!].map(({ kind, id }) =>
      kind === 'tensor' ? of[id] : undefined,
    );
    if (x?.kind !== 'arena' || y?.kind !== 'arena' || y.block !== block || x.block === block) return {};
    const below = bytesBelow(chosen[at]!);
    if (below === undefined || blocks[x.block]!.last !== at) return {};
    // Pieces are made from the last to the first, rows of a hop from the first on.
    const above = sliding === undefined ? bytesAbove(chosen[at]!) : undefined;
    const distance = x.offset - y.offset;
    return {
      over: {
        block: x.block,
        below: below - distance,
        ...(above === undefined ? {} : { above: above + distance }),
      },
    };
  };

  for (const id of model.inputs) placeOf(id, -1);
  calls.forEach((call, at) => {
    for (const id of tensorIds(call.inputs)) placeOf(id, at);
    for (const id of tensorIds(call.outputs)) placeOf(id, at);
    const bytes = chosen[at]!.scratch;
    if (bytes === undefined) return;
    scratch.set(at, blocks.length);
    blocks.push({ tensors: [], bytes, first: at, last: at });
  });
  return { of, rings, scratch, blocks: blocks.map((block, id) => ({ ...block, ...overlapOf(id) })) };
}
