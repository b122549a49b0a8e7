/** A file onto a board, over a machine in memory: which steps, in which order, and what is said where it has no board. */
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../../src/artifacts/read.js';
import { findBoard } from '../../src/boards/index.js';
import { type FlashJob, type FlashWorld, flashArtifact } from '../../src/targets/flash-artifact.js';

const artifact = { file: 'f', bytes: Uint8Array.of(1) } as unknown as Artifact;
const job = (id: string, format: string, more: Partial<FlashJob> = {}): FlashJob => {
  const board = findBoard(id);
  return { artifact, board, kind: board.artifacts.find((one) => one.format === format)!, ...more };
};
const port = (path: string) => ({ path, vendorId: '1', productId: '2' });

interface Machine {
  readonly firmware?: readonly string[];
  readonly bootloader?: readonly string[];
  /** Drives by how often it was looked: the last counts for all after it. */
  readonly drives?: readonly (readonly string[])[];
}

async function flashed(what: FlashJob, { firmware = [], bootloader = [], drives = [[]] }: Machine) {
  const steps: string[] = [];
  let looks = 0;
  const world: FlashWorld = {
    ports: async (state) => (state === 'firmware' ? firmware : bootloader).map(port),
    bootloaderPort: async () => port('/dev/bootloader'),
    touch: async (path) => void steps.push(`touch ${path}`),
    drives: async () =>
      drives[Math.min(looks++, drives.length - 1)]!.map((folder) => ({ folder, boardId: folder.slice(1) })),
    copy: (bytes, drive) => void steps.push(`copy ${bytes.length} to ${drive.folder}`),
    run: async (tool, words) => void steps.push(`${tool}: ${words.join(' ')}`),
  };
  const before = await flashArtifact(what, world);
  return { steps, before: before?.path };
}

describe('UF2', () => {
  const uf2 = (more?: Partial<FlashJob>) => job('arduino-nano-rp2040-connect', 'uf2', more);
  test('a drive that is mounted', async () => {
    expect(await flashed(uf2(), { drives: [['/other', '/RPI-RP2']] })).toEqual({
      steps: ['copy 1 to /RPI-RP2'],
      before: undefined,
    });
  });
  test('a board that runs is sent to its bootloader first', async () => {
    const machine = { firmware: ['/dev/a'], drives: [[], [], ['/RPI-RP2']] };
    expect(await flashed(uf2(), machine)).toEqual({
      steps: ['touch /dev/a', 'copy 1 to /RPI-RP2'],
      before: '/dev/a',
    });
  });
  test('a drive that was named', async () => {
    const drive = { folder: '/named', boardId: 'RPI-RP2' };
    expect((await flashed(uf2({ drive }), {})).steps).toEqual(['copy 1 to /named']);
  });
  test('none, or several: an error', async () => {
    await expect(flashed(uf2(), {})).rejects.toThrow(
      /no drive of the board’s bootloader is mounted[\s\S]*reset button twice/,
    );
    const two = { drives: [['/RPI-RP2', '/RPI-RP2']] };
    await expect(flashed(uf2(), two)).rejects.toThrow(/2 boards show their drives/);
  });
});

describe('with a tool', () => {
  const bin = (more?: Partial<FlashJob>) => job('arduino-nano-33-ble', 'bin', more);
  const bossac = (path: string) => `bossac: bossac -d --port=${path} -U -i -e -w f -R`;
  test('that talks to the bootloader: it waits, or is called', async () => {
    expect((await flashed(bin(), { bootloader: ['/dev/b'] })).steps).toEqual([bossac('/dev/b')]);
    const called = await flashed(bin({ port: '/dev/a' }), { firmware: ['/dev/0', '/dev/a'] });
    expect(called).toEqual({ steps: ['touch /dev/a', bossac('/dev/bootloader')], before: '/dev/a' });
  });
  test('that talks to the firmware’s port', async () => {
    const esp = (more?: Partial<FlashJob>) => job('esp32-s3-devkitc-1', 'merged-bin', more);
    const words = (path: string) => [`esptool: esptool.py --chip esp32s3 --port ${path} write_flash 0x0 f`];
    expect((await flashed(esp(), { firmware: ['/dev/a'] })).steps).toEqual(words('/dev/a'));
    expect((await flashed(esp({ port: 'COM3' }), {})).steps).toEqual(words('COM3'));
    await expect(flashed(esp(), {})).rejects.toThrow(/no port of this board was found/);
  });
  test('that needs no port', async () => {
    expect((await flashed(job('arduino-nano-33-ble', 'hex'), {})).steps).toEqual([
      'nrfjprog: nrfjprog --program f --sectorerase --verify --reset',
    ]);
  });
});
