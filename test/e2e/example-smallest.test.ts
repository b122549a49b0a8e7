/**
 * The least chip that hears a word: the whole program of examples/smallest in 16 KB of flash and 4 KB of RAM, which its
 * linker script enforces, on the Cortex-M0 of a micro:bit in QEMU. It says what the host says.
 */
import { spawn } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { findBoard } from '../../src/boards/index.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { exportLibrary } from '../../src/export/export.js';
import { writeFolder } from '../../src/export/write.js';
import { loadProject } from '../../src/project/load.js';
import { root } from '../support/native.js';
import { describeWithToolchain, temporaryFolder } from './platform-support.js';

const EXAMPLE = join(root, 'examples', 'smallest');
/** Of the board: the network is too small to need kernels for an instruction set, which take more flash. */
const BOARD = 'native';

describeWithToolchain('examples/smallest', () => {
  let folder: string;
  let memory: string;
  beforeAll(async () => {
    folder = temporaryFolder();
    cpSync(join(EXAMPLE, 'microbit'), join(folder, 'microbit'), { recursive: true });
    const project = await loadProject(EXAMPLE);
    const files = exportLibrary('cmake', { project, board: findBoard(BOARD), toolVersion: '0.0.0-test' });
    writeFolder(files, join(folder, 'export', 'kws_smallest'));
    const build = join(folder, 'build');
    await execa('cmake', ['-S', join(folder, 'microbit'), '-B', build]);
    memory = (await execa('cmake', ['--build', build, '--parallel', '2'])).stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('fits, with room in RAM', () => {
    const used = [...memory.matchAll(/(FLASH|RAM):\s+(\d+) B/g)].map(([, name, bytes]) => [
      name,
      Number(bytes),
    ]);
    expect(used.map(([name]) => name)).toEqual(['FLASH', 'RAM']);
    expect(used[0]![1]).toBeLessThanOrEqual(16 * 1024);
    expect(used[1]![1]).toBeLessThanOrEqual(2 * 1024);
  });

  test('hears the word where the host does, and nothing else', async () => {
    const clips = ['other/kal', 'computer/ked', 'other/pico-gb', 'computer/pico-us'];
    const clipsIn = join(root, 'examples', 'computer', 'clips');
    const loaded = await Promise.all(clips.map((clip) => loadClip(join(clipsIn, `${clip}.flac`), 16_000)));
    const samples = Int16Array.from(loaded.flatMap((clip) => [...clip]));
    const heard = runClip(createHostRun(await loadProject(EXAMPLE)), samples).flatMap((event) =>
      event.t === 'detect' ? [`${event.label} at ${event.ms} ms`] : [],
    );
    expect(heard).toHaveLength(2);
    const board = spawn('qemu-system-arm', [
      ...['-M', 'microbit', '-nographic', '-monitor', 'none', '-serial', 'stdio'],
      ...['-kernel', join(folder, 'build', 'smallest')],
    ]);
    const said: string[] = [];
    try {
      board.stdin.on('error', () => {});
      board.stdin.write(Buffer.from(samples.buffer));
      for await (const line of createInterface(board.stdout)) {
        said.push(line);
        if (said.length === heard.length) break;
      }
    } finally {
      board.kill('SIGKILL');
    }
    expect(said.map((line) => line.split(',')[0])).toEqual(heard);
    // Stack and variables together leave half of the RAM alone.
    for (const line of said) expect(Number(/(\d+) bytes never used$/.exec(line)?.[1])).toBeGreaterThan(1536);
  });
});
