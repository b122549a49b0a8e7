/** What finds writes outside finds them on a core, too, where no sanitizer is: errors are planted. */
import { expect, test } from 'vitest';
import { buildAotForCore, runAotOnCore } from '../native/aot.js';
import { targetOf } from '../native/kernel-program.js';
import { arenaModel, runPlan, runRow, shorterArena, UNTOUCHED } from '../native/planted.js';
import { describeWithToolchain } from './platform-support.js';

const CORE = 'cortex-m4';

describeWithToolchain('guards', () => {
  test.each([
    ['beyond its output, in the arena', { arena: 64, output: '@a16:8' }, 'copy'],
    ['behind the arena', { arena: 24, output: '@a16:16' }, 'copy'],
    ['behind the state', { arena: 64, output: '@s24:16' }, 'copy'],
    ['into a constant', { arena: 64, output: '@c0+0:16' }, 'constants'],
  ])('a planned kernel that writes %s', async (_, planted, named) => {
    expect(await runPlan({ arena: 64, output: '@a16:16' }, CORE)).toBe(UNTOUCHED);
    expect(await runPlan(planted, CORE)).toBe(`${UNTOUCHED} !${named}`);
  });

  test('a kernel that writes beyond its own memory', async () => {
    expect(await runRow(16, CORE)).toBe(UNTOUCHED);
    expect(await runRow(15, CORE)).toBe(`${UNTOUCHED.slice(0, 30)} !outside`);
  });

  test('generated C++ with too short an arena', async () => {
    const named = [{ id: 'planted', model: arenaModel() }];
    const inputs = [['05'.repeat(64)]];
    const [right, wrong] = await Promise.all(
      [undefined, shorterArena].map((plant) =>
        buildAotForCore('planted', named, CORE, targetOf(CORE), plant),
      ),
    );
    const [answer] = await runAotOnCore(right!, CORE, inputs);
    expect(answer).toMatch(/^[0-9a-f]{256}$/);
    expect((await runAotOnCore(wrong!, CORE, inputs))[0]).toMatch(/ !outside$/);
  });
});
