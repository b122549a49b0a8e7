/**
 * TensorFlow Lite Micro's interpreter, really: a local library folder, as users give it with --tflm-path, built
 * into the firmware. Its outputs equal the golden rows, and the compiled runtime's on a model of our own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { tensorBytes } from '../../src/model/elements.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { TracedBoard } from '../../src/proof/board.js';
import { selfTest } from '../../src/proof/self-test.js';
import { openSession } from '../../src/protocol/session.js';
import { openModel } from '../../src/readers/read-model.js';
import { createEngine } from '../../src/reference/engine.js';
import { projectOf } from '../emit/fixture.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { GOLDEN_MODELS, goldenModel, goldenSets } from '../support/golden-models.js';
import { LOGITS_KINDS, LOGITS_MODEL, logitsRows } from '../support/logits-model.js';
import { root } from '../support/native.js';
import { random } from '../support/random.js';
import { sharedData, strict } from '../support/shared-data.js';
import { type Firmware, startFirmware } from './firmware.js';
import { describeWithToolchain } from './platform-support.js';

/** Made by the test set-up: sources of 2020, without resource variables. */
const tflmPath = join(root, '.cache', 'tflm-library');
const missing = !existsSync(tflmPath);

const OWN = openModel(readFileSync(join(root, 'examples', 'chirp', 'chirp.tflite')), 'chirp.tflite');
const GOLDEN = sharedData === undefined ? [] : GOLDEN_MODELS.slice(0, 3);

function project(): ResolvedProject {
  const outputs = OWN.tensors[OWN.outputs[0]!]!.shape.at(-1)!;
  const labels = Array.from({ length: outputs }, (_, i) => `label ${i}`);
  const folded = { name: 'logits', model: LOGITS_MODEL, labels: ['a', 'b', 'c'] };
  const own = projectOf([{ name: 'chirp', model: OWN, labels }, folded], 'none');
  return { ...own, frontend: FRONTEND_PRESETS.none, models: [...own.models, ...GOLDEN.map(goldenModel)] };
}

describeWithToolchain('interpreter', () => {
  if (missing) {
    const reason = 'needs the library that the test set-up makes';
    if (strict) test(reason, () => expect.fail(`KWS_STRICT is set and ${tflmPath} is absent`));
    else test.skip(reason, () => {});
    return;
  }

  describe.each(['virtual-cortex-m4', 'native'])('%s', (board) => {
    let firmware: Firmware;
    beforeAll(async () => {
      firmware = await startFirmware({ project: project(), board, runtime: 'tflm', tflmPath, trace: true });
    });
    afterAll(() => firmware?.stop());

    test('the example', async () => {
      const input = OWN.tensors[OWN.inputs[0]!]!;
      const engine = createEngine(OWN);
      const draw = random(7);
      for (let row = 0; row < 10; row++) {
        const bytes = Uint8Array.from({ length: tensorBytes(input) }, () => draw(256));
        const [y] = engine.invoke([new Int8Array(bytes.buffer)]);
        expect((await firmware.session.input(0, bytes)).q).toEqual([...y!].map(Number));
      }
    });

    test('a file without its computed shapes, and with a softmax added', async () => {
      expect(LOGITS_KINDS).toEqual(['MAX_POOL_2D', 'RESHAPE', 'FULLY_CONNECTED', 'SOFTMAX']);
      for (const { bytes, output } of logitsRows())
        expect((await firmware.session.input(1, bytes)).q).toEqual(output);
    });

    test.each(GOLDEN.map((model, index) => ({ ...model, index: index + 2 })))(
      '$name',
      async ({ index, ...model }) => {
        for (const { name, inputs, outputs } of goldenSets(model)) {
          const got: number[][] = [];
          for (const input of inputs) got.push((await firmware.session.input(index, input)).q);
          expect(got, name).toEqual(outputs);
        }
      },
    );

    test('tells every operator’s outputs: the reference’s', async () => {
      // One reader at a time.
      await firmware.session.close();
      const session = await openSession(firmware.state.pty);
      try {
        const hello = await session.hello();
        const link = { file: firmware.state.memory };
        const traced = await TracedBoard.open({ session, hello, link });
        const made = project();
        const tests = await selfTest(traced, made, findBoard(board));
        const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
        expect(tests.filter(({ answers, right }) => answers !== right)).toEqual([]);
        expect(sum(tests.map(({ operators }) => operators))).toBe(
          sum(made.models.map(({ model }) => model.operators.length)),
        );
      } finally {
        await session.close();
      }
    });
  });

  test('is compared with the compiled runtime, both counted on a board’s twin', async () => {
    const folder = join(root, 'examples', 'chirp');
    const options = [
      '--board',
      'arduino-nano-33-ble',
      '--compare-runtimes',
      '--tflm-path',
      tflmPath,
      '--json',
    ];
    const { out } = await kwsGen(['build', '--project', folder, ...options], { directory: folder });
    const lines = jsonLines(out);
    expect(lines.map(({ runtime }) => runtime)).toEqual(['aot', 'tflm']);
    const [aot, tflm] = lines.map(({ models }) => (models as { instructions: number }[])[0]!.instructions);
    // What is counted is an inference, and the interpreter's is the longer one.
    expect(aot!).toBeGreaterThan(1000);
    expect(tflm!).toBeGreaterThan(aot!);
    expect(lines[0]!.load).toBeGreaterThan(0);
  });
});
