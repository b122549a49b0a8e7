/**
 * The implementations of `kws_hal.h`: which sources each one has and which constants they take.
 *
 * A new capture API is one .cpp under `templates/lib/kws_hal/src` and one line here.
 */
import type { Board } from './types.js';

export const HAL_KINDS = ['arduino-pdm', 'esp32-i2s', 'virtual', 'native'] as const;
export type HalKind = (typeof HAL_KINDS)[number];

/** Relative to `templates/lib/kws_hal/src`. */
export const HAL_SOURCES: Readonly<Record<HalKind, readonly string[]>> = {
  'arduino-pdm': ['arduino/arduino_serial.cpp', 'arduino/arduino_pdm.cpp'],
  'esp32-i2s': ['arduino/arduino_serial.cpp', 'esp32/esp32_i2s.cpp'],
  virtual: ['virtual/virtual_hal.cpp'],
  native: ['native/native_hal.cpp'],
};

/** Constants from the board file: KWS_MIC_GAIN, KWS_MIC_SETTLE_MS, KWS_MIC_PIN_<NAME>, KWS_SERIAL_BAUD. */
export function halDefines(board: Pick<Board, 'microphone' | 'monitorBaud' | 'kind'>): Map<string, string> {
  const defines = new Map<string, string>();
  if (board.kind === 'real') defines.set('KWS_SERIAL_BAUD', String(board.monitorBaud));
  const microphone = board.microphone;
  if (microphone === null) return defines;
  if (microphone.gain !== undefined) defines.set('KWS_MIC_GAIN', String(microphone.gain));
  defines.set('KWS_MIC_SETTLE_MS', String(microphone.settleMs));
  for (const [name, pin] of Object.entries(microphone.pins).sort(([a], [b]) => (a < b ? -1 : 1)))
    defines.set(`KWS_MIC_PIN_${name.toUpperCase()}`, String(pin));
  return defines;
}
