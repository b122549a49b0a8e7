/**
 * The HALs of real boards, compiled against stand-ins of their vendors' headers (warnings are errors) and
 * driven: audio in, overruns, silence, a serial line nobody reads, a microphone that does not start.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { HALS } from '../../src/boards/hal.js';
import { buildNative, libraryRoot, type NativeProgram, root, runNative } from '../support/native.js';

const here = join(root, 'test', 'native', 'hal');
const stand = join(root, 'test', 'fixtures', 'vendor-headers');
const halSource = join(libraryRoot, 'kws_hal', 'src');

/** Leaves out the HALs of other boards; guarded by macros, they would be empty. */
const common = ['audio_ring.cpp'];

interface Board {
  readonly name: string;
  readonly hal: keyof typeof HALS;
  readonly headers: string;
  readonly cases: string;
  /** Further files of cases. */
  readonly more?: readonly string[];
  readonly defines: readonly string[];
}

const stm32 = ['ARDUINO_ARCH_STM32', 'SERIAL_RX_BUFFER_SIZE=2304', 'KWS_MIC_GAIN=4', 'KWS_LIVE'];

const boards: readonly Board[] = [
  {
    name: 'arduino-pdm, mbed core',
    hal: 'arduino-pdm',
    headers: 'arduino-mbed',
    cases: 'arduino_pdm_cases.cpp',
    defines: ['ARDUINO_ARCH_MBED', 'KWS_MIC_GAIN=60', 'KWS_LIVE'],
  },
  {
    name: 'arduino-pdm, Adafruit core',
    hal: 'arduino-pdm',
    headers: 'arduino-adafruit',
    cases: 'arduino_pdm_cases.cpp',
    defines: ['ARDUINO_NRF52_ADAFRUIT', 'KWS_MIC_GAIN=60', 'KWS_MIC_PIN_DIN=34', 'KWS_MIC_PIN_CLK=35'],
  },
  {
    name: 'arduino-pdm, mbed core, pins of the board file',
    hal: 'arduino-pdm',
    headers: 'arduino-mbed',
    cases: 'arduino_pdm_cases.cpp',
    defines: ['ARDUINO_ARCH_MBED', 'KWS_MIC_GAIN=60', 'KWS_MIC_PIN_DIN=2', 'KWS_MIC_PIN_CLK=3'],
  },
  {
    name: 'arduino-pdm, arduino-pico',
    hal: 'arduino-pdm',
    headers: 'arduino-pico',
    cases: 'arduino_pdm_cases.cpp',
    defines: ['ARDUINO_ARCH_RP2040', 'KWS_MIC_GAIN=60', 'KWS_MIC_PIN_DIN=2', 'KWS_MIC_PIN_CLK=3'],
  },
  {
    name: 'pico-i2s',
    hal: 'pico-i2s',
    headers: 'arduino-pico',
    cases: 'pico_i2s_cases.cpp',
    defines: [
      'ARDUINO_ARCH_RP2040',
      'KWS_MIC_GAIN=4',
      'KWS_MIC_PIN_BCLK=26',
      'KWS_MIC_PIN_WS=27',
      'KWS_MIC_PIN_SD=22',
      'KWS_LIVE',
    ],
  },
  {
    name: 'teensy-audio',
    hal: 'teensy-audio',
    headers: 'arduino-teensy',
    cases: 'teensy_audio_cases.cpp',
    defines: ['TEENSYDUINO=159', 'KWS_MIC_GAIN=4', 'KWS_LIVE'],
  },
  {
    name: 'the instruction cache of an nRF52840, mbed core',
    hal: 'arduino-pdm',
    headers: 'arduino-mbed',
    cases: 'nrf52_cache_cases.cpp',
    defines: ['ARDUINO_ARCH_MBED', 'NRF52840_XXAA'],
  },
  {
    name: 'the instruction cache of an nRF52840, Adafruit core',
    hal: 'arduino-pdm',
    headers: 'arduino-adafruit',
    cases: 'nrf52_cache_cases.cpp',
    defines: ['ARDUINO_NRF52_ADAFRUIT', 'NRF52840_XXAA', 'SOFTDEVICE_PRESENT'],
  },
  {
    name: 'esp32-i2s',
    hal: 'esp32-i2s',
    headers: 'arduino-esp32',
    cases: 'esp32_i2s_cases.cpp',
    defines: [
      'ARDUINO_ARCH_ESP32',
      'ARDUINO_USB_CDC_ON_BOOT=1',
      'KWS_MIC_GAIN=4',
      'KWS_LIVE',
      'KWS_MIC_PIN_BCLK=41',
      'KWS_MIC_PIN_WS=42',
      'KWS_MIC_PIN_SD=2',
    ],
  },
  {
    name: 'esp32-i2s, PDM, a UART',
    hal: 'esp32-i2s',
    headers: 'arduino-esp32',
    cases: 'esp32_i2s_cases.cpp',
    defines: [
      'ARDUINO_ARCH_ESP32',
      'ARDUINO_USB_CDC_ON_BOOT=0',
      'KWS_MIC_GAIN=4',
      'KWS_MIC_RIGHT',
      'KWS_MIC_PIN_CLK=33',
      'KWS_MIC_PIN_DATA=23',
      'KWS_LIVE',
    ],
  },
  {
    name: 'esp32-es7210',
    hal: 'esp32-es7210',
    headers: 'arduino-esp32',
    cases: 'esp32_i2s_cases.cpp',
    more: ['es7210_cases.h'],
    defines: [
      'ARDUINO_ARCH_ESP32',
      'ARDUINO_USB_CDC_ON_BOOT=1',
      'KWS_MIC_GAIN=8',
      'KWS_LIVE',
      'KWS_MIC_PIN_SDA=8',
      'KWS_MIC_PIN_SCL=18',
      'KWS_MIC_PIN_MCLK=2',
      'KWS_MIC_PIN_BCLK=17',
      'KWS_MIC_PIN_WS=45',
      'KWS_MIC_PIN_SD=16',
    ],
  },
  {
    name: 'stm32-dfsdm',
    hal: 'stm32-dfsdm',
    headers: 'arduino-stm32',
    cases: 'stm32_cases.cpp',
    defines: ['STM32L4xx', ...stm32],
  },
  {
    name: 'stm32-adf',
    hal: 'stm32-adf',
    headers: 'arduino-stm32',
    cases: 'stm32_cases.cpp',
    defines: ['STM32U5xx', ...stm32],
  },
  {
    name: 'stm32-sai-wm8994',
    hal: 'stm32-sai-wm8994',
    headers: 'arduino-stm32',
    cases: 'stm32_cases.cpp',
    more: ['wm8994_cases.h'],
    defines: ['STM32F7xx', ...stm32],
  },
];

/** Names of the cases, read from the program's source: none can be forgotten here. */
function caseNames(...files: readonly string[]): string[] {
  return files.flatMap((file) =>
    [...readFileSync(join(here, file), 'utf8').matchAll(/\{?\s*"([a-z0-9-]+)",\s*[a-z_]+\s*\}?/g)].map(
      ([, name]) => name!,
    ),
  );
}

/** Built, and run once: the program runs each case in a process of its own. */
function driven(program: NativeProgram, cases: readonly string[]): void {
  const said = new Map<string, string>();
  beforeAll(async () => {
    const output = await runNative(await buildNative(program), '');
    for (const line of output.split('\n')) {
      const [, name, rest] = /^([a-z0-9-]+) (.*)$/.exec(line) ?? [];
      if (name !== undefined) said.set(name, rest!);
    }
  });
  test.each(cases)('%s', (name) => expect(said.get(name)).toBe('ok'));
}

describe.each(boards)('$name', ({ name, hal, headers, cases, more = [], defines }) => {
  const names = caseNames('serial_cases.h', cases, ...more);
  test('has all its cases', () => expect(names.length).toBeGreaterThanOrEqual(8));
  const wanted = [...common, ...HALS[hal].sources].map((file) => join(halSource, file));
  driven(
    {
      name: `hal-${name.replace(/\W+/g, '-')}`,
      libraries: ['kws_hal'],
      sources: [join(here, 'board.cpp'), join(here, cases)],
      includes: [join(stand, headers), join(stand, 'nrf52'), join(stand, 'common'), here],
      flags: [
        ...HALS[hal].macros.map((macro) => `-D${macro}=1`),
        '-DKWS_SERIAL_BAUD=115200',
        '-DKWS_MIC_SETTLE_MS=10',
        ...defines.map((define) => `-D${define}`),
      ],
      exclude: (file) => file.startsWith(halSource) && !wanted.includes(file),
    },
    names,
  );
});

describe('zephyr-dmic', () => {
  const wanted = [...common, 'no_pins.cpp', ...HALS['zephyr-dmic'].sources];
  driven(
    {
      name: 'hal-zephyr',
      libraries: ['kws_hal'],
      sources: [join(here, 'zephyr_cases.cpp')],
      includes: [join(root, 'test', 'e2e', 'fixtures', 'zephyr'), here],
      flags: ['-DKWS_HAL_ZEPHYR=1', '-DKWS_MIC_SETTLE_MS=10', '-DKWS_MIC_GAIN=4', '-DKWS_LIVE'],
      exclude: (file) =>
        file.startsWith(halSource) && !wanted.map((name) => join(halSource, name)).includes(file),
    },
    caseNames('zephyr_cases.cpp'),
  );
});

describe('silence watch and settling', () => {
  driven(
    {
      name: 'hal-silence-watch',
      libraries: ['kws_hal'],
      sources: [join(here, 'silence_watch_cases.cpp')],
      includes: [here],
    },
    caseNames('silence_watch_cases.cpp'),
  );
});
