import { expect, expectTypeOf, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { renderProject } from '../../src/emit/project.js';
import { createHostRun } from '../../src/evaluate/host-run.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { describedModel } from '../../src/model/builder.js';
import type { Int8Model, Model } from '../../src/model/types.js';
import { loadProject } from '../../src/project/load.js';
import { openModelForDraft, openProjectModel } from '../../src/project/open-model.js';
import type { LoadedProject } from '../../src/project/resolve.js';
import type { ResolvedProject } from '../../src/project/types.js';
import { readModel } from '../../src/readers/read-model.js';
import { writeModel } from '../../src/tflite/build.js';
import { dense, streaming } from '../model/sample-models.js';

const nothingBeside = () => Promise.reject(new Error('no siblings'));
const FLOAT = describedModel(dense('float32', 'float32'));

test('a model that firmware cannot compute is refused when it is opened, whatever the command', async () => {
  const open = openProjectModel();
  const file = writeModel(FLOAT);
  await expect(open(file, 'd.tflite', nothingBeside)).rejects.toThrow('is a float model');
  const model = await open(writeModel(describedModel(streaming())), 's.tflite', nothingBeside);
  expect(model.operators.length).toBeGreaterThan(0);
});

test('a draft may look at a float model; a project that names it may not', async () => {
  const open = openModelForDraft();
  const file = writeModel(FLOAT);
  expect((await open(file, 'd.tflite', nothingBeside)).operators.length).toBeGreaterThan(0);
  const request = { entry: { name: 'd', file: 'd.tflite' }, directory: '.' };
  await expect(open(file, 'd.tflite', nothingBeside, request)).rejects.toThrow('is a float model');
});

/** As whoever passes the types by would make it. */
const project = (model: Model): ResolvedProject => ({
  name: 'p',
  frontend: FRONTEND_PRESETS['micro-wake-word'],
  models: [
    {
      name: 'm',
      model: model as Int8Model,
      labels: ['a'],
      detector: detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop: 1 }, [0]),
      hop: 1,
    },
  ],
});

test.each(['aot', 'tflm'] as const)('a float project makes no firmware (%s)', (runtime) => {
  const board = findBoard('native');
  expect(() => renderProject({ project: project(FLOAT), board, runtime, toolVersion: '0.0.0' })).toThrow(
    'is a float model',
  );
});

test('a float project says nothing of what a device must say', () => {
  expect(() => createHostRun(project(FLOAT))).toThrow('is a float model');
});

test('the types tell one from the other', () => {
  const own = () => loadProject('.', { openModel: readModel });
  const usual = () => loadProject('.');
  expectTypeOf(own).returns.resolves.toEqualTypeOf<LoadedProject<Model>>();
  expectTypeOf(usual).returns.resolves.toEqualTypeOf<LoadedProject>();
  expectTypeOf<LoadedProject<Model>>().not.toExtend<ResolvedProject>();
  expectTypeOf<LoadedProject>().toExtend<Parameters<typeof createHostRun>[0]>();
});
