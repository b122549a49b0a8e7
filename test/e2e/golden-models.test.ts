/** The golden rows of whole models through firmware: compiled, in QEMU and on the host, over the serial line. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { projectOf } from '../emit/fixture.js';
import { GOLDEN_MODELS, goldenProject, goldenSets } from '../support/golden-models.js';
import { LOGITS_MODEL, logitsRows } from '../support/logits-model.js';
import { describeWithSharedData } from '../support/shared-data.js';
import { type Firmware, startFirmware } from './firmware.js';
import { describeWithToolchain } from './platform-support.js';

/** All six models in one firmware, so that one build per board is enough. */
const BOARDS = [
  'virtual-cortex-m4',
  'virtual-cortex-m3',
  'virtual-cortex-m7',
  'virtual-cortex-m33',
  'virtual-cortex-m55',
  'native',
];

/** And one whose logits get a softmax. */
function project(): ResolvedProject {
  const golden = goldenProject(GOLDEN_MODELS, FRONTEND_PRESETS.none);
  const own = projectOf([{ name: 'logits', model: LOGITS_MODEL, labels: ['a', 'b', 'c'] }], 'none');
  return { ...golden, models: [...golden.models, ...own.models] };
}

describeWithToolchain('golden models', () => {
  describeWithSharedData('over the serial line', () => {
    describe.each(BOARDS)('%s', (board) => {
      let firmware: Firmware;
      beforeAll(async () => {
        firmware = await startFirmware({
          project: project(),
          board,
        });
      });
      afterAll(() => firmware?.stop());

      test('a softmax that was added', async () => {
        for (const { bytes, output } of logitsRows())
          expect((await firmware.session.input(GOLDEN_MODELS.length, bytes)).q).toEqual(output);
      });

      test.each(GOLDEN_MODELS.map((model, index) => ({ ...model, index })))(
        '$name',
        async ({ index, ...model }) => {
          for (const { name, inputs, outputs } of goldenSets(model)) {
            await firmware.session.command('reset');
            const got: number[][] = [];
            for (const input of inputs) got.push((await firmware.session.input(index, input)).q);
            expect(got, name).toEqual(outputs);
          }
        },
      );
    });
  });
});
