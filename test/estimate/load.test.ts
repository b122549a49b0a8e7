/** Load before flashing: against counts of the bench and of an emulated chip, and what changes it how. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CORES, coreTarget } from '../../src/boards/cores.js';
import { findBoard } from '../../src/boards/index.js';
import { frontendInstructions } from '../../src/estimate/frontend.js';
import { FRONTEND_COSTS } from '../../src/estimate/frontend-costs.js';
import { compiledInstructions, interpretedInstructions } from '../../src/estimate/instructions.js';
import { KERNEL_COSTS } from '../../src/estimate/kernel-costs.js';
import { estimateLoad, modelInstructions } from '../../src/estimate/load.js';
import { workOf } from '../../src/estimate/work.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import { chooseKernel } from '../../src/lowering/choose.js';
import { lowerModel } from '../../src/lowering/lower.js';
import { planModel } from '../../src/plan/plan.js';
import { openModel } from '../../src/readers/read-model.js';
import { projectOf } from '../emit/fixture.js';
import { KERNEL_ROWS } from '../native/kernel-rows.js';
import { root } from '../support/files.js';
import { GOLDEN_MODELS, goldenModel } from '../support/golden-models.js';
import { describeWithSharedData } from '../support/shared-data.js';

const chirp = openModel(readFileSync(join(root, 'examples/chirp/chirp.tflite')), 'chirp.tflite');
const project = (hop = 1, frontend: FrontendPreset = 'micro-wake-word') =>
  projectOf([{ name: 'chirp', model: chirp, labels: ['a', 'b'], hop }], frontend);
const nano = findBoard('arduino-nano-33-ble');

describe('work of a call', () => {
  const { TYPICAL } = {
    TYPICAL: [
      ['CONV_2D 5x4x3 by 1x1, 5 channels', { values: 100, steps: 300 }],
      // Rows inside: 2 + 3 + 3 + 3 + 2 of 5; columns 2 + 3 + 3 + 2 of 4.
      ['CONV_2D 5x4x3 by 3x3, 5 channels', { values: 100, runs: 13 * 4 * 5, steps: 13 * 10 * 3 * 5 }],
      ['DEPTHWISE_CONV_2D 5x4x3 by 3x3, 8 channels', { values: 480, steps: 13 * 10 * 24 }],
    ] as const,
  };
  test.each(TYPICAL)('%s', (name, work) => {
    const row = KERNEL_ROWS.find((one) => one.name.startsWith(name))!;
    expect(workOf(lowerModel(row.model)[0]!)).toMatchObject({ calls: 1, ...work });
  });

  test('is the same for a kernel that takes the place of a canonical one', () => {
    for (const { name, model } of KERNEL_ROWS) {
      const call = lowerModel(model)[0]!;
      const chosen = chooseKernel(call, coreTarget('cortex-m4f'));
      expect([name, workOf(chosen).values]).toEqual([name, workOf(call).values]);
      expect([name, workOf(chosen).steps]).toEqual([name, workOf(call).steps]);
    }
  });
});

test('every kernel that a core runs has a cost', () => {
  for (const core of CORES) {
    const target = coreTarget(core);
    const costs = KERNEL_COSTS[target.instructionSet];
    if (costs === undefined) continue;
    for (const { model } of KERNEL_ROWS)
      expect(Object.keys(costs)).toContain(chooseKernel(lowerModel(model)[0]!, target).kernel);
  }
});

describe('front ends', () => {
  test.each(Object.keys(FRONTEND_PRESETS) as FrontendPreset[])(
    '%s costs something on every core',
    (preset) => {
      const spec = FRONTEND_PRESETS[preset];
      for (const set of Object.keys(FRONTEND_COSTS) as (keyof typeof FRONTEND_COSTS)[]) {
        const { hop, window } = frontendInstructions(spec, 49, set)!;
        expect(Math.min(hop, window) > 0).toBe(preset !== 'none');
      }
    },
  );

  test('one between presets costs in proportion to its transform', () => {
    const like = FRONTEND_PRESETS['log-mel'];
    if (like.kind !== 'spectral') throw new Error('log-mel is spectral');
    const cost = frontendInstructions(like, 49, 'dsp')!;
    const twice = frontendInstructions({ ...like, fftSize: 2 * like.fftSize }, 49, 'dsp')!;
    expect(twice.hop / cost.hop).toBeGreaterThan(2);
    expect(twice.hop / cost.hop).toBeLessThan(2.4);
  });

  test('no cost where nobody counted', () => {
    expect(frontendInstructions(FRONTEND_PRESETS['log-mel'], 49, 'riscv')).toBeUndefined();
  });
});

describe('load', () => {
  test('is the sum of what is done, each over its time', () => {
    const load = estimateLoad(project(2), nano, 'aot')!;
    expect(load.tasks.map(({ name, everyMs }) => [name, everyMs])).toEqual([
      ['features', 10],
      ['chirp', 20],
    ]);
    const parts = load.tasks.map(({ ms, everyMs }) => ms / everyMs);
    expect(load.load).toBeCloseTo(parts[0]! + parts[1]!, 10);
    expect(load.tasks[1]!.ms).toBeCloseTo((load.tasks[1]!.instructions * 1.56) / 64_000, 6);
  });

  test('a larger hop is less', () => {
    const [one, four] = [1, 4].map((hop) => estimateLoad(project(hop), nano, 'aot')!.load);
    expect(four!).toBeLessThan(one!);
  });

  test('audio that the processor decodes counts', () => {
    const { capture, load, tasks } = estimateLoad(
      project(),
      findBoard('arduino-nano-rp2040-connect'),
      'aot',
    )!;
    expect(capture).toBe(0.15);
    expect(load).toBeGreaterThan(tasks[0]!.ms / tasks[0]!.everyMs + 0.15);
  });

  test('current where the board file has its figures: active time and the microphone', () => {
    const { load, milliamps } = estimateLoad(project(), nano, 'aot')!;
    expect(milliamps).toBeCloseTo(load * 52 * 0.064 + 0.65, 6);
    expect(
      estimateLoad(project(), findBoard('arduino-nano-rp2040-connect'), 'aot')!.milliamps,
    ).toBeUndefined();
  });

  test.each([
    ['a virtual board, whose clock is nobody’s', 'virtual-cortex-m4', 'micro-wake-word'],
    ['the host', 'native', 'micro-wake-word'],
    ['no front end', 'arduino-nano-33-ble', 'none'],
  ] as const)('cannot be told: %s', (_, board, frontend) => {
    expect(estimateLoad(project(1, frontend), findBoard(board), 'aot')).toBeUndefined();
  });
});

describe('an ESP32', () => {
  const esp32 = findBoard('esp32-s3-devkitc-1');

  test('is estimated by the code of a Cortex-M3, and says so', () => {
    const { tasks, source } = estimateLoad(project(), esp32, 'aot')!;
    expect(source).toContain('Cortex-M3');
    const { model } = project().models[0]!;
    const m3 = modelInstructions(model, findBoard('virtual-cortex-m3'), 'aot')!;
    expect(tasks[1]!.instructions).toBeGreaterThan(m3);
    expect(tasks[1]!.instructions).toBeLessThan(1.2 * m3);
  });

  test('has kernels in the interpreter that nobody counted', () => {
    expect(estimateLoad(project(), esp32, 'tflm')).toBeUndefined();
  });
});

describeWithSharedData('published models', () => {
  const models = GOLDEN_MODELS.map((golden) => ({ name: golden.name, model: goldenModel(golden).model }));

  // TensorFlow Lite Micro 90b983c2 on a virtual Cortex-M4, with CMSIS-NN and without (docs/benchmarks.md).
  const INTERPRETED: Readonly<Record<string, readonly [fast: number, portable: number]>> = {
    kws_ref: [7.7e6, 43.03e6],
    micro_speech: [1.495e6, 9.31e6],
    str_ww: [2.23e6, 8.29e6],
    okay_nabu_v1: [334_100, 569_800],
    okay_nabu_v2: [193_500, 371_600],
    vad_v2: [93_900, 187_100],
  };
  test.each(models)('$name in the interpreter', ({ name, model }) => {
    const [fast, portable] = INTERPRETED[name]!;
    const calls = lowerModel(model);
    const off = (estimated: number, counted: number) => Math.abs(Math.log(estimated / counted));
    expect(off(interpretedInstructions(calls, 'dsp')!, fast)).toBeLessThan(0.25);
    expect(off(interpretedInstructions(calls, 'thumb1')!, portable)).toBeLessThan(0.6);
  });

  // Operators one by one on virtual boards, as `npm run costs` counts and prints them.
  const COMPILED = {
    'cortex-m0plus': [15_443_652, 3_050_296, 5_474_358, 379_891, 184_568, 91_820],
    'cortex-m3': [10_809_675, 1_497_515, 2_869_148, 266_234, 122_618, 63_017],
    'cortex-m4f': [2_971_901, 458_029, 872_661, 123_681, 61_894, 28_298],
    'cortex-m55': [799_907, 140_658, 268_840, 64_455, 34_023, 12_272],
  } as const;
  test.each(Object.entries(COMPILED))('compiled for %s', (core, counts) => {
    const target = coreTarget(core as keyof typeof COMPILED);
    for (const [i, { name, model }] of models.entries()) {
      const calls = lowerModel(model).map((call) => chooseKernel(call, target));
      const estimated = compiledInstructions([{ calls }], target.instructionSet)!;
      expect([name, Math.abs(Math.log(estimated / counts[i]!)) < 0.18]).toEqual([name, true]);
    }
  });

  test('sliding or not, the plan’s own steps are what is counted', () => {
    for (const { model } of models)
      expect(modelInstructions(model, nano, 'aot')).toBe(
        compiledInstructions(planModel(model, nano.target).steps, 'dsp'),
      );
  });
});
