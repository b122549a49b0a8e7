/** build --compare-runtimes over stages in memory: what is aimed at, what is shown, what cannot be compared. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareRuntimes } from '../../../src/commands/support/compare-runtimes.js';
import { inputError, type KwsError, toolError } from '../../../src/diagnostics/errors.js';
import type { Aim } from '../../../src/targets/aim.js';
import { fakeContext } from '../../support/command-line.js';
import { wakeModel } from '../../support/wake-model.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws compare '));
  writeFileSync(join(directory, 'wake.tflite'), wakeModel());
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A board whose counter passes 40 ns in 0.625 instructions: 1,000 ticks of each inference of aot, 5,000 of tflm. */
async function run(board: string, { fails, json = false }: { fails?: KwsError; json?: boolean } = {}) {
  const fake = fakeContext({ directory, json });
  const done: string[] = [];
  const stages = {
    render: async ({ board: { id }, runtime }: Aim) => {
      done.push(`${id} ${runtime}`);
      if (runtime === 'tflm' && fails !== undefined) throw fails;
      return { files: new Map(), buildId: '0'.repeat(64) };
    },
    write: async () => {},
    build: async ({ runtime }: Aim) => {
      const used = runtime === 'aot' ? 61 * 1024 : 100 * 1024;
      return { flash: { used, total: 2 ** 20 }, ram: { used, total: 2 ** 20 }, artifact: 'x', seconds: 1 };
    },
    count: async ({ runtime }: Aim) => ({ port: runtime, stop: async () => void done.push('stopped') }),
    open: async ({ port }: { readonly port: string }) => {
      let n = 0;
      return {
        hello: async () => ({}),
        command: async () => ({}),
        input: async () => void n++,
        stats: async () => ({
          tps: 25_000_000,
          models: [{ m: 'wake', n, sum: n * (port === 'aot' ? 1000 : 5000) }],
        }),
        close: async () => {},
      };
    },
  };
  const options = { model: 'wake.tflite', labels: ['hey'], frontend: 'micro-wake-word', board };
  const error = await compareRuntimes(options, fake.context, stages as never).then(
    () => undefined,
    (thrown: unknown) => thrown as KwsError,
  );
  return { done, error, ...fake };
}

describe('build --compare-runtimes', () => {
  test('a real board: on its twin, with the load of the board', async () => {
    const { done, out, error } = await run('nano33ble');
    expect(error).toBeUndefined();
    const twin = 'arduino-nano-33-ble-twin';
    expect(done).toEqual([`${twin} aot`, 'stopped', `${twin} tflm`, 'stopped']);
    expect(out()).toMatch(/^RUNTIME +FLASH +RAM +WAKE +LOAD\naot +61\.0 KB +61\.0 KB +625 +\d+ %$/m);
    expect(out()).toMatch(/^tflm +100\.0 KB +100\.0 KB +3,125 +\d+ %$/m);
  });

  test('a virtual board, whose clock is nobody’s: without load', async () => {
    const { lines } = await run('virtual-cortex-m4', { json: true });
    expect(lines()).toMatchObject([
      { t: 'runtime', runtime: 'aot', models: [{ name: 'wake', instructions: 625 }], load: null },
      { t: 'runtime', runtime: 'tflm', models: [{ name: 'wake', instructions: 3125 }], load: null },
    ]);
  });

  test('a runtime that refuses is a line, and the other is measured', async () => {
    const { out, error } = await run('virtual-cortex-m4', { fails: inputError({ what: 'it lacks GELU' }) });
    expect(error).toBeUndefined();
    expect(out()).toContain('tflm cannot: it lacks GELU');
    expect(out()).toMatch(/^aot /m);
  });

  test('trouble of a tool ends it', async () => {
    const { error } = await run('virtual-cortex-m4', { fails: toolError({ what: 'no compiler' }) });
    expect([error!.exitCode, error!.message]).toEqual([3, 'no compiler']);
  });

  test('the host counts nothing', async () => {
    const { error, done } = await run('native');
    expect([error!.exitCode, done]).toEqual([2, []]);
    expect(error!.message).toContain('native: counts no instructions');
  });
});
