/**
 * What is true of every board that is any good, whichever boards there are: a board is one file, and adding it breaks
 * no test but those it should.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { targetOf } from '../../src/boards/cores.js';
import { type Boards, findBoard } from '../../src/boards/load.js';
import { platformSource } from '../../src/boards/platform-source.js';
import { resolveTwin } from '../../src/boards/twin.js';
import type { ResolvedBoard } from '../../src/boards/types.js';
import { fileBytes, renderProject } from '../../src/emit/project.js';
import { openModel } from '../../src/readers/read-model.js';
import { projectOf } from '../emit/fixture.js';
import { root } from '../support/files.js';
import { wakeModel } from '../support/wake-model.js';

type Property = (board: ResolvedBoard, boards: Boards) => void;

const project = projectOf([{ name: 'm', model: openModel(wakeModel(), 'm.tflite'), labels: ['beep'] }]);

/** By what is claimed. */
export const BOARD_PROPERTIES: Readonly<Record<string, Property>> = {
  'is found by its id, in any case, and by its aliases'(board, boards) {
    for (const name of [board.id, ...board.aliases, ` ${board.id.toUpperCase()} `])
      expect(findBoard(name, boards).id, name).toBe(board.id);
  },

  'has a pinned platform and a pinned interpreter'({ kind, platformio, tflm }) {
    if (kind === 'real')
      expect(['registry', 'git', 'archive']).toContain(platformSource(platformio.platform));
    else expect(platformio.platform).toBe('bundled');
    if (tflm !== null) expect(tflm.spec).toMatch(/@\d+\.\d+\.\d+$/);
  },

  'links sources of a HAL that are guarded by its macro'({ kind, halSources, halDefines, microphone }) {
    for (const source of halSources) {
      const text = readFileSync(join(root, 'templates/lib/kws_hal/src', source), 'utf8');
      if (kind === 'real') expect(text, source).toMatch(/#if defined\(KWS_HAL_/);
    }
    const pins = Object.entries(microphone?.pins ?? {});
    for (const [pin, number] of pins)
      expect(halDefines.get(`KWS_MIC_PIN_${pin.toUpperCase()}`)).toBe(String(number));
  },

  'names the licences of what its build pulls in'({ kind, notices }) {
    if (kind === 'real') expect(notices.length).toBeGreaterThan(0);
  },

  'has ports with USB ids where it is real'({ kind, usb }) {
    if (kind === 'real') expect(usb.map(({ state }) => state)).toContain('firmware');
    for (const { vid } of usb) expect(vid).not.toBe('0000');
  },

  'takes back the soft-float ABI that mbed’s platform appends, where it has an FPU'(board) {
    const mbed = board.notices.some(({ name }) => name === 'Mbed OS');
    if (mbed && board.target.floatingPoint)
      expect(board.platformio.buildUnflags).toContain('-mfloat-abi=soft');
  },

  'compiles vendor code by its own standard, and C++17 for our sources alone'({ kind, platformio }) {
    expect([...platformio.buildFlags, ...platformio.buildUnflags].join(' ')).not.toContain('-std=');
    if (kind === 'real') expect(platformio.options.build_src_flags).toBe('-std=gnu++17');
  },

  'agrees with the machine it runs on, where that is one of ours'(board) {
    if (board.platformio.platform !== 'bundled') return;
    const path = join(root, 'templates/platform-virtual/boards', `${board.platformio.board}.json`);
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    expect(manifest.upload.maximum_size).toBe(board.flashBytes);
    expect(manifest.upload.maximum_ram_size).toBe(board.ramBytes);
    if (board.kind === 'virtual') expect(manifest.build.f_cpu).toBe(`${board.clockHz}L`);
  },

  'is the compiler’s target, and so is its twin'(board, boards) {
    expect(board.target).toEqual(targetOf(board));
    if (board.twin?.board) expect(resolveTwin(board, boards).target).toEqual(board.target);
  },

  'has a twin with its flags and memories, or says why there is none'(board, boards) {
    if (board.kind === 'virtual') expect(resolveTwin(board, boards)).toBe(board);
    if (board.kind !== 'real') return;
    const { twin } = board;
    if (twin?.board == null) {
      expect(() => resolveTwin(board, boards)).toThrow(
        `${board.id} cannot be emulated\n  why: ${twin?.note}`,
      );
      return;
    }
    expect(resolveTwin(board, boards)).toMatchObject({
      id: `${board.id}-twin`,
      kind: 'virtual',
      hal: 'virtual',
      core: board.core,
      flashBytes: board.flashBytes,
      ramBytes: board.ramBytes,
      platformio: {
        platform: 'bundled',
        board: boards.get(twin.board)!.platformio.board,
        options: {
          'board_build.cpu': twin.cpu,
          'board_build.float_flags': twin.floatFlags.join(' '),
          'board_upload.maximum_size': String(board.flashBytes),
          'board_upload.maximum_ram_size': String(board.ramBytes),
        },
      },
      emulates: { id: board.id, name: board.name, note: twin.note },
    });
  },

  'becomes a firmware project in each of its runtimes'(board) {
    for (const runtime of board.tflm === null ? (['aot'] as const) : (['aot', 'tflm'] as const)) {
      const firmware = renderProject({ project, board, runtime, toolVersion: '0.0.0', options: {} });
      const ini = fileBytes(firmware.files.get('platformio.ini')!).toString('utf8');
      expect(ini).toContain(`[env:${board.id}]`);
      if (board.kind === 'real') expect(ini).toContain(`platform = ${board.platformio.platform}\n`);
      expect(ini).toContain(`board = ${board.platformio.board}\n`);
      for (const flag of board.platformio.buildFlags) expect(ini).toContain(`    ${flag}\n`);
      for (const [name, value] of board.halDefines) expect(ini).toContain(`    -D${name}=${value}\n`);
      if (runtime === 'tflm') expect(ini).toContain(`    ${board.tflm!.spec}\n`);
    }
  },
};
