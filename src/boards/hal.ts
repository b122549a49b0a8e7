/**
 * The implementations of `kws_hal.h`: which sources each one has and which constants they take.
 *
 * A new capture API is one .cpp under `templates/lib/kws_hal/src` and one line here. Every source is guarded
 * by its macro, so that all of them may lie in one library folder.
 */
import type { Board } from './types.js';

export const HAL_KINDS = ['arduino-pdm', 'esp32-i2s', 'virtual', 'native'] as const;
export type HalKind = (typeof HAL_KINDS)[number];

interface Hal {
  /** Relative to `templates/lib/kws_hal/src`. */
  readonly sources: readonly string[];
  /** Macros that switch the sources on; those of virtual boards come from their PlatformIO boards. */
  readonly macros: readonly string[];
}

const arduino = ['arduino/arduino_main.cpp', 'arduino/arduino_serial.cpp'] as const;

export const HALS: Readonly<Record<HalKind, Hal>> = {
  'arduino-pdm': {
    sources: [...arduino, 'arduino/arduino_pdm.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_ARDUINO_PDM'],
  },
  'esp32-i2s': {
    sources: [...arduino, 'esp32/esp32_i2s.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_ESP32_I2S'],
  },
  virtual: { sources: ['main.cpp', 'virtual/hal_virtual.cpp'], macros: [] },
  native: { sources: ['main.cpp', 'native/hal_native.cpp'], macros: [] },
};

/**
 * Constants of the HAL: its macros, then KWS_SERIAL_BAUD, KWS_MIC_GAIN (if the board file sets one),
 * KWS_MIC_SETTLE_MS and KWS_MIC_PIN_<NAME>.
 */
export function halDefines(
  board: Pick<Board, 'hal' | 'microphone' | 'monitorBaud' | 'kind'>,
): Map<string, string> {
  const defines = new Map(HALS[board.hal].macros.map((macro) => [macro, '1']));
  if (board.kind === 'real') defines.set('KWS_SERIAL_BAUD', String(board.monitorBaud));
  const microphone = board.microphone;
  if (microphone === null) return defines;
  if (microphone.gain !== undefined) defines.set('KWS_MIC_GAIN', String(microphone.gain));
  defines.set('KWS_MIC_SETTLE_MS', String(microphone.settleMs));
  for (const [name, pin] of Object.entries(microphone.pins).sort(([a], [b]) => (a < b ? -1 : 1)))
    defines.set(`KWS_MIC_PIN_${name.toUpperCase()}`, String(pin));
  return defines;
}
