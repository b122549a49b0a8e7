/** Feeds the C++ spectral front end's driver (spectral-float32-driver.cpp), wherever it runs, and reads what it says. */
import { join } from 'node:path';
import { frontendForC } from '../../src/emit/frontend/frontend.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { inputValues, modelInput } from '../../src/frontend/input.js';
import { inputFormat } from '../../src/frontend/input-format.js';
import type { SpectralFrontendSpec } from '../../src/frontend/spec.js';
import { root } from '../support/native.js';

/** What library.json has, too. */
export const FLAGS = ['-ffp-contract=off', '-fno-math-errno'];

export const SPECTRAL_DRIVER = {
  name: 'spectral-float32',
  libraries: ['kws_frontend'],
  sources: [join(root, 'test', 'native', 'spectral-float32-driver.cpp')],
  exclude: (file: string) => /kws_frontend\/src\/(?!float32\/|frontend\.cpp)/.test(file),
  flags: FLAGS,
} as const;

export type Execute = (input: Uint8Array) => Promise<string>;

/** Audio after a reset. */
export interface Run {
  readonly samples: Int16Array;
  readonly pieces: readonly number[];
}

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;

/** An input whose steps are fine enough to show every difference and coarse enough not to clip all. */
const INPUT = { type: 'int8', quantization: { scales: [0.0613], zeroPoints: [-7], axis: 0 } } as const;

/** Tables, size of the work buffer, input format, runs. */
export function wordsOf(spec: SpectralFrontendSpec, runs: readonly Run[]): number[] {
  const { tables, buffers } = frontendForC(spec, 'float32');
  const words = tables.flatMap((field) => {
    const word = (value: number) => (field.ctype === 'float' ? bitsOf(value) : value);
    return field.kind === 'scalar' ? [word(field.value)] : [field.values.length, ...field.values.map(word)];
  });
  const { inverseScale, zeroPoint } = inputFormat(INPUT);
  words.push(
    buffers.find(({ name }) => name === 'work')!.length,
    bitsOf(inverseScale),
    zeroPoint,
    runs.length,
  );
  for (const { samples, pieces } of runs) {
    words.push(pieces.length, ...pieces);
    for (const sample of samples) words.push(sample);
  }
  return words;
}

export interface Output {
  readonly frames: readonly string[];
  readonly int8: string;
  readonly uint8: string;
  readonly float: string;
}

/** What the device's code makes of the runs. */
export async function onDevice(
  execute: Execute,
  spec: SpectralFrontendSpec,
  runs: readonly Run[],
): Promise<Output[]> {
  const words = new Int32Array([1, ...wordsOf(spec, runs)]);
  const output = await execute(new Uint8Array(words.buffer));
  return output
    .split('.\n')
    .slice(0, runs.length)
    .map((part) => {
      const lines = part.split('\n').slice(0, -1);
      return { frames: lines.slice(0, -3), int8: lines.at(-3)!, uint8: lines.at(-2)!, float: lines.at(-1)! };
    });
}

const hex = (values: Float32Array | Int8Array | Uint8Array) =>
  values instanceof Float32Array
    ? Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length), (w) =>
        w.toString(16).padStart(8, '0'),
      ).join('')
    : Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

/** What TypeScript makes of a clip. */
export function onHost(spec: SpectralFrontendSpec, samples: Int16Array): Output {
  const frames = createFrontend(spec, 'float32').push(samples) as Float32Array[];
  // A uint8 input's zero point is 128 above.
  const uint8 = modelInput(
    spec,
    frames,
    { type: 'uint8', quantization: { ...INPUT.quantization, zeroPoints: [121] } },
    'float32',
  );
  return {
    frames: frames.map(hex),
    int8: hex(modelInput(spec, frames, INPUT, 'float32')),
    uint8: hex(uint8),
    float: hex(inputValues(spec, frames, 'float32')),
  };
}
