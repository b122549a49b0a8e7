/** render and build over stages in memory: what is said, in which order things happen, what stops them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../src/commands/build.js';
import { render } from '../../src/commands/render.js';
import type { OptionValues } from '../../src/commands/support/options.js';
import { KwsError, toolError } from '../../src/diagnostics/errors.js';
import type { BuildSummary } from '../../src/targets/stages.js';
import { type FakeWorld, fakeContext } from '../support/command-line.js';
import { wakeModel } from '../support/wake-model.js';

const BUILD = `${'0123456789ab'.repeat(5)}0123`;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws build '));
  writeFileSync(join(directory, 'wake.tflite'), wakeModel());
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface More {
  readonly json?: boolean;
  readonly fails?: 'render' | 'build';
  readonly artifacts?: BuildSummary['artifacts'];
}

async function run(
  command: 'render' | 'build',
  options: OptionValues,
  { fails, artifacts, ...world }: FakeWorld & More = {},
) {
  const steps: unknown[][] = [];
  const step = (name: 'render' | 'write' | 'build', ...what: unknown[]) => {
    steps.push([name, ...what]);
    if (name === fails) throw toolError({ what: `${name} failed`, next: 'see the log' });
  };
  const fake = fakeContext({ directory, ...world });
  const stages = {
    render: async ({ board, runtime }: { board: { id: string }; runtime: string }) => {
      step('render', board.id, runtime);
      return { files: new Map([['platformio.ini', { kind: 'text' as const, text: '' }]]), buildId: BUILD };
    },
    write: async (_: unknown, folder: string) => step('write', folder),
    build: async (_: unknown, folder: string, { progress }: { progress(text: string): void }) => {
      progress('compiling main.cpp');
      step('build', folder);
      const [flash, ram] = [
        { used: 61 * 1024, total: 983_040 },
        { used: 512, total: 4 * 1024 * 1024 },
      ];
      return { flash, ram, artifact: 'firmware.elf', seconds: 2.34, ...(artifacts && { artifacts }) };
    },
  };
  const given = { model: 'wake.tflite', labels: ['hey'], frontend: 'micro-wake-word', ...options };
  const result = await (command === 'build' ? build : render)(given, fake.context, stages).then(
    (verdict) => ({ verdict, error: undefined }),
    (error: unknown) => ({ verdict: undefined, error: error as KwsError }),
  );
  return { ...result, steps, ...fake };
}

const out = () => join(directory, 'firmware-out');

describe('render', () => {
  test('text: folder, files, build', async () => {
    const { verdict, steps, ...fake } = await run('render', { board: 'native' });
    expect(verdict).toBe(0);
    expect(steps).toEqual([
      ['render', 'native', 'aot'],
      ['write', out()],
    ]);
    expect(fake.out()).toBe('firmware-out: 1 files, build 0123456789ab\n');
    expect(fake.err()).toBe('wake for native, runtime aot\n');
  });

  test('--json, elsewhere, in the other runtime', async () => {
    const options = { board: 'native', output: 'x/y', runtime: 'tflm' } as const;
    const { lines } = await run('render', options, { json: true });
    expect(lines()).toEqual([
      {
        kws: 1,
        t: 'render',
        board: 'native',
        runtime: 'tflm',
        folder: join(directory, 'x', 'y'),
        build: BUILD,
        files: ['platformio.ini'],
        windows: [],
      },
    ]);
  });

  test('nothing is written where rendering failed', async () => {
    const { error, steps, ...fake } = await run('render', { board: 'native' }, { fails: 'render' });
    expect(error).toBeInstanceOf(KwsError);
    expect(steps.map(([name]) => name)).toEqual(['render']);
    expect(fake.out()).toBe('');
  });
});

describe('build', () => {
  test('text: what it takes', async () => {
    const { verdict, steps, ...fake } = await run('build', { board: 'nano33ble' });
    expect(verdict).toBe(0);
    expect(steps).toEqual([
      ['render', 'arduino-nano-33-ble', 'aot'],
      ['write', out()],
      ['build', out()],
    ]);
    expect(fake.out()).toBe(
      'flash 61.0 KB of 960.0 KB (6 %), RAM 0.5 KB of 4.0 MB (0 %)\nthe program is firmware.elf\n',
    );
  });

  test('files to flash by hand, and how', async () => {
    const artifacts = [{ format: 'uf2', file: '/out/p.uf2', flash: 'copy it to the drive X' }] as const;
    const text = await run('build', { board: 'native' }, { artifacts });
    expect(text.out().split('\n').slice(1)).toEqual([
      '/out/p.uf2',
      '  to flash it by hand: copy it to the drive X',
      '',
    ]);
    const { lines } = await run('build', { board: 'native' }, { artifacts, json: true });
    expect(lines().at(-1)).toMatchObject({ t: 'build', artifacts });
  });

  test('on a terminal the status is drawn over and gone', async () => {
    const { err } = await run('build', { board: 'native' }, { terminal: true });
    expect(err()).toContain('compiling main.cpp');
    expect(err().endsWith('\r\u001b[2K')).toBe(true);
  });

  test('--json and --emulate: the twin is named', async () => {
    const { lines, err } = await run('build', { board: 'nano33ble', emulate: true }, { json: true });
    const [load, ...rest] = lines();
    // Of the board that the twin stands for.
    expect(load).toMatchObject({ t: 'load', board: 'arduino-nano-33-ble', estimated: true });
    expect(rest).toEqual([
      {
        kws: 1,
        t: 'build',
        board: 'arduino-nano-33-ble-twin',
        runtime: 'aot',
        flash: { used: 62_464, total: 983_040, left: 920_576 },
        ram: { used: 512, total: 4_194_304, left: 4_193_792 },
        artifact: 'firmware.elf',
        seconds: 2.3,
        windows: [],
      },
    ]);
    expect(err()).toContain('Twin of Arduino Nano 33 BLE');
  });

  test('a build that fails says nothing on stdout', async () => {
    const { error, ...fake } = await run('build', { board: 'native' }, { fails: 'build' });
    expect([error!.exitCode, error!.message]).toEqual([3, 'build failed\n  next: see the log']);
    expect(fake.out()).toBe('');
  });
});
