/** What a board's file tells the C++ of its HAL. */
import { HALS } from './hal.js';
import type { Board, ResolvedBoard } from './types.js';

/**
 * Constants of the HAL: its macros, then KWS_SERIAL_BAUD and KWS_PACKED of real boards, KWS_MIC_GAIN (if the board file sets one),
 * KWS_MIC_SETTLE_MS, KWS_MIC_RIGHT (of the right channel alone) and KWS_MIC_PIN_<NAME>.
 */
export function halDefines(
  board: Pick<Board, 'hal' | 'microphone' | 'monitorBaud' | 'kind'>,
): Map<string, string> {
  const defines = new Map(HALS[board.hal].macros.map((macro) => [macro, '1']));
  if (board.kind === 'real') {
    defines.set('KWS_SERIAL_BAUD', String(board.monitorBaud));
    // Their line is slower than they are.
    defines.set('KWS_PACKED', '1');
  }
  const microphone = board.microphone;
  if (microphone === null) return defines;
  if (microphone.gain !== undefined) defines.set('KWS_MIC_GAIN', String(microphone.gain));
  defines.set('KWS_MIC_SETTLE_MS', String(microphone.settleMs));
  if (microphone.channel === 'right') defines.set('KWS_MIC_RIGHT', '1');
  for (const [name, pin] of Object.entries(microphone.pins).sort(([a], [b]) => (a < b ? -1 : 1)))
    defines.set(`KWS_MIC_PIN_${name.toUpperCase()}`, String(pin));
  return defines;
}

/** The board with a line of that rate, at both ends. */
export function atBaud(board: ResolvedBoard, monitorBaud: number): ResolvedBoard {
  if (board.kind !== 'real' || board.monitorBaud === monitorBaud) return board;
  const changed = { ...board, monitorBaud };
  const rate = halDefines(changed).get('KWS_SERIAL_BAUD')!;
  return { ...changed, halDefines: new Map([...board.halDefines, ['KWS_SERIAL_BAUD', rate]]) };
}
