/** The golden rows of whole models through firmware: compiled, in QEMU and on the host, over the serial line. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { projectOf } from '../emit/fixture.js';
import { GOLDEN_MODELS, goldenModel, goldenProject, goldenSets } from '../support/golden-models.js';
import { LOGITS_MODEL, logitsRows } from '../support/logits-model.js';
import { MlperfClient, printedResults } from '../support/mlperf-client.js';
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

/** What the commands of a benchmark are tried on; all boards speak with the same sources. */
const SPOKEN_TO = ['virtual-cortex-m3', 'native'];

/** And one whose logits get a softmax. */
function project(): ResolvedProject {
  const golden = goldenProject(GOLDEN_MODELS, FRONTEND_PRESETS.none);
  const own = projectOf([{ name: 'logits', model: LOGITS_MODEL, labels: ['a', 'b', 'c'] }], 'none');
  const serial = { mlperfTiny: { benchmark: 'kws01', model: 0 } };
  return { ...golden, models: [...golden.models, ...own.models], serial };
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

      if (SPOKEN_TO.includes(board))
        test('MLPerf Tiny’s commands: the results of its keyword model are the host’s', async () => {
          // One reader at a time.
          await firmware.session.close();
          const client = await MlperfClient.open(firmware.state.pty);
          try {
            const { model } = goldenModel(GOLDEN_MODELS[0]);
            const { scales, zeroPoints } = model.tensors[model.outputs[0]!]!.quantization!;
            expect((await client.command('name')).value('name-dut')).toBe(board);
            expect((await client.command('profile')).value('model')).toBe('kws01');
            for (const { name, inputs, outputs } of goldenSets(GOLDEN_MODELS[0]))
              for (const [i, input] of inputs.slice(0, 2).entries()) {
                const { results, us } = await client.run(input, 2, 1);
                expect(results, name).toBe(printedResults(outputs[i]!, scales[0]!, zeroPoints[0]!));
                expect(us).toBeGreaterThan(0);
              }
          } finally {
            await client.close();
          }
        });
    });
  });
});
