/** Scripts for the application on a board of memory (`app-driver.cpp`), and what it answers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecaError } from 'execa';
import { structForC } from '../../src/emit/constants.js';
import { microTablesForC } from '../../src/emit/frontend/micro.js';
import { fillTemplate } from '../../src/emit/templates.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { MicroFrontendSpec } from '../../src/frontend/spec.js';
import type { DeviceEvent, LostEvent, NoiseEvent } from '../../src/protocol/events.js';
import { encodeFrame } from '../../src/protocol/frame.js';
import { LineParser } from '../../src/protocol/line-parser.js';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';
import { random } from '../support/random.js';

/** Settings of the board; see the driver. */
export interface MemoryBoard {
  readonly type?: 'int8' | 'uint8' | 'float32';
  readonly frontend?: 0 | 1;
  readonly mic?: 'none' | 'works' | 'fails';
  readonly link?: 0 | 1;
  readonly prepares?: 0 | 1;
  readonly models?: 1 | 2;
  readonly late?: number;
  readonly ring?: number;
  readonly chunk?: number;
  readonly zero?: number;
  readonly advance?: 0 | 1 | 2;
  readonly transposed?: 0 | 1;
  readonly multiplier?: number;
  readonly actions?: 0 | 1;
  readonly mlperf?: 0 | 1;
  readonly text?: 0 | 1;
}

export type Said = DeviceEvent | NoiseEvent | LostEvent;

export function buildApp(): Promise<string> {
  const include = join(root, '.cache', 'native', 'app-include');
  mkdirSync(include, { recursive: true });
  const spec = FRONTEND_PRESETS['micro-wake-word'] as MicroFrontendSpec;
  const struct = structForC('kws::MicroFrontendTables', 'frontend_tables', microTablesForC(spec));
  const tables = fillTemplate('parts/struct.cpp', struct);
  writeFileSync(
    join(include, 'frontend_tables.h'),
    `#pragma once\n#include "kws_frontend/micro_frontend.h"\nnamespace {\n${tables}\n}\n`,
  );
  return buildNative({
    name: 'app',
    libraries: ['kws_app', 'kws_detector', 'kws_frontend', 'kws_hal', 'kws_protocol'],
    sources: [join(root, 'test', 'native', 'app-driver.cpp')],
    // What firmware has only where it is asked for: it must be in nobody's way.
    flags: ['-DKWS_LIVE', '-DKWS_AUDIO', '-DKWS_PACKED'],
    includes: [include, join(libraryRoot, 'kws_model', 'include')],
    // The ring, and no board.
    exclude: (file) => /kws_hal\/src\/(?!audio_ring)/.test(file),
  });
}

const tail = (output: unknown) => String(output).slice(-500);

/** Runs a script; what the device said in parts, cut where the script says `x`. */
export async function runApp(
  executable: string,
  board: MemoryBoard,
  script: readonly string[],
): Promise<Said[][]> {
  const args = Object.entries(board).map(([name, value]) => `${name}=${value}`);
  const output = await runNative(executable, `${script.join('\n')}\n`, args).catch((error: ExecaError) => {
    // Its message would have everything that was said.
    throw new Error(
      `exit code ${error.exitCode}: ${String(error.stderr).slice(0, 3000)}${tail(error.stdout)}`,
    );
  });
  return output.split(/^# .*$/m).map((part) => new LineParser().push(Buffer.from(`${part}\n`)));
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The driver's noise, as bytes. */
export function boardNoise(samples: number, seed: number): Uint8Array {
  const values = new Int16Array(samples);
  for (let i = 0, state = seed; i < samples; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state >>> 16;
  }
  return new Uint8Array(values.buffer);
}

/** Steps of a script. */
export const step = {
  bytes: (bytes: Uint8Array) => `s ${hex(bytes)}`,
  /** Commands, each taken to its end. */
  say: (...lines: string[]) => lines.flatMap((line) => [step.bytes(Buffer.from(`${line}\n`)), 'd']),
  frame: (seq: number, payload: Uint8Array) => step.bytes(encodeFrame(seq & 255, payload)),
  /** A payload in frames, each taken to its end. */
  frames: (payload: Uint8Array, size = 512) =>
    Array.from({ length: Math.ceil(payload.length / size) }, (_, i) => [
      step.frame(i, payload.subarray(size * i, size * (i + 1))),
      'd',
    ]).flat(),
  mark: 'x',
};

/** Bytes of a model's input: 4 frames of 40 features. */
export const INPUT = 160;

/** 16-bit samples, as bytes. */
export const noise = (samples: number, seed: number): Uint8Array => {
  const next = random(seed);
  return Uint8Array.from({ length: 2 * samples }, () => next(256));
};
/** A line as `hello`, `ok play`, `fault overrun`, `credit 3`. */
export const brief = (said: Said): string => {
  if (said.t === 'ok') return `ok ${said.cmd}`;
  if (said.t === 'fault') return `fault ${said.code}`;
  if (said.t === 'credit') return `credit ${said.seq}${said.resend === true ? ' resend' : ''}`;
  if (said.t === 'end') return `end ${said.samples}`;
  return said.t === 'output' ? `output ${said.m}` : said.t;
};
