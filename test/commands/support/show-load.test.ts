/** What is said of the load before anything is built. */
import { describe, expect, test } from 'vitest';
import { showLoad } from '../../../src/commands/support/show-load.js';
import type { LoadEstimate } from '../../../src/estimate/load.js';
import type { Aim } from '../../../src/targets/aim.js';
import { fakeContext } from '../../support/command-line.js';
import { inputErrorOf } from '../../support/errors.js';

function told(load: number, more: Partial<LoadEstimate> = {}) {
  const estimate: LoadEstimate = {
    board: 'nano',
    runtime: 'aot',
    clockHz: 64e6,
    cyclesPerInstruction: 1.56,
    source: 'somewhere',
    tasks: [
      { name: 'features', instructions: 25_886, ms: 0.63, everyMs: 20 },
      { name: 'computer', instructions: 1_677_488, ms: 40.9, everyMs: 80 },
    ],
    capture: 0,
    load,
    ...more,
  };
  return { load: () => estimate } as unknown as Aim;
}

const err = (aim: Aim, force?: boolean): string => {
  const fake = fakeContext({ directory: '/' });
  showLoad(aim, fake.context.out, force);
  return fake.err().replace(/\s+/g, ' ');
};

describe('load', () => {
  test('fits: one line', () => {
    expect(err(told(0.54))).toBe(
      'load about 54 % of nano (estimated): features 0.6 of 20 ms, computer 41 of 80 ms ',
    );
  });

  test('with audio that is decoded, and a battery', () => {
    expect(err(told(0.54, { capture: 0.15, milliamps: 2.46 }))).toContain(
      'computer 41 of 80 ms, microphone 15 %; processor and microphone about 2.5 mA, 407 hours of a 1000 mAh battery',
    );
  });

  test('high: a warning with the ways out', () => {
    const text = err(told(0.71));
    expect(text).toContain('warning nano: it has little time left');
    expect(text).toContain('set a larger "hop" for computer (now 4), choose a faster board');
    expect(text).not.toContain('--force');
  });

  test('too high: refused, unless forced', () => {
    const message = inputErrorOf(() => err(told(1.07, { runtime: 'tflm' })));
    expect(message).toContain('nano: it cannot keep up');
    expect(message).toContain('use "runtime": "aot"');
    expect(message).toContain('--force');
    expect(err(told(1.07), true)).toContain('warning nano: it cannot keep up');
  });

  test('as JSON', () => {
    const fake = fakeContext({ directory: '/', json: true });
    showLoad(told(0.5432), fake.context.out);
    expect(fake.lines()).toMatchObject([
      { t: 'load', estimated: true, board: 'nano', load: 0.54, tasks: [{ ms: 0.63 }, { ms: 40.9 }] },
    ]);
  });

  test('nothing where it cannot be told', () => {
    expect(err({ load: () => undefined } as unknown as Aim)).toBe('');
  });
});
