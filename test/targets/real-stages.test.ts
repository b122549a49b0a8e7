/** Which port a board is on, from what the machine says. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findBoard, loadBoards } from '../../src/boards/index.js';
import type { Aim } from '../../src/targets/aim.js';
import { firmwarePort, namedPort } from '../../src/targets/board-ports.js';
import { realStages } from '../../src/targets/real-stages.js';

const known = loadBoards();
const board = findBoard('arduino-nano-33-ble', known);
const [usb] = board.usb;
const nano = (path: string) => ({
  path,
  vendorId: usb!.vid,
  productId: usb!.pid,
  serialNumber: path.slice(-1),
});
const other = { path: '/dev/ttyS0' };

function machine(...ports: readonly object[]): void {
  vi.stubEnv('KWS_PORTS_JSON', JSON.stringify(ports));
}

beforeEach(() => machine());
afterEach(() => vi.unstubAllEnvs());

const find = (stages = realStages()) => stages.find(board, undefined, 'firmware-out', known);

describe('the port of a board', () => {
  test('the one with its USB ids', async () => {
    machine(other, nano('/dev/ttyACM3'));
    expect(await find()).toMatchObject({ port: '/dev/ttyACM3', baudRate: 115_200 });
  });

  test('none: what it would be, and what there is', async () => {
    machine(other);
    await expect(find()).rejects.toThrow(
      /no port of this board was found\n {2}why: it would be .*; there are only \/dev\/ttyS0/,
    );
  });

  test('several: listed where nobody can be asked', async () => {
    machine(nano('/dev/ttyACM1'), nano('/dev/ttyACM2'));
    await expect(find()).rejects.toThrow(
      /2 ports match this board\n {2}why: \/dev\/ttyACM1 \(.*\), \/dev\/ttyACM2 \(/,
    );
  });

  test('several: a question where somebody can be asked', async () => {
    machine(nano('/dev/ttyACM1'), other, nano('/dev/ttyACM2'));
    const asked: unknown[] = [];
    const stages = realStages(async () => ({
      choose: async (question, options) => {
        asked.push(question, ...options.map(({ value, hint }) => `${value}: ${hint}`));
        return options[1]!.value;
      },
      text: async () => '',
    }));
    expect(await find(stages)).toMatchObject({ port: '/dev/ttyACM2' });
    const ids = `${usb!.vid}:${usb!.pid}`;
    expect(asked).toEqual([
      `Which of them is the ${board.name}?`,
      `/dev/ttyACM1: ${ids}, serial 1`,
      `/dev/ttyACM2: ${ids}, serial 2`,
    ]);
  });

  test('a virtual board that does not run', async () => {
    const virtual = findBoard('virtual-cortex-m4', loadBoards());
    await expect(realStages().find(virtual, undefined, '/nonexistent/firmware-out', known)).rejects.toThrow(
      'no virtual-cortex-m4 runs firmware of this folder\n  next: kws-gen flash --board virtual-cortex-m4 --no-monitor',
    );
  });
});

describe('a bootloader', () => {
  const [boot] = board.usb.filter(({ state }) => state === 'bootloader');
  const bootloader = (path: string) => ({ path, vendorId: boot!.vid, productId: boot!.pid });
  const signal = new AbortController().signal;

  test('is no board that runs: said, with what to do', async () => {
    machine(other, bootloader('/dev/ttyACM0'));
    await expect(find()).rejects.toThrow(
      /Arduino Nano 33 BLE.* on \/dev\/ttyACM0: the board is in its bootloader and runs no firmware[\s\S]*press its reset button/,
    );
  });

  test('does not count after an upload: the firmware’s port is waited for', async () => {
    machine(bootloader('/dev/ttyACM0'));
    const waiting = firmwarePort(board, undefined, signal);
    machine(bootloader('/dev/ttyACM0'), nano('/dev/ttyACM1'));
    expect((await waiting).path).toBe('/dev/ttyACM1');
  });

  test('that stays after an upload is an error', async () => {
    machine(bootloader('/dev/ttyACM0'));
    await expect(firmwarePort(board, undefined, signal, 1)).rejects.toThrow('is in its bootloader');
  });

  test('may be uploaded to', async () => {
    machine(bootloader('/dev/ttyACM0'));
    const located = await realStages().locate({ board, runtime: 'aot' } as Aim);
    expect(located).toMatchObject({ port: '/dev/ttyACM0', portFound: true });
  });
});

describe('neither a board nor a port is named', () => {
  const any = (stages = realStages()) =>
    stages.find(undefined, undefined, '/nonexistent/firmware-out', known);

  test('the only known board there is', async () => {
    machine(other, nano('/dev/ttyACM3'));
    expect(await any()).toMatchObject({ port: '/dev/ttyACM3', baudRate: board.monitorBaud });
  });

  test('none: what was looked for', async () => {
    machine(other);
    await expect(any()).rejects.toThrow(
      'neither a board nor a port is named, and none was found\n  why: no virtual board runs firmware of /nonexistent/firmware-out, and no serial port has the USB ids of a known board\n  next: --board ID or --port PATH names one (kws-gen ports lists the ports); kws-gen flash puts firmware on a board',
    );
  });

  test('several: listed, or asked', async () => {
    machine(nano('/dev/ttyACM1'), nano('/dev/ttyACM2'));
    await expect(any()).rejects.toThrow(
      '2 boards are there\n  why: /dev/ttyACM1, /dev/ttyACM2\n  next: name one with --board ID or --port PATH',
    );
    const stages = realStages(async () => ({
      choose: async (_, options) => options[1]!.value,
      text: async () => '',
    }));
    expect(await any(stages)).toMatchObject({ port: '/dev/ttyACM2' });
  });

  test('a list of ports that is none is told', async () => {
    vi.stubEnv('KWS_PORTS_JSON', 'nonsense');
    await expect(any()).rejects.toThrow('KWS_PORTS_JSON, nonsense: not a list of ports');
  });
});

describe('before anything is built', () => {
  const target = (fields: Partial<Aim>) => ({ board, runtime: 'aot', ...fields }) as Aim;
  const locate = (fields: Partial<Aim>) => realStages().locate(target(fields));

  test('the port is found', async () => {
    machine(other, nano('/dev/ttyACM3'));
    expect(await locate({})).toMatchObject({ port: '/dev/ttyACM3', portFound: true });
  });

  test('a board that is not there is missed', async () => {
    await expect(locate({})).rejects.toThrow('no port of this board was found');
  });

  test('a port that is named is taken as it is, where it is one', async () => {
    expect((await locate({ port: 'COM3' })).portFound).toBeUndefined();
    await expect(locate({ port: '/dev/ttyNOPE7' })).rejects.toThrow(
      /^\/dev\/ttyNOPE7: there is no such port\n[\s\S]*kws-gen ports/,
    );
  });

  test.each([
    ['F00BA4', '/dev/ttyACM3'],
    ['f00ba4', '/dev/ttyACM3'],
    ['/dev/cu.usbmodem1', '/dev/cu.usbmodem1'],
    ['COM3', 'COM3'],
    ['ttyS9', 'ttyS9'],
  ])('the port called %s is %s', async (name, path) => {
    machine({ ...nano('/dev/ttyACM3'), serialNumber: 'F00BA4' }, { path: 'ttyS9' });
    expect(await namedPort(name)).toMatchObject({ path });
  });

  test('a serial number leads to the path, also of a board that runs, which is found again by it', async () => {
    machine({ ...nano('/dev/ttyACM3'), serialNumber: 'F00BA4' }, nano('/dev/ttyACM1'));
    expect(await locate({ port: 'f00ba4' })).toMatchObject({ port: '/dev/ttyACM3' });
    const running = await realStages().find(board, 'f00ba4', 'firmware-out', known);
    expect(running).toMatchObject({ port: '/dev/ttyACM3', baudRate: board.monitorBaud });
    machine({ ...nano('/dev/ttyACM7'), serialNumber: 'F00BA4' }, nano('/dev/ttyACM1'));
    const again = await running.again?.(new AbortController().signal);
    expect(again).toMatchObject({ port: '/dev/ttyACM7' });
  });

  test.each([
    ['none has it', [{ ...nano('/dev/ttyACM3'), serialNumber: 'X1' }], /there are \/dev\/ttyACM3 \(X1\)/],
    ['nothing is there', [], /there is no serial port at all/],
    ['two have it', [nano('/dev/ttyACMA'), nano('/dev/ttyUSBA')], /several ports have this serial number/],
  ])('a serial number that names no port: %s', async (_, list, said) => {
    machine(...list);
    await expect(namedPort('A')).rejects.toThrow(said);
  });

  test('a virtual board has none yet', async () => {
    const virtual = target({ board: findBoard('native', loadBoards()) });
    expect(await realStages().locate(virtual)).toBe(virtual);
  });
});

test('--tflm-path that is no folder is refused before rendering', async () => {
  const target = { tflmPath: '/nonexistent/tflm' } as Parameters<ReturnType<typeof realStages>['render']>[0];
  await expect(realStages().render(target)).rejects.toThrow('--tflm-path /nonexistent/tflm: is no folder');
});
