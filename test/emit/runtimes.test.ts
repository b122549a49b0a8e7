/** Why a runtime refuses a model on a board, and that the advice is one that works there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { preferredRuntime, requireRuntime, runtimesOn } from '../../src/emit/runtimes.js';
import { describedModel, ModelBuilder } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { writeModel } from '../../src/tflite/build.js';
import { kwsGen } from '../support/command-line.js';
import { inputErrorOf } from '../support/errors.js';

/** One dense layer, as today's converters write it (a scale per output), and perhaps something unknown behind. */
function dense(perChannel: boolean, foreign?: string): Model {
  const b = new ModelBuilder('m');
  const x = b.input('x', [1, 4], { scale: 0.1 });
  const scale = perChannel ? { scales: [0.01, 0.02], axis: 0 } : { scale: 0.01 };
  const w = b.constant('w', 'int8', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8], scale);
  const output = { shape: [1, 2], scale: 0.1 };
  const y = b.add('FULLY_CONNECTED', [x, w], output, { activation: 'NONE', keepNumDims: false });
  const model = describedModel(b.build([b.add('TANH', [y], { shape: [1, 2], scale: 1 / 128 }, {})]));
  if (foreign === undefined) return model;
  const operators = model.operators.map((operator) =>
    operator.kind === 'TANH'
      ? { ...operator, kind: 'FOREIGN' as const, options: { builtinCode: 200, name: foreign } }
      : operator,
  );
  return { ...model, operators };
}

const NANO = 'arduino-nano-33-ble';
const VIRTUAL = 'virtual-cortex-m4';

describe.each([
  // Its library takes the first scale for all outputs.
  [NANO, 'scale per output', dense(true), ['aot'], 'aot'],
  [VIRTUAL, 'scale per output', dense(true), ['aot'], 'aot'],
  [NANO, 'one scale', dense(false), ['aot', 'tflm'], 'aot'],
  [VIRTUAL, 'an operator that only the interpreter has', dense(false, 'HARD_SWISH'), ['tflm'], 'tflm'],
  [NANO, 'a layer for one, an operator for the other', dense(true, 'HARD_SWISH'), [], 'aot'],
  [VIRTUAL, 'an operator that nobody has', dense(false, 'GELU'), [], 'aot'],
] as const)('%s, %s', (board, _, model, able, preferred) => {
  const site = { board: findBoard(board) };
  test(`${able.join(', ') || 'nothing'} runs it`, () => {
    expect(runtimesOn([model], site)).toEqual(able);
    expect(preferredRuntime([model], site)).toBe(preferred);
  });

  test('advice names only what runs it', () => {
    for (const runtime of ['aot', 'tflm'] as const) {
      if ((able as readonly string[]).includes(runtime)) {
        requireRuntime([model], runtime, site);
        continue;
      }
      const text = inputErrorOf(() => requireRuntime([model], runtime, site));
      const named = /use "runtime": "(\w+)"/.exec(text)?.[1];
      expect(named).toBe(able[0]);
      expect(text).toMatch(/next: .*(change the model|convert it)/);
    }
  });
});

describe('init', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-runtimes-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const init = async (model: Model, ...argv: string[]) => {
    writeFileSync(join(folder, 'm.tflite'), writeModel(model));
    const given = ['m.tflite', '--labels', 'a,b', '--frontend', 'none', '--force', ...argv];
    return kwsGen(['init', ...given], { directory: folder });
  };

  test('ends with the runtime that runs it on the board named, and why it is not the usual one', async () => {
    const { code, out } = await init(dense(true), '--board', 'esp32-s3-devkitc-1');
    expect(code).toBe(0);
    expect(out).toMatch(
      /Runs on esp32-s3-devkitc-1 in the runtime aot, which is chosen in place of tflm: m, operator 0 \(FULLY_CONNECTED\): \S+ \S+ would compute this operator wrongly\nNext: /,
    );
    const { err } = await kwsGen(['render', '--json'], { directory: folder });
    expect(err).toContain('runtime aot');
  });

  test('says which runtime would, where the one named does not', async () => {
    const { out } = await init(dense(true), '--board', 'arduino-nano-33-ble', '--runtime', 'tflm');
    expect(out).toContain('arduino-nano-33-ble cannot run it in the runtime tflm: m, operator 0');
    expect(out).toContain('"runtime": "aot" can');
  });

  test('counts the boards where none is named', async () => {
    const { out } = await init(dense(true));
    expect(out).toMatch(/Runs on all \d+ boards; kws-gen inspect shows them\nNext: /);
  });
});
