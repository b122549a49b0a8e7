/**
 * The implementations of `kws_hal.h`: which sources each one has and which constants they take.
 *
 * A new capture API is one .cpp under `templates/lib/kws_hal/src` and one line here. Every source is guarded
 * by its macro, so that all of them may lie in one library folder.
 */
export const HAL_KINDS = [
  'arduino-pdm',
  'esp32-i2s',
  'pico-i2s',
  'teensy-audio',
  'virtual',
  'rp2040-bare',
  'native',
] as const;
export type HalKind = (typeof HAL_KINDS)[number];

interface Hal {
  /** Relative to `templates/lib/kws_hal/src`. */
  readonly sources: readonly string[];
  /** Macros that switch the sources on; those of virtual boards come from their PlatformIO boards. */
  readonly macros: readonly string[];
}

const arduino = [
  'arduino/arduino_main.cpp',
  'arduino/arduino_pins.cpp',
  'arduino/arduino_serial.cpp',
] as const;

export const HALS: Readonly<Record<HalKind, Hal>> = {
  'arduino-pdm': {
    sources: [...arduino, 'arduino/arduino_pdm.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_ARDUINO_PDM'],
  },
  'esp32-i2s': {
    sources: [...arduino, 'esp32/esp32_i2s.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_ESP32_I2S'],
  },
  'pico-i2s': {
    sources: [...arduino, 'pico/pico_i2s.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_PICO_I2S'],
  },
  'teensy-audio': {
    sources: [...arduino, 'teensy/teensy_audio.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_TEENSY_AUDIO'],
  },
  virtual: { sources: ['main.cpp', 'virtual/hal_virtual.cpp'], macros: [] },
  'rp2040-bare': { sources: ['main.cpp', 'rp2040/hal_rp2040_bare.cpp'], macros: [] },
  native: { sources: ['main.cpp', 'native/hal_native.cpp'], macros: [] },
};
