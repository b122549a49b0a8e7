import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrange, type Block, lowerBound } from '../../src/plan/arena.js';

const block = (bytes: number, first: number, last: number): Block => ({ tensors: [], bytes, first, last });

describe('arrange', () => {
  test('nothing needs nothing', () => expect(arrange([])).toEqual({ bytes: 0, lowerBound: 0, blocks: [] }));

  test('blocks that never meet share their place', () => {
    const { bytes, blocks } = arrange([block(100, 0, 1), block(90, 2, 3), block(5, 4, 4)]);
    expect(bytes).toBe(112);
    expect(blocks.map(({ offset }) => offset)).toEqual([0, 0, 0]);
  });

  test('a case that placing by size alone gets wrong reaches the bound', () => {
    // By size: C at 0, A above C, then B finds no gap below A.
    const blocks = [
      block(48, 0, 2),
      block(32, 2, 4),
      block(64, 4, 6),
      block(32, 0, 1),
      block(48, 1, 1),
      block(16, 3, 6),
    ];
    expect(arrange(blocks).bytes).toBe(lowerBound(blocks));
  });

  const anyBlock = fc
    .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: -1, max: 12 }), fc.integer({ min: 0, max: 5 }))
    .map(([bytes, first, length]) => block(bytes, first, first + length));

  test('no two blocks that live together overlap, offsets are aligned, the bound holds', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { maxLength: 14 }), (blocks) => {
        const plan = arrange(blocks);
        plan.blocks.forEach((a, i) => {
          expect(a.offset % 16).toBe(0);
          expect(a.offset + a.bytes).toBeLessThanOrEqual(plan.bytes);
          for (const b of plan.blocks.slice(i + 1)) {
            if (a.last < b.first || b.last < a.first) continue;
            expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
          }
        });
        expect(plan.bytes).toBeGreaterThanOrEqual(plan.lowerBound);
        expect(plan.bytes).toBeLessThanOrEqual(plan.lowerBound * 1.5);
        expect(arrange(blocks)).toEqual(plan);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
