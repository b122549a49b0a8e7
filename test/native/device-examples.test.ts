/** The examples of device code: compiled as firmware compiles it, and driven over stand-ins of what they use. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildNative, root, runNative } from '../support/native.js';

const EXAMPLES = join(root, 'examples', 'device');
const HEADERS = join(root, 'test', 'fixtures', 'device-headers');

interface Row {
  /** Folders of headers beside ours. */
  readonly headers?: string;
  readonly flags?: readonly string[];
  readonly said: readonly string[];
}

const blink = (times: number) => Array.from({ length: times }, () => ['on', 'off']).flat();
const ROWS: Readonly<Record<string, Row>> = {
  led: { said: ['output 13 0', 'yes', ...blink(1), 'no', ...blink(2), 'yes', ...blink(1)] },
  'usb-key': {
    headers: 'adafruit',
    flags: ['-DUSE_TINYUSB'],
    said: ['4', 'begin', 'detach', 'attach', 'down 44 0', 'up'],
  },
  ble: {
    headers: 'mbed',
    flags: ['-DARDUINO_ARCH_MBED'],
    said: [
      ...['service 7d0c5f60', 'characteristic 18 32', 'no Bluetooth'],
      ...['name kws', 'add', 'advertise', 'notify yes', 'poll'],
    ],
  },
  mqtt: {
    headers: 'esp32',
    flags: ['-DARDUINO_ARCH_ESP32'],
    said: [
      ...['core 0', 'port 1883', 'connect kws', 'connect kws', 'kws/heard first'],
      ...Array.from({ length: 7 }, () => 'kws/heard more'),
    ],
  },
};

test('each of them has its row', () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(ROWS).sort());
});

test.each(Object.entries(ROWS))('%s', async (name, { headers, flags = [], said }) => {
  const program = await buildNative({
    name: `device-${name}`,
    libraries: [],
    sources: [
      ...readdirSync(join(EXAMPLES, name, 'device')).map((file) => join(EXAMPLES, name, 'device', file)),
      join(root, 'test', 'native', 'device-examples', `${name}.cpp`),
    ],
    includes: [
      join(root, 'templates', 'lib', 'kws_app', 'include'),
      ...(headers === undefined ? [] : [join(HEADERS, headers)]),
    ],
    flags,
  });
  expect((await runNative(program, '')).trim().split('\n')).toEqual(said);
});
