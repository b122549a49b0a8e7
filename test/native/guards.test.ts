/** What finds writes outside finds them: errors are planted, on the host, where sanitizers and guards look. */
import { describe, expect, test } from 'vitest';
import { buildAot, HOST_TARGET_NAMES, runAot } from './aot.js';
import { arenaModel, runPlan, runRow, shorterArena, UNTOUCHED } from './planted.js';

const INPUT = '05'.repeat(64);

describe('a planned kernel', () => {
  test('that writes where it may is no complaint', async () => {
    expect(await runPlan({ arena: 64, output: '@a16:16' }, 'portable')).toBe(UNTOUCHED);
    expect(await runPlan({ arena: 64, output: '@s16:16' }, 'portable')).toBe(UNTOUCHED);
  });

  test.each([
    ['beyond its output, in the arena', { arena: 64, output: '@a16:8' }],
    ['beyond its output, in the state', { arena: 64, output: '@s0:15' }],
    ['where it was given nothing', { arena: 64, output: '@a32:0' }],
  ])('that writes %s is named', async (_, planted) => {
    expect(await runPlan(planted, 'portable')).toBe(`${UNTOUCHED} !copy`);
  });

  test('that writes behind the arena is seen by the sanitizer', async () => {
    await expect(runPlan({ arena: 24, output: '@a16:16' }, 'portable')).rejects.toThrow(
      /heap-buffer-overflow/,
    );
  });
});

test('a kernel that writes beyond its own memory is seen by the sanitizer', async () => {
  expect(await runRow(16, 'portable')).toBe(UNTOUCHED);
  await expect(runRow(15, 'portable')).rejects.toThrow(/heap-buffer-overflow/);
});

test.each(HOST_TARGET_NAMES)(
  'generated C++ with too short an arena is seen by the sanitizer: %s',
  async (target) => {
    const named = [{ id: 'planted', model: arenaModel() }];
    const right = await buildAot('planted', named, target);
    expect(await runAot(right, 0, [INPUT])).toHaveLength(1);
    const wrong = await buildAot('planted', named, target, shorterArena);
    await expect(runAot(wrong, 0, [INPUT])).rejects.toThrow(/global-buffer-overflow/);
  },
);
