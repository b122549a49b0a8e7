/**
 * The twin of a real board: a virtual board that stands in for it, with the real board's compiler flags and
 * memory limits on the nearest core QEMU has. Code for a Cortex-M0+ runs on a Cortex-M3: its instructions
 * are a subset (ARM DDI 0419 and DDI 0403).
 *
 * A twin proves the generated code and what it needs of memory; it proves nothing about the microphone, the
 * Arduino core or how long things take.
 */
import { inputError } from '../diagnostics/errors.js';
import { CHIP_SUFFIX, TWIN_SUFFIX } from './board-files.js';
import { halDefines } from './hal-defines.js';
import { type Boards, loadBoards } from './load.js';
import { wiringOf } from './microphone-wiring.js';
import type { TwinKind } from './twin-kinds.js';
import type { ResolvedBoard } from './types.js';

/** A board's id without what says that it is a twin. */
export function realBoard(id: string): { readonly id: string; readonly twin?: 'core' | 'chip' } {
  if (id.endsWith(CHIP_SUFFIX)) return { id: id.slice(0, -CHIP_SUFFIX.length), twin: 'chip' };
  return id.endsWith(TWIN_SUFFIX) ? { id: id.slice(0, -TWIN_SUFFIX.length), twin: 'core' } : { id };
}

/**
 * What `--emulate`, `--emulate chip` and `--emulate firmware` build for. A virtual board is its own twin.
 * @throws inputError where nothing runs the board's code, or emulates its chip, with the reason
 */
export function resolveTwin(
  board: ResolvedBoard,
  boards: Boards = loadBoards(),
  kind: TwinKind = 'core',
): ResolvedBoard {
  if (board.kind === 'virtual') return board;
  const twin = board.twin;
  if (kind === 'chip') return chipTwin(board, boards);
  if (kind === 'firmware') return onChip(board, boards);
  const machine = twin === null || twin.board === null ? undefined : boards.get(twin.board);
  if (twin === null || machine === undefined) {
    const near = [...boards.values()].filter(({ kind }) => kind === 'virtual').map(({ id }) => id);
    throw inputError({
      what: `${board.id} cannot be emulated`,
      why: twin?.note ?? 'it runs on the host as it is',
      next: `use the board itself${near.length > 0 ? `, or --board ${near.join(' or ')}` : ''}`,
    });
  }
  return twinOn(machine, board, { id: `${board.id}${TWIN_SUFFIX}`, level: 'emulated', note: twin.note });
}

/** The virtual board that emulates a board's chip. */
function chipOf(board: ResolvedBoard, boards: Boards, word: string): ResolvedBoard {
  const machine = board.twin?.chip === undefined ? undefined : boards.get(board.twin.chip);
  if (machine !== undefined) return machine;
  throw inputError({
    what: `there is no emulator of the chip of ${board.id}`,
    why: `${board.mcu} is not among the chips that are emulated`,
    next: `leave the word ${word} out: --emulate runs its code on the nearest core that QEMU has`,
  });
}

/** The board as it is, but for where its firmware runs: whatever it is built from is the same. */
function onChip(board: ResolvedBoard, boards: Boards): ResolvedBoard {
  chipOf(board, boards, 'firmware');
  const microphone = wiringOf(board);
  return { ...board, onChip: microphone === undefined ? {} : { microphone } };
}

function chipTwin(board: ResolvedBoard, boards: Boards): ResolvedBoard {
  const machine = chipOf(board, boards, 'chip');
  // Firmware of our own captures I2S; PDM takes the vendor's filter.
  const microphone = board.microphone?.interface === 'I2S' ? board.microphone : null;
  const wiring = microphone === null ? undefined : wiringOf(board);
  const twin = twinOn(machine, board, {
    id: `${board.id}${CHIP_SUFFIX}`,
    level: 'chip emulated',
    note: `the chip itself (${board.mcu}), without the Arduino core${wiring === undefined ? ' and the microphone' : ''}`,
  });
  if (wiring === undefined) return twin;
  const { platformio } = twin;
  return {
    ...twin,
    microphone,
    halDefines: halDefines({ ...twin, microphone }),
    platformio: { ...platformio, options: { ...platformio.options, custom_kws_microphone: wiring } },
  };
}

interface TwinWords {
  readonly id: string;
  readonly level: ResolvedBoard['verified']['level'];
  readonly note: string;
}

function twinOn(machine: ResolvedBoard, board: ResolvedBoard, { id, level, note }: TwinWords): ResolvedBoard {
  const twin = board.twin!;
  return {
    ...machine,
    ...(board.file === undefined ? {} : { file: board.file }),
    id,
    name: `Twin of ${board.name}`,
    aliases: [],
    mcu: machine.mcu,
    core: board.core,
    target: board.target,
    pins: board.pins,
    clockHz: board.clockHz,
    flashBytes: board.flashBytes,
    ramBytes: board.ramBytes,
    platformio: {
      ...machine.platformio,
      options: {
        ...machine.platformio.options,
        'board_build.cpu': twin.cpu ?? '',
        'board_build.float_flags': twin.floatFlags.join(' '),
        'board_upload.maximum_size': String(board.flashBytes),
        'board_upload.maximum_ram_size': String(board.ramBytes),
      },
    },
    verified: {
      level,
      note: `${board.core} code on ${machine.name}: ${note}`,
    },
    ...(board.microphone === null ? {} : { captureRates: board.microphone.sampleRates }),
    emulates: { id: board.id, name: board.name, note },
  };
}
