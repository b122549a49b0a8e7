/** The C++ resampler on the host: the same samples as TypeScript's, whatever the pieces and the room. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { resamplerForC } from '../../src/emit/frontend/resampler.js';
import { createResampler } from '../../src/frontend/resample/resampler.js';
import { RATES } from '../frontend/resample/quality.js';
import { buildNative, libraryRoot, runNative } from '../support/native.js';
import { RESAMPLER_DRIVER, RESAMPLER_INPUTS, runResampler } from './resampler-rows.js';

describe('resampler', () => {
  let execute: (input: Uint8Array) => Promise<string>;
  beforeAll(async () => {
    const executable = await buildNative({ ...RESAMPLER_DRIVER, name: 'resampler' });
    execute = (input) => runNative(executable, input);
  });

  test.each(RATES)('%i Hz to %i Hz', async (from, to) => {
    const expected = RESAMPLER_INPUTS.map((samples) => createResampler(from, to).push(samples));
    expect(await runResampler(execute, from, to)).toEqual(expected);
  });
});

test('the tables are described in the order and with the types of the struct', () => {
  const header = readFileSync(
    join(libraryRoot, 'kws_frontend', 'include', 'kws_frontend', 'resampler.h'),
    'utf8',
  );
  const body = /struct ResamplerTables \{([^}]*)\}/.exec(header)![1]!;
  const declared = [...body.matchAll(/^\s*(?:const )?(\w+)(\*?)\s+(\w+);/gm)].map(
    ([, ctype, pointer, name]) => ({ kind: pointer === '*' ? 'array' : 'scalar', ctype, name }),
  );
  const { tables } = resamplerForC(44_100, 16_000);
  expect(tables.map(({ kind, ctype, name }) => ({ kind, ctype, name }))).toEqual(declared);
});
