/**
 * Where each block of the arena stands: no two blocks that live at the same time overlap, other than an output
 * and the input that its kernel reads ahead of it (`Overlap`), and the whole is as small as it can be found.
 *
 * Owns: offsets. Leaves to others: which blocks there are and how long they live (`places.ts`), how far an
 * output must keep from its input (`overlap.ts`).
 * Placing blocks optimally is dynamic storage allocation (NP-hard); models are small, so a few good orders,
 * then a fixed number of improvement rounds, reach the lower bound nearly always. Deterministic.
 */
import { ALIGNMENT, type ArenaBlock, type ArenaPlan, type Overlap } from './types.js';

export type Block = Omit<ArenaBlock, 'offset'>;

const ROUNDS = 400;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function together(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Where `block` may not begin, relative to where `other` does: strictly between the two. */
function forbidden(
  block: Block,
  id: number,
  other: Block,
  otherId: number,
): readonly [number, number] | undefined {
  if (!together(block, other)) return undefined;
  const [from, to] = [-align(block.bytes), align(other.bytes)];
  if (block.over?.block === otherId) return narrowed(block.over, from, to);
  if (other.over?.block !== id) return [from, to];
  const [low, high] = narrowed(other.over, -to, -from);
  return [-high, -low];
}

/** An output may begin `below` under its input, or `above` over it. */
function narrowed(
  { below, above = Number.POSITIVE_INFINITY }: Omit<Overlap, 'block'>,
  from: number,
  to: number,
): readonly [number, number] {
  return [Math.max(from, -align(Math.max(0, below))), Math.min(to, align(Math.max(0, above)))];
}

/** The least bytes that an output and its input need together. */
function extent(output: Block, input: Block, over: Overlap): number {
  const [y, x] = [align(output.bytes), align(input.bytes)];
  const [low, high] = narrowed(over, -y, x);
  return Math.min(Math.max(y, x - low), Math.max(x, high + y));
}

/** The most aligned bytes that are live at one step. */
export function lowerBound(blocks: readonly Block[]): number {
  let most = 0;
  for (const { first } of blocks) {
    let live = 0;
    for (const block of blocks) {
      if (block.first > first || first > block.last) continue;
      live += align(block.bytes);
      const input = block.over === undefined ? undefined : blocks[block.over.block];
      if (input === undefined || input.last < first || block.first !== first) continue;
      live += extent(block, input, block.over!) - align(block.bytes) - align(input.bytes);
    }
    most = Math.max(most, live);
  }
  return most;
}

interface Placement {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Puts the blocks down in this order, each at the lowest address that all those before it leave it. */
function place(blocks: readonly Block[], order: readonly number[]): Placement {
  const offsets = new Array<number>(blocks.length).fill(0);
  const done: number[] = [];
  let bytes = 0;
  for (const id of order) {
    const block = blocks[id]!;
    const taken = done
      .flatMap((other) => {
        const range = forbidden(block, id, blocks[other]!, other);
        return range === undefined ? [] : [[offsets[other]! + range[0], offsets[other]! + range[1]] as const];
      })
      .sort(([a], [b]) => a - b);
    let offset = 0;
    for (const [from, to] of taken) if (from < offset && offset < to) offset = to;
    offsets[id] = offset;
    bytes = Math.max(bytes, offset + align(block.bytes));
    done.push(id);
  }
  return { offsets, bytes };
}

function orders(blocks: readonly Block[]): number[][] {
  const ids = blocks.map((_, id) => id);
  const by = (key: (block: Block) => number) =>
    [...ids].sort((a, b) => key(blocks[b]!) - key(blocks[a]!) || a - b);
  return [
    by((block) => block.bytes),
    by((block) => block.bytes * (block.last - block.first + 1)),
    by((block) => block.last - block.first),
    by((block) => -block.first),
    by((block) => block.last),
  ];
}

/** Assigns offsets. The result depends on the blocks alone. */
export function arrange(blocks: readonly Block[]): ArenaPlan {
  const bound = lowerBound(blocks);
  let best: Placement = { offsets: [], bytes: Number.POSITIVE_INFINITY };
  let order: number[] = [];
  for (const candidate of orders(blocks)) {
    const placement = place(blocks, candidate);
    if (placement.bytes < best.bytes) [best, order] = [placement, candidate];
  }
  // Improvement: whoever sticks out at the top, or a block drawn by a fixed sequence, is put down earlier.
  let random = 1;
  const draw = (below: number) => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return Math.floor((random / 2 ** 32) * below);
  };
  for (let round = 0; round < ROUNDS && best.bytes > bound; round++) {
    const top = order.findIndex((id) => best.offsets[id]! + align(blocks[id]!.bytes) === best.bytes);
    const from = round % 2 === 0 && top > 0 ? top : draw(order.length);
    const next = [...order];
    const [moved] = next.splice(from, 1);
    next.splice(draw(from + 1), 0, moved!);
    const placement = place(blocks, next);
    if (placement.bytes <= best.bytes) [best, order] = [placement, next];
  }
  return {
    bytes: blocks.length === 0 ? 0 : best.bytes,
    lowerBound: bound,
    blocks: blocks.map((block, id) => ({ ...block, offset: best.offsets[id]! })),
  };
}
