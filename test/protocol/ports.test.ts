import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openError } from '../../src/protocol/port-errors.js';
import type { PortInfo } from '../../src/protocol/port-info.js';
import { choosePort, listPorts, matchPorts, waitForPort } from '../../src/protocol/ports.js';

const folder = mkdtempSync(join(tmpdir(), 'kws-ports-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nano: PortInfo = {
  path: '/dev/ttyACM0',
  vendorId: '2341',
  productId: '005A',
  serialNumber: 'A1',
  manufacturer: 'Arduino',
};
const other: PortInfo = { path: '/dev/ttyACM1', vendorId: '2341', productId: '005A', serialNumber: 'B2' };
const bridge: PortInfo = { path: '/dev/ttyUSB0', vendorId: '10C4', productId: 'EA60' };
const ids = ['2341:805a', '2341:005a'];
const noUdev = async () => {
  throw Object.assign(new Error('spawn udevadm ENOENT'), { code: 'ENOENT' });
};

function script(name: string, text: string): string[] {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return [process.execPath, path];
}

describe('listing', () => {
  test('takes what the library says, tidied and sorted', async () => {
    const ports = await listPorts({
      env: {},
      list: async () => [
        { path: '/dev/ttyUSB0', vendorId: '10c4', productId: 'ea60', manufacturer: '' },
        { path: '/dev/ttyACM0', serialNumber: 'x\u001b[1m', vendorId: undefined },
        { nonsense: true },
      ],
    });
    expect(ports).toEqual([{ path: '/dev/ttyACM0', serialNumber: 'x' }, bridge]);
  });

  test('asks PlatformIO where udev is missing', async () => {
    const pio = script(
      'pio.cjs',
      `if (process.argv.slice(2).join(' ') !== 'device list --json-output') process.exit(1);
       console.log(JSON.stringify([
         { port: '/dev/ttyACM0', description: 'Nano 33 BLE', hwid: 'USB VID:PID=2341:005a SER=A1 LOCATION=1-1' },
         { port: '/dev/ttyS0', description: 'n/a', hwid: 'n/a' }]));`,
    );
    expect(await listPorts({ env: {}, list: noUdev, platformio: pio })).toEqual([
      {
        path: '/dev/ttyACM0',
        description: 'Nano 33 BLE',
        vendorId: '2341',
        productId: '005A',
        serialNumber: 'A1',
      },
      { path: '/dev/ttyS0' },
    ]);
  });

  test.each([
    ['answers nonsense', script('nonsense.cjs', 'console.log("hm")'), 'something other than a list of ports'],
    ['fails', script('fail.cjs', 'process.exit(3)'), 'the serial ports could not be listed'],
    ['is missing too', ['/nowhere/pio'], 'install udev'],
  ])('an error when PlatformIO %s', async (_, platformio, text) => {
    await expect(listPorts({ env: {}, list: noUdev, platformio })).rejects.toThrow(text);
  });

  test('can be replaced by JSON or a file of it', async () => {
    const json = JSON.stringify([nano, bridge]);
    const file = join(folder, 'ports.json');
    writeFileSync(file, json);
    for (const KWS_PORTS_JSON of [json, file])
      expect(await listPorts({ env: { KWS_PORTS_JSON } })).toEqual([nano, bridge]);
  });

  test.each(['[{"path":5}]', '[1', '/nowhere/ports.json'])(
    'KWS_PORTS_JSON=%s is refused',
    async (KWS_PORTS_JSON) => {
      await expect(listPorts({ env: { KWS_PORTS_JSON } })).rejects.toThrow(
        /KWS_PORTS_JSON.*: not a list of ports/,
      );
    },
  );
});

describe('choosing', () => {
  test('goes by USB ids in any case', () => {
    expect(matchPorts([nano, bridge, { path: '/dev/ttyS0' }], ids)).toEqual([nano]);
    expect(choosePort('arduino-nano-33-ble', [nano, bridge], ids)).toBe(nano);
  });

  test('lists several', () => {
    expect(() => choosePort('arduino-nano-33-ble', [nano, other], ids)).toThrow(
      'arduino-nano-33-ble: 2 ports match this board\n' +
        '  why: /dev/ttyACM0 (2341:005A, Arduino, serial A1), /dev/ttyACM1 (2341:005A, serial B2)\n' +
        '  next: choose one with --port, e.g. --port /dev/ttyACM0',
    );
  });

  test('says what is there and what to do when there is none', () => {
    expect(() => choosePort('nano', [bridge], ids)).toThrow(
      /^nano: no port of this board was found\n {2}why: it would be 2341:805a or 2341:005a; there are only \/dev\/ttyUSB0 \(10C4:EA60\)\n {2}next: connect the board with a USB cable that carries data, .*driver/,
    );
    expect(() => choosePort('nano', [], ids)).toThrow('no serial port is there');
  });
});

describe('waiting for a port that comes back', () => {
  const appearing = (...rounds: PortInfo[][]) => {
    let round = 0;
    return async () => rounds[Math.min(round++, rounds.length - 1)]!;
  };
  const wait = (list: () => Promise<PortInfo[]>, before?: PortInfo, timeout = 3000) =>
    waitForPort({ board: 'nano', usbIds: ids, list, timeout, ...(before ? { before } : {}) });

  test('under another path', async () => {
    const moved = { ...nano, path: '/dev/ttyACM7' };
    expect(await wait(appearing([nano], [], [], [moved]), nano)).toEqual(moved);
  });

  test('tells two boards apart by serial number, or by path', async () => {
    expect(await wait(appearing([other], [other, nano]), nano)).toEqual(nano);
    const { serialNumber: _, ...anonymous } = nano;
    expect(await wait(appearing([other, anonymous]), anonymous)).toEqual(anonymous);
  });

  test('gives up with what is there', async () => {
    await expect(wait(appearing([bridge]), nano, 200)).rejects.toThrow('no port of this board was found');
    await expect(wait(appearing([nano, other]), undefined, 200)).rejects.toThrow('2 ports match');
  });

  test('can be aborted', async () => {
    const signal = AbortSignal.timeout(50);
    const waiting = waitForPort({ board: 'nano', usbIds: ids, list: async () => [], signal });
    await expect(waiting).rejects.toThrow();
  });
});

describe('a port that does not open', () => {
  test.each([
    ['Error Resource temporarily unavailable Cannot lock port', 'the port is in use by another program'],
    ['Opening COM3: Access denied', 'the port is in use by another program'],
    ['Error: Permission denied, cannot open /dev/ttyACM0', 'you are not allowed to open the port'],
    ['Error: No such file or directory, cannot open /dev/ttyACM0', 'there is no such port'],
    ['Opening COM3: File not found', 'there is no such port'],
    ['Inappropriate ioctl for device', 'the port could not be opened'],
  ])('%s', (said, what) => {
    const error = openError('/dev/ttyACM0', new Error(said));
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain(`/dev/ttyACM0: ${what}\n  why: ${said}\n  next: `);
  });

  test('forbidden gives the commands that help', () => {
    const text = openError('/dev/ttyACM0', new Error('Permission denied'), 'linux').message;
    expect(text).toContain('sudo usermod -aG dialout $USER');
    expect(text).toContain('/etc/udev/rules.d/99-kws.rules');
  });
});
