import { describe, expect, test } from 'vitest';
import { findBoard, loadBoards } from '../../src/boards/index.js';
import { applyOverrides, overridesFor, withLineOf } from '../../src/project/overrides.js';
import type { BoardOverrides } from '../../src/project/schema.js';
import { inputErrorOf } from '../support/errors.js';

const boards = loadBoards();
const project = (settings: Record<string, BoardOverrides>) => ({ file: 'kws.json', boards: settings });

describe('settings of a board in kws.json', () => {
  test('under its id or an alias', () => {
    const overrides: BoardOverrides = { runtime: 'aot' };
    for (const name of ['arduino-nano-33-ble', 'nano33ble'])
      expect(overridesFor(project({ [name]: overrides }), 'arduino-nano-33-ble', boards)).toEqual({
        entry: name,
        overrides,
      });
    expect(overridesFor(project({}), 'native', boards)).toEqual({ entry: 'native', overrides: {} });
  });

  test('a name that is no board, and two names of one board', () => {
    const both = project({ nano33ble: {}, 'arduino-nano-33-ble': {}, nativ: {} });
    expect(inputErrorOf(() => overridesFor(both, 'native', boards))).toBe(
      'kws.json, boards["arduino-nano-33-ble"]: is the same board as "nano33ble"\n  next: keep one of the two\n' +
        'kws.json, boards["nativ"]: there is no board "nativ"\n  next: did you mean native?',
    );
  });

  test('microphone and PlatformIO settings come on top of the board’s own', () => {
    const own = findBoard('esp32-s3-devkitc-1', boards);
    const board = applyOverrides(own, {
      microphone: { gain: 7, settleMs: 9, pins: { sd: 5 } },
      platformio: {
        options: { upload_speed: '921600' },
        buildFlags: ['-O3'],
        buildUnflags: ['-Os'],
        libDeps: ['a/b@1.0.0'],
      },
    });
    expect(board.microphone).toMatchObject({ interface: own.microphone!.interface, gain: 7, settleMs: 9 });
    expect(board.halDefines.get('KWS_MIC_GAIN')).toBe('7');
    expect(board.halDefines.get('KWS_MIC_PIN_SD')).toBe('5');
    expect(board.platformio.options).toEqual({ ...own.platformio.options, upload_speed: '921600' });
    expect(board.platformio.buildFlags).toEqual([...own.platformio.buildFlags, '-O3']);
    expect(board.platformio.buildUnflags).toContain('-Os');
    expect(board.platformio.libDeps).toContain('a/b@1.0.0');
    expect(own.halDefines.get('KWS_MIC_GAIN')).not.toBe('7');
  });

  test('the rate of the line: the project’s own, the one other programs open it at, the board’s', () => {
    const uart = findBoard('esp32-s3-devkitc-1', boards);
    const rate = (line: Parameters<typeof withLineOf>[0], overrides: BoardOverrides, board = uart) => {
      const { monitorBaud, halDefines } = withLineOf(line, board, overrides);
      return [monitorBaud, halDefines.get('KWS_SERIAL_BAUD')];
    };
    const serial = { text: 'edge-impulse' } as const;
    expect(rate({}, {})).toEqual([921_600, '921600']);
    expect(rate({}, { monitorBaud: 460_800 })).toEqual([460_800, '460800']);
    expect(rate({ serial }, {})).toEqual([115_200, '115200']);
    expect(rate({ serial }, { monitorBaud: 921_600 })).toEqual([921_600, '921600']);
    // Their line has no rate.
    const virtual = findBoard('virtual-cortex-m4', boards);
    expect(rate({}, { monitorBaud: 460_800 }, virtual)).toEqual([virtual.monitorBaud, undefined]);
  });

  test('a pin nobody reads', () => {
    const set = (id: string, pin: string) =>
      inputErrorOf(() => applyOverrides(findBoard(id, boards), { microphone: { pins: { [pin]: 1 } } }));
    expect(set('esp32-s3-devkitc-1', 'bckl')).toBe(
      'kws.json, boards["esp32-s3-devkitc-1"].microphone.pins: there is no pin "bckl" to be set\n  next: did you mean bclk?',
    );
  });

  test('a board without a microphone has none to be set', () => {
    const board = findBoard('virtual-cortex-m4', boards);
    expect(inputErrorOf(() => applyOverrides(board, { microphone: { gain: 1 } }))).toContain(
      'virtual-cortex-m4 has no microphone to be set',
    );
    expect(applyOverrides(board, {}).halDefines).toEqual(board.halDefines);
  });
});
