/** `npm run costs`: counts every preset on virtual boards and writes src/estimate/frontend-costs.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { measureFrontend } from '../../bench/measure.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../../src/frontend/presets.js';
import { root } from '../support/native.js';

/** A Cortex-M0+ is its code on a Cortex-M3. */
const BOARDS = {
  thumb1: { board: 'virtual-cortex-m3', code: 'cortex-m0plus' },
  thumb2: { board: 'virtual-cortex-m3' },
  dsp: { board: 'virtual-cortex-m4' },
} as const;

const folder = join(root, 'firmware-out', 'costs');
mkdirSync(folder, { recursive: true });

/** Two seconds of seeded noise, half of it 40 dB softer. */
const clip = (rate: number): Int16Array =>
  Int16Array.from({ length: 2 * rate }, (_, i) =>
    Math.round(
      (((Math.imul(i + 1, 2_654_435_761) >>> 16) & 0x3fff) - 0x2000) * (i % rate < rate / 2 ? 1 : 0.01),
    ),
  );

const presets = (Object.keys(FRONTEND_PRESETS) as FrontendPreset[]).filter(
  (preset): preset is Exclude<FrontendPreset, 'none'> => preset !== 'none',
);
const sets: string[] = [];

describe.each(Object.entries(BOARDS))('%s', (instructionSet, board) => {
  const lines: string[] = [];
  test.each(presets)(
    '%s',
    async (preset) => {
      const { hop, window } = await measureFrontend(preset, clip, { ...board, runtime: 'aot', folder });
      expect(hop).toBeGreaterThan(1000);
      lines.push(`    '${preset}': { hop: ${hop}, window: ${window} },\n`);
      if (lines.length === presets.length) sets.push(`  ${instructionSet}: {\n${lines.join('')}  },\n`);
    },
    300_000,
  );
});

test('is written', () => {
  expect(sets).toHaveLength(Object.keys(BOARDS).length);
  const text = `/**
 * Instructions that front ends take, counted on virtual boards. Written by \`npm run costs\`; do not edit.
 */
import type { InstructionSet } from '../boards/cores.js';
import type { FrontendPreset } from '../frontend/presets.js';

export type MeasuredPreset = Exclude<FrontendPreset, 'none'>;

export interface FrontendCost {
  /** Samples to one frame. */
  readonly hop: number;
  /** A second of frames to a model's input. */
  readonly window: number;
}

type Costs = Readonly<Record<MeasuredPreset, FrontendCost>>;

const COUNTED: Readonly<Record<'thumb1' | 'thumb2' | 'dsp', Costs>> = {
${sets.join('')}};

/** Front ends have no kernels for Helium: they take what they take with the DSP extension. */
export const FRONTEND_COSTS: Partial<Readonly<Record<InstructionSet, Costs>>> = {
  ...COUNTED,
  helium: COUNTED.dsp,
};
`;
  writeFileSync(join(root, 'src', 'estimate', 'frontend-costs.ts'), text);
});
