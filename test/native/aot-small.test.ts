/** The compiled runtime on the host equals the reference engine on models of our own; it compiles for ARM. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { fileBytes, renderProject } from '../../src/emit/project.js';
import { tensorBytes } from '../../src/model/elements.js';
import type { Model } from '../../src/model/types.js';
import { planModel } from '../../src/plan/plan.js';
import { createEngine } from '../../src/reference/engine.js';
import { projectOf } from '../emit/fixture.js';
import { expectSound } from '../plan/check-plan.js';
import { ZOO } from '../plan/zoo.js';
import { libraryRoot, WARNINGS } from '../support/native.js';
import { random } from '../support/random.js';
import { strict } from '../support/shared-data.js';
import { buildAot, HOST_TARGET_NAMES, HOST_TARGETS, runAot, writeAotSources } from './aot.js';

/** Input bytes: any, or moderate floats. */
function inputsOf(model: Model, count: number): Uint8Array[] {
  const tensor = model.tensors[model.inputs[0]!]!;
  const draw = random(99);
  return Array.from({ length: count }, () => {
    if (tensor.type === 'float32') {
      const values = Float32Array.from({ length: tensorBytes(tensor) / 4 }, () => draw(2000) / 100 - 10);
      return new Uint8Array(values.buffer);
    }
    return Uint8Array.from({ length: tensorBytes(tensor) }, () => draw(256));
  });
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function expected(model: Model, inputs: readonly Uint8Array[]): string[] {
  const engine = createEngine(model);
  return inputs.map((bytes) => {
    const { buffer } = Uint8Array.from(bytes);
    const type = model.tensors[model.inputs[0]!]!.type;
    const [y] = engine.invoke([type === 'float32' ? new Float32Array(buffer) : new Int8Array(buffer)]);
    return hex(new Uint8Array(y!.buffer, y!.byteOffset, y!.byteLength));
  });
}

describe.each(HOST_TARGET_NAMES)('models of our own, %s kernels', (target) => {
  let executable: string;
  beforeAll(async () => {
    executable = await buildAot('small', ZOO, target);
  });

  test.each(ZOO.map((entry, index) => ({ ...entry, index })))('$id', async ({ model, index }) => {
    expectSound(model, planModel(model, HOST_TARGETS[target]));
    const inputs = inputsOf(model, 40);
    const outputs = expected(model, inputs);
    expect(new Set(outputs).size).toBeGreaterThan(5);
    // Twice, with a reset between: state comes back to where it began.
    const rows = inputs.map(hex);
    expect(await runAot(executable, index, [...rows, 'reset', ...rows])).toEqual([...outputs, ...outputs]);
  });
});

const arm = await execa('arm-none-eabi-g++', ['--version'], { reject: false });
const missing = arm.failed && !strict;

describe('generated sources for ARM', () => {
  const flags = [
    '-std=c++17',
    '-fsyntax-only',
    '-fno-exceptions',
    '-fno-rtti',
    '-mthumb',
    '-mcpu=cortex-m4',
    ...WARNINGS,
  ];
  const includes = (libraries: readonly string[]) =>
    libraries.map((library) => `-I${join(libraryRoot, library, 'include')}`);

  test.skipIf(missing)('models', async () => {
    const { folder, sources } = writeAotSources(ZOO, 'portable');
    const libraries = includes(['kws_kernels', 'kws_model']);
    await execa('arm-none-eabi-g++', [...flags, ...libraries, `-I${folder}`, ...sources]);
  });

  test.skipIf(missing)('configuration, with labels and names that mean mischief', async () => {
    const { model } = ZOO[0]!;
    const labels = ['"); system("x', '??/', 'ü\\', 'a\n#error x'];
    const { files } = renderProject({
      project: projectOf(
        [
          { name: '*/ "x" \\', model, labels },
          { name: 'int', model, labels },
        ],
        'none',
      ),
      board: findBoard('virtual-cortex-m4'),
      runtime: 'aot',
      toolVersion: '1 */ \n #error y',
    });
    const folder = mkdtempSync(join(tmpdir(), 'kws config '));
    const sources = [...files].filter(([path]) => path.startsWith('src/') && path.endsWith('.cpp'));
    const paths = sources.map(([path, file]) => {
      const to = join(folder, path.replace('/', '_'));
      writeFileSync(to, fileBytes(file));
      return to;
    });
    expect(paths.length).toBe(4);
    const libraries = ['app', 'detector', 'frontend', 'hal', 'kernels', 'model', 'protocol'];
    await execa('arm-none-eabi-g++', [
      ...flags,
      ...includes(libraries.map((name) => `kws_${name}`)),
      ...paths,
    ]);
    rmSync(folder, { recursive: true });
  });
});
