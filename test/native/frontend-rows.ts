/** Feeds the C++ micro-frontend's driver (frontend-driver.cpp), wherever it runs, and reads what it says. */
import { join } from 'node:path';
import { microTablesForC } from '../../src/emit/frontend/micro.js';
import { modelInput } from '../../src/frontend/input.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { type MicroFrontendSpec, normalizesWindow } from '../../src/frontend/spec.js';
import { root } from '../support/native.js';

export const FRONTEND_DRIVER = {
  libraries: ['kws_frontend'],
  sources: [join(root, 'test', 'native', 'frontend-driver.cpp')],
  ownIncludes: [join(root, 'test', 'native', 'drivers')],
  // A front end has a folder of its own.
  exclude: (file: string) => /kws_frontend\/src\/(?!micro\/)\w+\//.test(file),
} as const;

/** Audio after a reset. */
export interface Run {
  readonly samples: Int16Array;
  /** Lengths in samples. */
  readonly pieces: readonly number[];
}

export interface DriverOutput {
  /** Of each run. */
  readonly frames: readonly (readonly string[])[];
  /** The int8 of every uint16. */
  readonly quantized: readonly number[];
  /** Of the timer, while audio was consumed; 0 on the host. */
  readonly ticks: number;
}

/** Frames per run, as hex, from a driver that `execute` runs on an input. */
export async function runFrontend(
  execute: (input: Uint8Array) => Promise<string>,
  spec: MicroFrontendSpec,
  runs: readonly Run[],
): Promise<DriverOutput> {
  const words = microTablesForC(spec).flatMap((field) =>
    field.kind === 'scalar' ? [field.value] : [field.values.length, ...field.values],
  );
  words.push(runs.length);
  for (const { samples, pieces } of runs) {
    words.push(pieces.length);
    // As arguments of one call they would be too many.
    for (const piece of pieces) words.push(piece);
    for (const sample of samples) words.push(sample);
  }
  const output = await execute(new Uint8Array(Int32Array.from(words).buffer));
  const parts = output.split('\n\n');
  const [quantized, ticks] = parts.pop()!.trim().split('\n');
  return {
    frames: parts.map((part) => part.split('\n').filter((line) => line !== '')),
    quantized: quantized!.trim().split(' ').map(Number),
    ticks: Number(ticks),
  };
}

/** What TypeScript's front end says, in the same form; behind the frames the int8 inputs that only a window gives. */
export function hexFrames(spec: MicroFrontendSpec, samples: Int16Array): readonly string[] {
  const frames = createMicroFrontend(spec).push(samples);
  const hex = (values: Iterable<number>, digits: number) =>
    Array.from(values, (v) => v.toString(16).padStart(digits, '0')).join('');
  const lines = frames.map((frame) => hex(frame, 4));
  if (!normalizesWindow(spec)) return lines;
  return [...lines, hex(new Uint8Array(modelInput(spec, frames, { type: 'int8' }).buffer), 2)];
}
