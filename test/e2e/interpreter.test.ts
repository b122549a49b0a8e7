/**
 * TensorFlow Lite Micro's interpreter really runs: the library that the set-up fetches (July 2020, reference
 * kernels, no resource variables), given as a local folder, on a virtual board and on the host. Its outputs
 * are the compiled runtime's.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/spec.js';
import { loadProject } from '../../src/project/load.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { openModel } from '../../src/readers/index.js';
import { createEngine } from '../../src/reference/engine.js';
import { GOLDEN_MODELS, goldenModel, goldenSets } from '../support/golden-models.js';
import { root } from '../support/native.js';
import { random } from '../support/random.js';
import { sharedData, strict } from '../support/shared-data.js';
import { type Firmware, startFirmware } from './firmware.js';
import { describeWithToolchain } from './platform-support.js';

const library = join(root, '.cache', 'tflm-library');
const GOLDEN = GOLDEN_MODELS.filter(({ name }) => name === 'micro_speech' || name === 'kws_ref');

/** The example's model, and the golden ones where they are there, in one firmware: one build per board. */
async function projectOf(): Promise<ResolvedProject> {
  const example = await loadProject(join(root, 'examples', 'chirp'), { openModel });
  const golden = sharedData === undefined ? [] : GOLDEN.map(goldenModel);
  return { name: 'interpreter', frontend: FRONTEND_PRESETS.none, models: [...example.models, ...golden] };
}

describeWithToolchain("TensorFlow Lite Micro's interpreter", () => {
  if (!existsSync(library)) {
    const reason = 'the interpreter library is not here (npm run setup -- --dev fetches it)';
    if (strict) test(reason, () => expect.fail('KWS_STRICT is set'));
    else test.skip(reason, () => {});
    return;
  }
  describe.each(['virtual-cortex-m4', 'native'])('on %s', (board) => {
    let firmware: Firmware;
    let project: ResolvedProject;
    beforeAll(async () => {
      project = await projectOf();
      firmware = await startFirmware({ project, board, runtime: 'tflm', tflmPath: library });
    });
    afterAll(() => firmware?.stop());

    test('says that it is the interpreter, within its arena', async () => {
      const hello = await firmware.session.hello();
      expect(hello.runtime).toBe('tflm');
      for (const { used, arena } of hello.models) {
        expect(used).toBeGreaterThan(0);
        expect(used).toBeLessThanOrEqual(arena);
      }
    });

    test('computes what the reference engine computes', async () => {
      const engine = createEngine(project.models[0]!.model);
      const next = random(1);
      for (let i = 0; i < 5; i++) {
        const input = Uint8Array.from({ length: 1600 }, () => next(256));
        const [expected] = engine.invoke([new Int8Array(input.buffer)]);
        expect((await firmware.session.input(0, input)).q).toEqual([...(expected as Int8Array)]);
      }
    });

    const title = 'gives the golden outputs of $name';
    if (sharedData === undefined) {
      test.skip('golden outputs: need the shared test data (../shared/data or $KWS_SHARED_DATA)', () => {});
    } else {
      test.each(GOLDEN.map((model, i) => ({ ...model, index: i + 1 })))(
        title,
        async ({ index, ...model }) => {
          for (const { name, inputs, outputs } of goldenSets(model)) {
            const got: number[][] = [];
            for (const input of inputs) got.push((await firmware.session.input(index, input)).q);
            expect(got, name).toEqual(outputs);
          }
        },
      );
    }
  });
});
