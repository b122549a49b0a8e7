import { describe, expect, test } from 'vitest';
import { findBoard, loadBoards } from '../../src/boards/load.js';
import { realBoard, resolveTwin } from '../../src/boards/twin.js';

const boards = loadBoards();
const twinOf = (name: string) => resolveTwin(findBoard(name, boards), boards);

describe('a twin', () => {
  test.each([
    ['arduino-nano-33-ble', 'virtual_cortex_m4', 'cortex-m4', '-mfloat-abi=softfp -mfpu=fpv4-sp-d16'],
    [
      'adafruit-feather-nrf52840-sense',
      'virtual_cortex_m4',
      'cortex-m4',
      '-mfloat-abi=hard -mfpu=fpv4-sp-d16',
    ],
    ['arduino-nano-rp2040-connect', 'virtual_cortex_m3', 'cortex-m0plus', '-mfloat-abi=soft'],
  ])('of %s is %s with -mcpu=%s %s and the memory limits of the board', (id, machine, cpu, floatFlags) => {
    const board = findBoard(id, boards);
    const twin = twinOf(id);
    expect(twin.id).toBe(`${id}-twin`);
    expect(twin.kind).toBe('virtual');
    expect(twin.hal).toBe('virtual');
    expect(twin.core).toBe(board.core);
    expect(twin.platformio.platform).toBe('bundled');
    expect(twin.platformio.board).toBe(machine);
    expect(twin.platformio.options).toEqual({
      'board_build.cpu': cpu,
      'board_build.float_flags': floatFlags,
      'board_upload.maximum_size': String(board.flashBytes),
      'board_upload.maximum_ram_size': String(board.ramBytes),
    });
    expect(twin.flashBytes).toBe(board.flashBytes);
    expect(twin.ramBytes).toBe(board.ramBytes);
    expect(twin.emulates).toEqual({ id, name: board.name, note: board.twin?.note });
  });

  test('on an emulated chip has the board’s limits, the chip’s HAL and a level of its own', () => {
    const board = findBoard('rpipico', boards);
    const twin = resolveTwin(board, boards, 'chip');
    expect(twin).toMatchObject({
      id: 'raspberry-pi-pico-inmp441-chip-twin',
      kind: 'virtual',
      hal: 'rp2040-bare',
      ramBytes: board.ramBytes,
      captureRates: board.microphone!.sampleRates,
      platformio: { board: 'rp2040_bare', options: { 'board_build.cpu': 'cortex-m0plus' } },
      verified: { level: 'chip emulated' },
      emulates: { id: board.id },
    });
    expect(twin.emulates?.note).toContain('the chip itself (RP2040)');
  });

  test('on an emulated chip has its I2S microphone, and no PDM one', () => {
    const twin = resolveTwin(findBoard('rpipico', boards), boards, 'chip');
    expect(twin.microphone?.part).toBe('INMP441');
    expect(twin.halDefines.get('KWS_MIC_PIN_SD')).toBe('22');
    expect(twin.platformio.options.custom_kws_microphone).toBe('I2S bclk=26 ws=27 sd=22 headroom=4');
    const pdm = resolveTwin(findBoard('raspberry-pi-pico-pdm', boards), boards, 'chip');
    expect([pdm.microphone, pdm.platformio.options.custom_kws_microphone]).toEqual([null, undefined]);
  });

  test('whose firmware runs on an emulated chip is the board itself, and its microphone’s wires', () => {
    const board = findBoard('arduino-nano-rp2040-connect', boards);
    expect(resolveTwin(board, boards, 'firmware')).toEqual({
      ...board,
      onChip: { microphone: 'PDM clk=23 din=22 headroom=2' },
    });
    expect(() => resolveTwin(findBoard('arduino-nano-33-ble', boards), boards, 'firmware')).toThrow(
      /no emulator of the chip.*\n.*\n.*leave the word firmware out/,
    );
  });

  test.each(['arduino-nano-33-ble', 'esp32-s3-devkitc-1'])('of %s is on no emulated chip', (id) => {
    const board = findBoard(id, boards);
    expect(() => resolveTwin(board, boards, 'chip')).toThrow(
      `there is no emulator of the chip of ${id}\n  why: ${board.mcu} is not among the chips that are emulated`,
    );
  });

  test.each([
    ['arduino-nano-33-ble', { id: 'arduino-nano-33-ble' }],
    ['arduino-nano-33-ble-twin', { id: 'arduino-nano-33-ble', twin: 'core' }],
    ['raspberry-pi-pico-pdm-chip-twin', { id: 'raspberry-pi-pico-pdm', twin: 'chip' }],
  ])('%s is told from its board', (id, expected) => {
    expect(realBoard(id)).toEqual(expected);
  });

  test('of a virtual board is the board itself', () => {
    expect(twinOf('virtual-cortex-m7')).toBe(boards.get('virtual-cortex-m7'));
  });

  test('does not exist for Xtensa, and the message says why', () => {
    const virtual = [...boards.values()].filter(({ kind }) => kind === 'virtual').map(({ id }) => id);
    expect(() => twinOf('esp32-s3-devkitc-1')).toThrow(
      'esp32-s3-devkitc-1 cannot be emulated\n' +
        '  why: its Xtensa core is not among those of the virtual boards\n' +
        `  next: use the board itself, or --board ${virtual.join(' or ')}`,
    );
  });
});
