/**
 * Where each block of the arena stands: no two blocks that live at the same time overlap, and the whole is
 * as small as it can be found.
 *
 * Owns: offsets. Leaves to others: which blocks there are and how long they live (`places.ts`).
 * Placing blocks optimally is dynamic storage allocation (NP-hard); models are small, so a few good orders,
 * then a fixed number of improvement rounds, reach the lower bound nearly always. Deterministic.
 */
import { ALIGNMENT, type ArenaBlock, type ArenaPlan } from './types.js';

export type Block = Omit<ArenaBlock, 'offset'>;

const ROUNDS = 400;

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function together(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** The most aligned bytes that are live at one step. */
export function lowerBound(blocks: readonly Block[]): number {
  let most = 0;
  for (const { first } of blocks) {
    let live = 0;
    for (const block of blocks) if (block.first <= first && first <= block.last) live += align(block.bytes);
    most = Math.max(most, live);
  }
  return most;
}

interface Placement {
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Puts the blocks down in this order, each into the lowest gap that is free for its whole life. */
function place(blocks: readonly Block[], order: readonly number[]): Placement {
  const offsets = new Array<number>(blocks.length).fill(0);
  const done: number[] = [];
  let bytes = 0;
  for (const id of order) {
    const block = blocks[id]!;
    const size = align(block.bytes);
    let offset = 0;
    for (const other of done) {
      if (!together(block, blocks[other]!)) continue;
      if (offset + size <= offsets[other]!) break;
      offset = Math.max(offset, offsets[other]! + align(blocks[other]!.bytes));
    }
    offsets[id] = offset;
    bytes = Math.max(bytes, offset + size);
    done.push(id);
    done.sort((a, b) => offsets[a]! - offsets[b]!);
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
