/**
 * The twin of a real board: a virtual board that stands in for it, with the real board's compiler flags and
 * memory limits on the nearest core QEMU has. Code for a Cortex-M0+ runs on a Cortex-M3: its instructions
 * are a subset (ARM DDI 0419 and DDI 0403).
 *
 * A twin proves the generated code and what it needs of memory; it proves nothing about the microphone, the
 * Arduino core or how long things take.
 */
import { inputError } from '../diagnostics/errors.js';
import { TWIN_SUFFIX } from './board-files.js';
import { type Boards, loadBoards } from './load.js';
import type { ResolvedBoard } from './types.js';

/**
 * What `--emulate` builds for. A virtual board is its own twin.
 * @throws inputError where QEMU has no core that runs the board's code, with the reason
 */
export function resolveTwin(board: ResolvedBoard, boards: Boards = loadBoards()): ResolvedBoard {
  if (board.kind === 'virtual') return board;
  const twin = board.twin;
  const machine = twin === null || twin.board === null ? undefined : boards.get(twin.board);
  if (twin === null || machine === undefined) {
    const near = [...boards.values()].filter(({ kind }) => kind === 'virtual').map(({ id }) => id);
    throw inputError({
      what: `${board.id} cannot be emulated`,
      why: twin?.note ?? 'it runs on the host as it is',
      next: `use the board itself${near.length > 0 ? `, or --board ${near.join(' or ')}` : ''}`,
    });
  }
  return {
    ...machine,
    ...(board.file === undefined ? {} : { file: board.file }),
    id: `${board.id}${TWIN_SUFFIX}`,
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
      level: 'emulated',
      note: `${board.core} code on ${machine.name}: ${twin.note}`,
    },
    ...(board.microphone === null ? {} : { captureRates: board.microphone.sampleRates }),
    emulates: { id: board.id, name: board.name, note: twin.note },
  };
}
