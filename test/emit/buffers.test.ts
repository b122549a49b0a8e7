import { describe, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { bufferSizes } from '../../src/emit/buffers.js';
import { longestStretch } from '../../src/emit/stretch.js';
import { estimateLoad } from '../../src/estimate/load.js';
import type { Runtime } from '../../src/model/runtime.js';
import type { Model } from '../../src/model/types.js';
import { ModelBuilder } from '../plan/models.js';
import { projectOf } from './fixture.js';

/** Three frames of 40 features, `width` units (120 MACs each), `outputs` scores. */
function model(outputs = 2, width = outputs): Model {
  const b = new ModelBuilder();
  const dense = (x: number, from: number, to: number) =>
    b.op('FULLY_CONNECTED', [x, b.bytes([to, from], new Array(from * to).fill(1)), -1], [b.tensor([1, to])], {
      activation: 'NONE',
      keepNumDims: false,
    });
  const x = b.tensor([1, 3, 40]);
  const flat = b.op('RESHAPE', [x], [b.tensor([1, 120])], {});
  return b.model([x], [dense(dense(flat, 120, width), width, outputs)]);
}

const NANO = findBoard('arduino-nano-33-ble');
const project = (labels: readonly string[], width?: number) =>
  projectOf([{ name: 'a "name"\n', model: model(labels.length, width), labels }]);

describe('the ring of audio', () => {
  const at = (clockHz: number, board = NANO) => ({ ...board, clockHz, target: { ...board.target, clockHz } });
  const samples = (board = NANO, runtime: Runtime = 'aot') =>
    bufferSizes(project(['a', 'b'], 199), board, runtime).audioSamples;

  test.each(['aot', 'tflm'] as const)(
    'lasts for twice the inference and front end as estimated, and 60 ms: %s',
    (runtime) => {
      const dense = project(['a', 'b'], 199);
      for (const board of [at(64_000_000), at(4_000_000)]) {
        const { tasks } = estimateLoad(dense, board, runtime)!;
        const ms = 2 * tasks.reduce((sum, task) => sum + task.ms, 0) + 60;
        const stretch = longestStretch(dense, board, runtime);
        // A plan may save moves that are counted here.
        expect(stretch).toBeGreaterThanOrEqual(ms - 0.01);
        expect(stretch).toBeLessThan(60 + 1.1 * (ms - 60));
      }
    },
  );

  test('is the next power of two', () => {
    expect(samples()).toBe(2048);
    expect(samples(at(640_000_000))).toBe(1024);
    expect(samples(at(4_000_000))).toBe(4096);
  });

  test('grows up to half a second, a quarter on small boards', () => {
    expect(samples(at(100_000))).toBe(8192);
    expect(samples({ ...at(100_000), ramBytes: 32_768 })).toBe(4096);
  });

  test('is as long where nobody counted', () => {
    const esp32 = findBoard('esp32-s3-devkitc-1');
    expect(samples(esp32, 'tflm')).toBe(8192);
    expect(samples(esp32, 'aot')).toBe(1024);
  });

  test('is one sample where no audio is heard', () => {
    const silent = projectOf([{ name: 'x', model: model(), labels: ['a', 'b'] }], 'none');
    expect(bufferSizes(silent, NANO, 'aot').audioSamples).toBe(1);
  });
});
