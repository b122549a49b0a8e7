/** The C++ detector: the same decisions and numbers as TypeScript's, for any settings and any run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DETECTOR_PRESETS, detectorSpec } from '../../src/detector/settings.js';
import { detectorConfigForC } from '../../src/emit/detector.js';
import { type DetectorRow, rowArbitrary, traceInTypeScript } from '../detector/detector-rows.js';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';

async function traceOnDevice(rows: readonly DetectorRow[]): Promise<string[][]> {
  const executable = await buildNative({
    name: 'detector',
    libraries: ['kws_detector'],
    sources: [join(root, 'test', 'native', 'detector-driver.cpp')],
  });
  const words: number[] = [rows.length];
  for (const { spec, outputs, steps } of rows) {
    for (const field of detectorConfigForC(spec, outputs)) {
      if (field.kind !== 'scalar') throw new Error(`${field.name} is no number`);
      words.push(field.value | 0);
    }
    words.push(steps.length);
    for (const { reset, cutoff, gateOpen, probabilities } of steps)
      words.push(
        Number(reset === true),
        cutoff ?? -1,
        Number(gateOpen),
        Number(probabilities !== undefined),
        ...(probabilities ?? []),
      );
  }
  const output = await runNative(executable, words.join(' '));
  return output
    .trimEnd()
    .split('\n\n')
    .map((row) => row.split('\n'));
}

test('any detector over any run', async () => {
  const rows = fc.sample(rowArbitrary, { seed: 2, numRuns: 1500 });
  const expected = rows.map(traceInTypeScript);
  const heard = expected.flat().filter((line) => !line.startsWith('-1'));
  expect(heard.length, 'the rows do fire').toBeGreaterThan(1000);
  const traces = await traceOnDevice(rows);
  for (const [i, row] of rows.entries()) expect(traces[i], JSON.stringify(row)).toEqual(expected[i]);
});

test('the widest detector stays within its integers', async () => {
  const spec = {
    ...detectorSpec(DETECTOR_PRESETS['micro-wake-word'], { stepMs: 10, hop: 1 }, [31]),
    ...{ cutoff: 0.999, window: 255, refractorySteps: 65_535, startDeaf: false },
  };
  const full = { probabilities: Array.from({ length: 32 }, () => 255), gateOpen: true };
  const row = { spec, outputs: 32, steps: Array.from({ length: 600 }, () => full) };
  const [trace] = await traceOnDevice([row]);
  expect(trace).toEqual(traceInTypeScript(row));
  expect(trace![254]).toMatch(/^31 10000 1 10000 /);
});

test('the settings are described in the order and with the types of the struct', () => {
  const header = readFileSync(
    join(libraryRoot, 'kws_detector', 'include', 'kws_detector', 'detector.h'),
    'utf8',
  );
  const body = /struct DetectorConfig \{([^}]*)\}/.exec(header)![1]!;
  const declared = [...body.matchAll(/^\s*(\w+) (\w+);/gm)].map(([, ctype, name]) => ({ ctype, name }));
  const spec = detectorSpec(DETECTOR_PRESETS.general, { stepMs: 10, hop: 1 }, [0]);
  expect(detectorConfigForC(spec, 1).map(({ ctype, name }) => ({ ctype, name }))).toEqual(declared);
});
