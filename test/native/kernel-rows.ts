/**
 * The rows that every implementation of the kernels runs: one-operator models with seeded contents, covering
 * what public models contain and the corners of the arithmetic.
 */
import type { KernelTestRow } from './rows/draw.js';
import { movement } from './rows/movement.js';
import { rearranging } from './rows/rearranging.js';
import { resizing } from './rows/resize.js';
import { hardSwishes, slopes } from './rows/slopes.js';
import { conversions, elementwise, functions } from './rows/values.js';
import { convolutions, fullyConnected, pools } from './rows/weights.js';

export type { KernelTestRow } from './rows/draw.js';

export const KERNEL_ROWS: readonly KernelTestRow[] = [
  ...convolutions(),
  ...fullyConnected(),
  ...pools(),
  ...functions(),
  ...elementwise(),
  ...conversions(),
  ...movement(),
  ...slopes(),
  ...rearranging(),
  ...resizing(),
  ...hardSwishes(),
];
