/** What a streaming network computes step by step is what it was trained with over whole windows. */
import { describe, expect, test } from 'vitest';
import { inspectModel } from '../../src/model/inspect.js';
import { simplifyModel } from '../../src/passes/simplify.js';
import { microWakeWordManifest } from '../../src/quantize/manifest.js';
import { runQuantizer } from '../../src/quantize/run.js';
import { createEngine } from '../../src/reference/engine.js';
import { exportFloat } from '../../src/train/export.js';
import { frontendSpec } from '../../src/train/frontends.js';
import {
  type ExportedWeights,
  type Network,
  networkOf,
  SIZES,
  type TrainedTensor,
  tensorsOf,
  weightsOf,
} from '../../src/train/network.js';
import { HOP } from '../../src/train/project.js';
import { createRandom } from '../../src/train/random.js';

const CHANNELS = 40;

function weights(network: Network): ExportedWeights {
  const listed = weightsOf(network);
  const random = createRandom('streaming weights');
  const values = listed.flatMap(({ name, shape }) =>
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
      /variance|gamma/.test(name) ? random.uniform(0.5, 1.5) : random.normal(0, 0.2),
    ),
  );
  return { listed, data: new Uint8Array(Float32Array.from(values).buffer), featureScale: 0.1 };
}

type Rows = readonly (readonly number[])[];

/** The network over one whole window, as its definition says; the probability of the word. */
function overWindow({ stem, blocks }: Network, trained: ExportedWeights, window: Rows): number {
  const tensors = tensorsOf(trained);
  const of = (name: string): TrainedTensor => tensors.get(name)!;
  const normed = (name: string, rows: Rows): Rows =>
    rows.map((row) =>
      row.map((value, c) => {
        const at = (part: string) => of(`${name}_${part}`).values[c]!;
        return Math.max(
          0,
          ((value - at('mean')) / Math.sqrt(at('variance') + 1e-3)) * at('gamma') + at('beta'),
        );
      }),
    );
  const convolved = (rows: Rows, kernel: TrainedTensor, size: number, stride: number): Rows => {
    const [inputs, outputs] = kernel.shape.slice(2) as [number, number];
    return Array.from({ length: Math.floor((rows.length - size) / stride) + 1 }, (_, n) =>
      Array.from({ length: outputs }, (_, o) => {
        let sum = 0;
        for (let k = 0; k < size; k++)
          for (let i = 0; i < inputs; i++)
            sum += rows[n * stride + k]![i]! * kernel.values[(k * inputs + i) * outputs + o]!;
        return sum;
      }),
    );
  };
  const depthwise = (rows: Rows, kernel: TrainedTensor): Rows => {
    const [size = 0, , width = 0] = kernel.shape;
    return Array.from({ length: rows.length - size + 1 }, (_, n) =>
      Array.from({ length: width }, (_, c) => {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += rows[n + k]![c]! * kernel.values[k * width + c]!;
        return sum;
      }),
    );
  };
  let rows = normed('stem', convolved(window, of('stem_kernel'), stem.kernel[0], stem.stride));
  for (const n of blocks.keys()) {
    const name = `block${n + 1}`;
    rows = normed(name, convolved(depthwise(rows, of(`${name}_depthwise`)), of(`${name}_kernel`), 1, 1));
  }
  const [last] = normed('head', depthwise(rows, of('head_depthwise'))) as [readonly number[]];
  const logit = (label: number) =>
    last.reduce((sum, value, i) => sum + value * of('word_dense').values[2 * i + label]!, 0) +
    of('word_bias').values[label]!;
  return 1 / (1 + Math.exp(logit(0) - logit(1)));
}

const frames = (count: number): Rows => {
  const random = createRandom('streaming frames');
  return Array.from({ length: count }, () => Array.from({ length: CHANNELS }, () => random.uniform(0, 26)));
};

describe('a streaming network', () => {
  test.each(SIZES)(
    '%s: step by step what it is over whole windows, below 0.3 M MACs a step',
    async (size) => {
      const network = networkOf('streaming', size, 53, CHANNELS);
      const trained = weights(network);
      const model = simplifyModel((await exportFloat('word', network, trained)).model);
      expect(inspectModel(model).totals.macs).toBeLessThan(300_000);
      const engine = createEngine(model);
      const heard = frames(network.frames + 6 * HOP - (network.frames % HOP));
      const compared: number[] = [];
      for (let at = HOP; at <= heard.length; at += HOP) {
        const [output] = engine.invoke([Float32Array.from(heard.slice(at - HOP, at).flat())]);
        if (at < network.frames) continue;
        const wanted = overWindow(network, trained, heard.slice(at - network.frames, at));
        expect(Number(output![0])).toBeCloseTo(wanted, 4);
        compared.push(wanted);
      }
      expect(compared).toHaveLength(6);
      expect(new Set(compared).size).toBe(6);
    },
  );

  test('quantized it is what ESPHome takes', async () => {
    const network = networkOf('streaming', 's', 53, CHANNELS);
    const { model } = await exportFloat('word', network, weights(network));
    const inputs = Array.from({ length: 20 }, () => Float32Array.from(frames(HOP).flat()));
    const set = { clips: [{ name: 'noise', inputs }], skipped: [], found: 1, notes: [] };
    const run = runQuantizer(
      model,
      { paths: [], set },
      {
        frontend: frontendSpec('micro-wake-word'),
        labels: ['word'],
        outputType: 'uint8',
      },
    );
    const manifest = JSON.parse(
      microWakeWordManifest(run.model, frontendSpec('micro-wake-word'), {
        wakeWord: 'word',
        file: 'word.tflite',
      }),
    );
    expect(manifest.micro).toMatchObject({ feature_step_size: 20 });
    expect(run.model.variables.length).toBe(6);
  });
});
