import { describe, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import type { ResolvedBoard } from '../../src/boards/types.js';
import { planWindows, windowLines, withPlans } from '../../src/emit/incremental.js';
import { estimateLoad } from '../../src/estimate/load.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import { frameChannels } from '../../src/frontend/spec.js';
import type { Model } from '../../src/model/types.js';
import type { ResolvedModel, ResolvedProject } from '../../src/project/types.js';
import { ModelBuilder } from '../plan/models.js';
import { projectOf } from './fixture.js';

const FRAMES = 32;

/** Convolutions over frames of the front end, the second with a stride; then one output. */
function model(channels: number, { stride = 1, transposed = false } = {}): Model {
  const b = new ModelBuilder();
  const input = b.tensor(transposed ? [1, channels, FRAMES] : [1, FRAMES, 1, channels]);
  const x = transposed
    ? b.op('RESHAPE', [input], [b.tensor([1, channels, 1, FRAMES])], {})
    : b.op('RESHAPE', [input], [b.tensor([1, FRAMES, 1, channels])], {});
  const [rows, inner] = transposed ? [channels, FRAMES] : [FRAMES, channels];
  const window = { padding: 'VALID', strideW: 1, dilationH: 1, dilationW: 1, activation: 'NONE' } as const;
  const ones = (shape: readonly number[]) =>
    b.bytes(shape, new Array(shape.reduce((product, size) => product * size)).fill(1));
  const middle = rows - 2;
  const y = b.op('CONV_2D', [x, ones([8, 3, 1, inner]), -1], [b.tensor([1, middle, 1, 8])], {
    ...window,
    strideH: 1,
  });
  const last = Math.floor((middle - 3) / stride) + 1;
  const z = b.op('CONV_2D', [y, ones([8, 3, 1, 8]), -1], [b.tensor([1, last, 1, 8])], {
    ...window,
    strideH: stride,
  });
  const flat = b.op('RESHAPE', [z], [b.tensor([1, last * 8])], {});
  const dense = b.op('FULLY_CONNECTED', [flat, ones([1, last * 8]), -1], [b.sigmoid([1, 1])], {
    activation: 'NONE',
    keepNumDims: false,
  });
  return b.model([input], [dense]);
}

interface Setup {
  readonly frontend?: Exclude<FrontendPreset, 'none'>;
  readonly stride?: number;
  readonly transposed?: boolean;
  readonly entry?: Partial<ResolvedModel>;
  readonly board?: Partial<ResolvedBoard>;
}

function projectFor({ frontend = 'micro-wake-word', stride, transposed, entry }: Setup): ResolvedProject {
  const channels = frameChannels(FRONTEND_PRESETS[frontend]);
  const options = { ...(stride && { stride }), ...(transposed && { transposed }) };
  const project = projectOf([{ name: 'word', model: model(channels, options), labels: ['word'] }], frontend);
  const models = project.models.map((one) => ({ ...one, hop: 2, ...entry }));
  return { ...project, models };
}

function planned(setup: Setup = {}) {
  const [first] = planWindows(projectFor(setup), { ...findBoard('virtual-cortex-m4'), ...setup.board });
  return first!;
}

test('a window that slides computes what is new', () => {
  const { plan, report } = planned();
  expect(plan.sliding?.hop).toBe(2);
  expect(report).toMatchObject({ model: 'word', taken: true, notes: [] });
  expect(report!.macs!.hop).toBeLessThan(0.1 * report!.macs!.whole);
  expect(report!.bytes).toBeGreaterThan(0);
  const text = /^word at a hop: 0\.00 M of 0\.0\d M multiplications, for \d\.\d KB of memory$/;
  expect(windowLines(report!)).toEqual([expect.stringMatching(text)]);
});

const WHOLE: readonly (readonly [string, Setup, string])[] = [
  ['turned off', { entry: { incremental: 'off' } }, 'turned off in kws.json'],
  [
    'a front end that normalises over the window',
    { frontend: 'mlperf-tiny-kws' },
    'normalises over the whole window',
  ],
  ['channels before frames', { transposed: true }, 'all frames of one channel after the other'],
  ['a board without room', { board: { name: 'Small', ramBytes: 4096 } }, 'Small has too little RAM left'],
];

describe('whole windows', () => {
  test.each(WHOLE)('%s', (_, setup, why) => {
    const { plan, report } = planned(setup);
    expect(plan.sliding).toBeUndefined();
    expect(report).toMatchObject({ taken: false });
    expect(report!.notes.join('; ')).toContain(why);
    expect(windowLines(report!)[0]).toContain('word at a hop: the whole window');
  });

  test('windows that do not overlap: nothing to say', () => {
    expect(planned({ entry: { hop: FRAMES } }).report).toBeUndefined();
  });
});

test('"on" takes what the board has no room for: the budget has the word', () => {
  const { plan } = planned({ entry: { incremental: 'on' }, board: { ramBytes: 4096 } });
  expect(plan.sliding).toBeDefined();
});

test('the load of a board is that of hops', () => {
  const nano = findBoard('arduino-nano-33-ble');
  const [hops, whole] = (['auto', 'off'] as const).map((incremental) => {
    const project = projectFor({ entry: { incremental } });
    return estimateLoad(withPlans(project, nano), nano, 'aot')!.tasks[1]!.instructions;
  });
  expect(hops!).toBeLessThan(0.5 * whole!);
});

test('says which stride stands in the way, and takes the rest', () => {
  const { report } = planned({ stride: 4, entry: { hop: 1 } });
  expect(report).toMatchObject({ taken: true });
  expect(report!.notes).toEqual([
    'whole from operator 2 (CONV_2D) on: neither a hop nor two are a multiple of 4 frames',
  ]);
});
