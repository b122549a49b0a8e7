import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { bufferSizes } from '../../src/emit/buffers.js';
import { LONGEST_FAULT, longestLine } from '../../src/emit/lines.js';
import { longestStretch } from '../../src/emit/stretch.js';
import { estimateLoad } from '../../src/estimate/load.js';
import type { Runtime } from '../../src/model/runtime.js';
import type { Model } from '../../src/model/types.js';
import { ModelBuilder } from '../plan/models.js';
import { root } from '../support/native.js';
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

const M4 = findBoard('virtual-cortex-m4');
const NANO = findBoard('arduino-nano-33-ble');
const project = (labels: readonly string[], width?: number) =>
  projectOf([{ name: 'a "name"\n', model: model(labels.length, width), labels }]);

describe('the line buffer', () => {
  /** The hello of docs/protocol.md with the widest numbers, as JSON. */
  const hello = (labels: readonly string[]) =>
    JSON.stringify({
      kws: 1,
      t: 'hello',
      protocol: 1,
      tool: '1.2.3',
      build: '0123456789ab',
      board: M4.id,
      runtime: 'tflm',
      model: '0'.repeat(64),
      labels,
      frontend: '0'.repeat(64),
      rate: 4_294_967_295,
      step: 4_294_967_295,
      mic: false,
      models: [
        {
          m: 'a "name"\n',
          model: '0'.repeat(64),
          labels,
          hop: 1,
          gate: false,
          arena: 4_294_967_295,
          used: 4_294_967_295,
        },
      ],
    });

  test.each([
    [['yes', 'no']],
    [['ä'.repeat(60), '"\\', 'x']],
    [Array.from({ length: 12 }, (_, i) => `l${i}`)],
  ])('holds the hello of %j and little more', (labels) => {
    const bytes = Buffer.byteLength(hello(labels)) + 2;
    const size = longestLine(project(labels), M4);
    expect(size).toBeGreaterThan(bytes);
    expect(size).toBeLessThan(bytes + 80);
  });

  test('holds a score of a model with many labels', () => {
    const labels = Array.from({ length: 200 }, () => '');
    const score = JSON.stringify({
      kws: 1,
      t: 'score',
      m: 'a "name"\n',
      n: 4_294_967_295,
      ms: 4_294_967_295,
      q: labels.map(() => -128),
      p: labels.map(() => 0.1234),
    });
    expect(longestLine(project(labels), M4)).toBeGreaterThan(score.length + 2);
  });

  test('is never longer than a line of the protocol', () => {
    expect(longestLine(project(Array.from({ length: 900 }, (_, i) => `label ${i}`)), M4)).toBe(4096);
  });

  test('every fault that the device library can tell fits', () => {
    const files = (folder: string): string[] =>
      readdirSync(folder).flatMap((name) => {
        const path = join(folder, name);
        return statSync(path).isDirectory() ? files(path) : /\.(cpp|h)$/.test(name) ? [path] : [];
      });
    // Kernels tell nothing; their long literals are assembly.
    const telling = files(join(root, 'templates', 'lib')).filter((path) => !path.includes('kws_kernels'));
    const texts = telling.flatMap((path) =>
      // Neighbouring literals are one text.
      [...readFileSync(path, 'utf8').matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*/g)].map(
        ([text]) => text.slice(1, -1).replaceAll(/"\s*"/g, ''),
      ),
    );
    expect(texts.some((text) => text.includes('plain Nano 33 BLE'))).toBe(true);
    const longest = Math.max(...texts.map((text) => text.length));
    expect(longest).toBeLessThanOrEqual(LONGEST_FAULT);
  });
});

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
