/** A model with an input, an output and nothing between: for what looks at models from outside. */
import type { Model } from '../../src/model/types.js';

export interface PlainModel {
  readonly input: readonly number[];
  readonly outputs?: number;
  readonly streaming?: boolean;
  readonly scale?: number;
  readonly labels?: readonly string[];
}

export function plainModel({
  input,
  outputs = 1,
  streaming = false,
  scale = 26 / 255,
  labels,
}: PlainModel): Model {
  return {
    name: 'plain',
    source: { format: 'tflite', sha256: '0'.repeat(64), bytes: new Uint8Array(4) },
    tensors: [
      {
        name: 'x',
        type: 'int8',
        shape: input,
        quantization: { scales: [scale], zeroPoints: [-128], axis: 0 },
      },
      { name: 'y', type: 'int8', shape: [1, outputs] },
    ],
    operators: [],
    variables: streaming ? [{ name: 'v', type: 'int8', shape: [1], initial: new Uint8Array(1) }] : [],
    inputs: [0],
    outputs: [1],
    ...(labels === undefined ? {} : { labels }),
  };
}
