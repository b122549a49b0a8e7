/**
 * The implementations of `kws_hal.h`: which sources each one has and which constants they take.
 *
 * A new capture API is one .cpp under `templates/lib/kws_hal/src` and one line here. Every source is guarded
 * by its macro, so that all of them may lie in one library folder.
 */
export const HAL_KINDS = [
  'arduino-pdm',
  'esp32-i2s',
  'esp32-es7210',
  'pico-i2s',
  'teensy-audio',
  'stm32-dfsdm',
  'stm32-adf',
  'stm32-sai-wm8994',
  'zephyr-dmic',
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
  'esp32-es7210': {
    sources: [...arduino, 'esp32/esp32_i2s.cpp', 'es7210/es7210.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_ESP32_I2S', 'KWS_HAL_ES7210'],
  },
  'pico-i2s': {
    sources: [...arduino, 'pico/pico_i2s.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_PICO_I2S'],
  },
  'teensy-audio': {
    sources: [...arduino, 'teensy/teensy_audio.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_TEENSY_AUDIO'],
  },
  'stm32-dfsdm': {
    sources: [...arduino, 'stm32/stm32_dfsdm.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_STM32_DFSDM'],
  },
  'stm32-adf': {
    sources: [...arduino, 'stm32/stm32_adf.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_STM32_ADF'],
  },
  'stm32-sai-wm8994': {
    sources: [...arduino, 'stm32/stm32_sai_wm8994.cpp'],
    macros: ['KWS_HAL_ARDUINO', 'KWS_HAL_STM32_SAI_WM8994'],
  },
  'zephyr-dmic': {
    sources: ['zephyr/zephyr_board.cpp', 'zephyr/zephyr_dmic.cpp'],
    macros: ['KWS_HAL_ZEPHYR'],
  },
  virtual: { sources: ['main.cpp', 'virtual/hal_virtual.cpp'], macros: [] },
  'rp2040-bare': {
    sources: ['main.cpp', 'rp2040/hal_rp2040_bare.cpp', 'rp2040/rp2040_i2s.cpp'],
    macros: [],
  },
  native: { sources: ['main.cpp', 'native/hal_native.cpp'], macros: [] },
};
