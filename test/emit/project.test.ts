import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBoard, resolveTwin, TFLM_LIBRARIES } from '../../src/boards/index.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { fileBytes, type RenderInput, renderProject } from '../../src/emit/project.js';
import { TEMPLATES_FOLDER } from '../../src/emit/templates.js';
import type { FirmwareProject } from '../../src/emit/types.js';
import { OPERATORS } from '../../src/model/operators.js';
import type { Model } from '../../src/model/types.js';
import { ModelBuilder } from '../plan/models.js';
import { projectOf } from './fixture.js';

/** Three frames of features in, two scores out. */
function smallModel(outputs = 2, perChannel = false, channels = 40): Model {
  const b = new ModelBuilder();
  const x = b.tensor([1, 3, channels]);
  const scales = perChannel ? Array.from({ length: outputs }, (_, i) => (i + 1) / 64) : [1 / 64];
  const weights = b.bytes([outputs, 3 * channels], new Array(3 * channels * outputs).fill(3), {
    quantization: { scales, zeroPoints: scales.map(() => 0), axis: 0 },
  });
  const flat = b.op('RESHAPE', [x], [b.tensor([1, 3 * channels])], {});
  const logits = b.op('FULLY_CONNECTED', [flat, weights, -1], [b.tensor([1, outputs])], {
    activation: 'NONE',
    keepNumDims: false,
  });
  return { ...b.model([x], [b.op('LOGISTIC', [logits], [b.sigmoid([1, outputs])], {})]), name: 'small' };
}

const MANY = Array.from({ length: 32 }, (_, i) => `l${i}`);
const LABELS = ['silence', 'say "yes" \\ ??/ */ é | `x`\n#include <hack>'];

function render(input: Partial<RenderInput> & { readonly boardId?: string } = {}): FirmwareProject {
  const { boardId = 'virtual-cortex-m4', ...rest } = input;
  return renderProject({
    project: projectOf([{ name: 'hey *you*', model: smallModel(), labels: LABELS }]),
    board: findBoard(boardId),
    runtime: 'aot',
    toolVersion: '1.2.3',
    ...rest,
  });
}

const textOf = (firmware: FirmwareProject, path: string) =>
  fileBytes(firmware.files.get(path)!).toString('utf8');

/** A folder that looks like a TensorFlow Lite Micro library. */
function fakeLibrary(files: Readonly<Record<string, string>>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'kws tflm ')), 'my lib');
  const micro = join(folder, 'src', 'tensorflow', 'lite', 'micro');
  mkdirSync(join(micro, 'kernels'), { recursive: true });
  for (const [path, text] of Object.entries({ 'micro_interpreter.h': '', ...files }))
    writeFileSync(join(micro, path), text);
  return folder;
}

describe('a rendered project', () => {
  test('has sorted relative paths, and the libraries of its runtime', () => {
    const paths = [...render().files.keys()];
    expect(paths).toEqual([...paths].sort());
    expect(paths.every((path) => !path.startsWith('/') && !path.includes('\\'))).toBe(true);
    const libraries = new Set(
      paths.filter((path) => path.startsWith('lib/')).map((path) => path.split('/')[1]),
    );
    expect(libraries).toEqual(
      new Set([
        'kws_app',
        'kws_detector',
        'kws_frontend',
        'kws_hal',
        'kws_kernels',
        'kws_model',
        'kws_protocol',
      ]),
    );
    expect(paths).toContain('src/model_hey_you.cpp');
  });

  test('carries only the kernels that are called and the HAL of its board', () => {
    const paths = [...render().files.keys()];
    const kernels = paths.filter((path) => /kws_kernels\/src\/\w+\/kws_/.test(path));
    expect(kernels).toEqual([
      'lib/kws_kernels/src/dsp/kws_fully_connected_s8_dsp.cpp',
      'lib/kws_kernels/src/portable/kws_lookup_s8.cpp',
    ]);
    const hal = (boardId: string) =>
      [...render({ boardId }).files.keys()].filter((path) => /kws_hal\/src\/.*\//.test(path));
    expect(hal('virtual-cortex-m4')).toEqual(['lib/kws_hal/src/virtual/hal_virtual.cpp']);
    expect(hal('arduino-nano-33-ble').some((path) => path.includes('arduino_pdm'))).toBe(true);
    expect(hal('arduino-nano-33-ble').some((path) => path.includes('virtual'))).toBe(false);
  });

  test('is the same every time, wherever the tool lies; its id is in the firmware', () => {
    const [a, b] = [render(), render()];
    expect([...b.files].map(([path]) => textOf(b, path))).toEqual(
      [...a.files].map(([path]) => textOf(a, path)),
    );
    expect(b.buildId).toBe(a.buildId);
    const elsewhere = render({ options: { virtualPlatform: '/somewhere/else' } });
    expect(elsewhere.buildId).toBe(a.buildId);
    expect(textOf(elsewhere, 'platformio.ini')).toContain('platform = symlink:///somewhere/else\n');
    expect(textOf(a, 'src/kws_config.cpp')).toContain(`"${a.buildId.slice(0, 12)}"`);
  });

  test('has another id when anything that runs changes', () => {
    const ids = [
      render(),
      render({ toolVersion: '1.2.4' }),
      render({ boardId: 'virtual-cortex-m7' }),
      render({ project: projectOf([{ name: 'hey *you*', model: smallModel(), labels: ['silence', 'no'] }]) }),
    ].map(({ buildId }) => buildId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('says where generated files come from, and no time or place', () => {
    const firmware = render({ options: { virtualPlatform: '/where/it/lies' } });
    for (const [path, file] of firmware.files) {
      if (file.kind !== 'text' || path.endsWith('.md')) continue;
      expect(file.text, path).toContain('Generated by kws-gen 1.2.3; do not edit.');
      if (path.includes('model_')) expect(file.text).toContain('0'.repeat(64));
      expect(file.text, path).not.toMatch(/\b20\d\d-\d\d-\d\d|\/tmp\/|\/home\//);
    }
  });

  test('README and notices escape what they quote', () => {
    const firmware = render();
    expect(textOf(firmware, 'README.md')).toContain(
      'say "yes" \\\\ ??/ \\*/ é \\| \\`x\\` \\#include \\<hack\\>',
    );
    const notices = textOf(
      render({ boardId: 'arduino-nano-33-ble', runtime: 'tflm' }),
      'THIRD_PARTY_NOTICES.md',
    );
    for (const text of [
      'Arduino core for mbed',
      'TensorFlow Lite for Microcontrollers',
      'belong to you',
      'MIT License',
    ])
      expect(notices).toContain(text);
    expect(textOf(firmware, 'THIRD_PARTY_NOTICES.md')).toContain('pulls in no other code');
  });

  test('a twin has the memory of the board it stands for', () => {
    const board = findBoard('arduino-nano-33-ble');
    const ini = textOf(render({ board: resolveTwin(board) }), 'platformio.ini');
    expect(ini).toContain('[env:arduino-nano-33-ble-twin]');
    expect(ini).toContain(`board_upload.maximum_size = ${board.flashBytes}\n`);
  });

  test('models with names that look alike are kept apart', () => {
    const model = smallModel();
    const twice = projectOf([
      { name: 'a-b', model, labels: ['x', 'y'] },
      { name: 'a.b', model, labels: ['x', 'y'] },
    ]);
    const paths = [...render({ project: twice }).files.keys()].filter((path) => path.includes('model_'));
    expect(paths).toEqual(['src/model_a_b.cpp', 'src/model_a_b_2.cpp']);
  });

  test('without a front end there is none in the firmware', () => {
    const config = textOf(
      render({ project: projectOf([{ name: 'x', model: smallModel(), labels: ['a', 'b'] }], 'none') }),
      'src/kws_config.cpp',
    );
    expect(config).toContain('/*frontend*/ nullptr');
    expect(config).not.toContain('MicroFrontendTables');
  });

  test.each([
    ['none', 'virtual-cortex-m4', { kHasFrontend: 'false', kKeepsFrames: 'false', kKeepsInputs: 'false' }],
    ['micro-wake-word', 'virtual-cortex-m4', { kHasFrontend: 'true', kHasResampler: 'false' }],
    ['micro-wake-word', 'virtual-cortex-m4', { kKeepsFrames: 'false', kKeepsInputs: 'true' }],
    // Its frames wait for their window.
    ['edge-impulse-mfcc', 'virtual-cortex-m4', { kKeepsFrames: 'true', kKeepsInputs: 'false' }],
  ] as const)('what the application is asked to do: %s on %s, %o', (frontend, boardId, values) => {
    const channels = frontend === 'edge-impulse-mfcc' ? 13 : 40;
    const project = projectOf(
      [{ name: 'x', model: smallModel(2, false, channels), labels: ['a', 'b'] }],
      frontend,
    );
    const shape = textOf(render({ project, boardId }), 'lib/kws_app/include/kws_app/shape.h');
    expect(shape).toContain('constexpr uint32_t kMaxModels = 1;');
    for (const [name, value] of Object.entries(values))
      expect(shape).toContain(`constexpr bool ${name} = ${value};`);
  });

  test("the application's own shape, which it is tested with, leaves nothing out", () => {
    const own = readFileSync(join(TEMPLATES_FOLDER, 'lib/kws_app/include/kws_app/shape.h'), 'utf8');
    const names = (text: string) => [...text.matchAll(/constexpr \w+ (\w+) = /g)].map(([, name]) => name);
    expect(names(own)).toEqual(names(textOf(render(), 'lib/kws_app/include/kws_app/shape.h')));
    expect(own).not.toContain('= false');
  });
});

const problem = (body: () => unknown): KwsError => {
  try {
    body();
  } catch (error) {
    if (error instanceof KwsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('what is refused', () => {
  test('a model that does not fit the board: how much over, what would fit', () => {
    const board = {
      ...findBoard('virtual-cortex-m4'),
      id: 'tiny',
      name: 'Tiny',
      flashBytes: 18_700,
      ramBytes: 6000,
    };
    const error = problem(() => render({ board }));
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(
      /tiny, flash: the firmware needs at least \d+\.\d KB more flash than Tiny has/,
    );
    expect(error.message).toMatch(/tiny, RAM: the firmware needs at least/);
    expect(error.message).toMatch(/models that need \d+\.\d KB of flash or less together would fit/);
  });

  test('a platform folder that platformio.ini cannot hold', () => {
    for (const virtualPlatform of ['/a ;b', '/a #b', '/a$' + '{b}', '/a\nb'])
      expect(problem(() => render({ options: { virtualPlatform } })).message).toMatch(
        /cannot stand in platformio.ini/,
      );
    expect(textOf(render({ options: { virtualPlatform: '/a b,c' } }), 'platformio.ini')).toContain(
      'symlink:///a b,c\n',
    );
  });
});

describe('runtime tflm', () => {
  test('registers exactly the operators of the model, int8 where the library has it', () => {
    const firmware = render({ runtime: 'tflm' });
    const source = textOf(firmware, 'src/model_hey_you.cpp');
    expect([...source.matchAll(/KWS_TFLM_ADD\w*\(resolver, .*?\)/g)].map(([text]) => text)).toEqual([
      'KWS_TFLM_ADD_INT8(resolver, FullyConnected, FULLY_CONNECTED)',
      'KWS_TFLM_ADD(resolver, Logistic, LOGISTIC)',
      'KWS_TFLM_ADD(resolver, Reshape, RESHAPE)',
    ]);
    expect(source).toContain('MicroMutableOpResolver<3>');
    expect(textOf(firmware, 'tflm_sources.py')).toContain(
      'KERNELS = ["fully_connected","logistic","reshape"]',
    );
  });

  test('uses a local library, whatever is in its path', () => {
    const tflmPath = fakeLibrary({ 'micro_log.h': '' });
    const ini = textOf(render({ runtime: 'tflm', options: { tflmPath } }), 'platformio.ini');
    expect(ini).toContain(`    symlink://${tflmPath}\n`);
    expect(ini).not.toContain('Chirale');
    const here = render({ runtime: 'tflm', options: { tflmPath } });
    const there = render({ runtime: 'tflm', options: { tflmPath: fakeLibrary({ 'micro_log.h': '' }) } });
    expect(here.buildId).toBe(there.buildId);
  });

  test('refuses a folder without the interpreter', () => {
    const error = problem(() => render({ runtime: 'tflm', options: { tflmPath: tmpdir() } }));
    expect(error.message).toMatch(/there is no TensorFlow Lite Micro in this folder[\s\S]*--tflm-path/);
  });

  test('refuses per-channel FULLY_CONNECTED where the library would compute it wrongly', () => {
    const project = projectOf([{ name: 'x', model: smallModel(2, true), labels: ['a', 'b'] }]);
    const error = problem(() => render({ runtime: 'tflm', project }));
    expect(error.message).toContain('small, operator 1 (FULLY_CONNECTED)');
    expect(error.message).toContain('would compute this operator wrongly');
    const tflmPath = fakeLibrary({ 'kernels/fully_connected_common.cc': 'data->is_per_channel = true;' });
    expect(() => render({ runtime: 'tflm', project, options: { tflmPath } })).not.toThrow();
    expect(() => render({ runtime: 'aot', project })).not.toThrow();
  });

  test('refuses streaming models where the library has no resource variables', () => {
    const b = new ModelBuilder();
    const x = b.tensor([1, 1, 40]);
    const v = b.variable([1, 1, 40], new Array(40).fill(0));
    const old = b.read(v);
    b.assign(v, b.relu(x));
    const model = b.model([x], [b.add(old, x)]);
    const project = projectOf([
      {
        name: 'x',
        model,
        labels: new Array(40)
          .fill('l')
          .map((l, i) => l + i)
          .slice(0, 32),
      },
    ]);
    const tflmPath = fakeLibrary({});
    expect(problem(() => render({ runtime: 'tflm', project, options: { tflmPath } })).message).toContain(
      'resource variables',
    );
    const newer = fakeLibrary({ 'micro_resource_variable.h': '', 'micro_log.h': '' });
    const source = textOf(
      render({ runtime: 'tflm', project, options: { tflmPath: newer } }),
      'src/model_x.cpp',
    );
    for (const operator of ['CALL_ONCE', 'VAR_HANDLE', 'READ_VARIABLE', 'ASSIGN_VARIABLE'])
      expect(source).toContain(`, ${operator})`);
  });

  describe('operators that came later than a library', () => {
    const leaky = () => {
      const b = new ModelBuilder();
      const x = b.tensor([1, 1, 40]);
      const y = b.op('LEAKY_RELU', [x], [b.tensor([1, 1, 40])], { alpha: 0.1 });
      return projectOf([{ name: 'x', model: b.model([x], [y]), labels: MANY }]);
    };
    const resolver = (...methods: string[]) =>
      methods.map((method) => `  TfLiteStatus ${method}() { return kTfLiteOk; }`).join('\n');
    const kernels = (...names: string[]) =>
      names.map((name) => `TfLiteRegistration* Register_${name}();`).join('\n');

    test.each([
      [
        'a method per operator',
        'micro_mutable_op_resolver.h',
        resolver,
        ['AddConv2D', 'AddTanh'],
        'AddLeakyRelu',
      ],
      ['a function per operator', 'kernels/micro_ops.h', kernels, ['CONV_2D', 'RELU'], 'LEAKY_RELU'],
    ])('a local one with %s', (_, file, text, old, added) => {
      const refused = fakeLibrary({ [file]: text(...old) });
      const error = problem(() =>
        render({ runtime: 'tflm', project: leaky(), options: { tflmPath: refused } }),
      );
      expect(error.exitCode).toBe(2);
      expect(error.message).toBe(
        'small, operator 0 (LEAKY_RELU): my lib does not have this operator\n' +
          '  why: its copy of TensorFlow Lite Micro is older than the operator\n' +
          '  next: use "runtime": "aot", or give a newer library with --tflm-path, or change the model so that it does without',
      );
      const tflmPath = fakeLibrary({ [file]: text(...old, added) });
      expect(() => render({ runtime: 'tflm', project: leaky(), options: { tflmPath } })).not.toThrow();
    });

    test.each([
      ['virtual-cortex-m4', 'BATCH_MATMUL', 'Chirale_TensorFLowLite 2.0.0'],
      ['virtual-cortex-m4', 'REDUCE_MIN', 'Chirale_TensorFLowLite 2.0.0'],
      ['esp32-s3-devkitc-1', 'REDUCE_MIN', 'ESP_TF 2.0.1'],
      ['esp32-s3-devkitc-1', 'BATCH_MATMUL', undefined],
    ])('that of %s and %s', (boardId, name, lacking) => {
      const b = new ModelBuilder();
      const x = b.tensor([1, 1, 40]);
      const y = b.op('FOREIGN', [x], [b.tensor([1, 2])], { builtinCode: 1, name });
      const project = projectOf([{ name: 'x', model: b.model([x], [y]), labels: ['a', 'b'] }]);
      const body = () => render({ boardId, runtime: 'tflm', project });
      if (lacking === undefined) expect(body).not.toThrow();
      else expect(problem(body).message).toContain(`(${name}): ${lacking} does not have this operator`);
    });

    test('both libraries of the registry have all that we compute', () => {
      for (const library of Object.values(TFLM_LIBRARIES))
        for (const kind of Object.keys(OPERATORS)) expect(library.lacks).not.toContain(kind);
    });
  });

  test('refuses operators the interpreter does not have, takes those that only it has', () => {
    const foreign = (name: string) => {
      const b = new ModelBuilder();
      const x = b.tensor([1, 1, 40]);
      const y = b.op('FOREIGN', [x], [b.tensor([1, 2])], { builtinCode: 1, name });
      return projectOf([{ name: 'x', model: b.model([x], [y]), labels: ['a', 'b'] }]);
    };
    expect(problem(() => render({ runtime: 'tflm', project: foreign('LSTM') })).message).toContain(
      "small, operator 0 (LSTM): TensorFlow Lite Micro's interpreter (tflm) does not have this operator",
    );
    const firmware = render({ runtime: 'tflm', project: foreign('SVDF') });
    expect(textOf(firmware, 'src/model_x.cpp')).toContain('(resolver, Svdf, SVDF)');
    // Which source file holds it is not known: all are built.
    expect(textOf(firmware, 'tflm_sources.py')).toContain('KERNELS = None');
  });
});

test('templates are part of the package', () => {
  const { files } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    files: string[];
  };
  expect(files).toContain('templates');
});
