/**
 * What quantizing costs as a whole process, from start to exit: the streaming wake word of MLPerf Tiny, a Keras
 * file, with its 45 calibration samples; and the same with TensorFlow's converter where that is installed.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProcessCost, processCost } from './process.js';
import { root } from './workloads.js';

export interface ProcessRow extends ProcessCost {
  readonly tool: string;
}

/** Nothing where the model is not here. */
export function measureQuantizing(shared: string | undefined): ProcessRow[] {
  if (shared === undefined) return [];
  const folder = join(shared, 'models', 'mlperf_tiny');
  const model = join(folder, 'str_ww_ref_model.h5');
  const samples = join(folder, 'calibration_samples.npz');
  const scratch = mkdtempSync(join(tmpdir(), 'kws-bench-'));
  const target = join(scratch, 'str_ww.tflite');
  const python = join(root, '.cache', 'oracle-venv', 'bin', 'python3');
  const ours = [process.execPath, join(root, 'dist', 'cli.js'), 'quantize', model, '--calibrate', samples];
  try {
    return [
      measured('kws-gen quantize', [...ours, '--out', target, '--force', '--json']),
      ...(existsSync(python)
        ? [
            measured('TensorFlow’s converter', [
              python,
              join(root, 'bench', 'tensorflow_quantize.py'),
              model,
              samples,
              target,
            ]),
          ]
        : []),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function measured(tool: string, command: readonly string[]): ProcessRow {
  return { tool, ...processCost(command) };
}
