/** Which port a board is on, from what the machine says. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findBoard, loadBoards } from '../../src/boards/index.js';
import { realStages } from '../../src/commands/real-stages.js';
import type { Target } from '../../src/commands/stages.js';

const board = findBoard('arduino-nano-33-ble', loadBoards());
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

const find = (stages = realStages()) => stages.find(board, undefined, 'firmware-out');

describe('the port of a board', () => {
  test('the one with its USB ids', async () => {
    machine(other, nano('/dev/ttyACM3'));
    expect(await find()).toEqual({ port: '/dev/ttyACM3', baudRate: 115_200 });
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
    await expect(realStages().find(virtual, undefined, '/nonexistent/firmware-out')).rejects.toThrow(
      'no virtual-cortex-m4 runs firmware of this folder\n  next: kws-gen flash --board virtual-cortex-m4 --no-monitor',
    );
  });
});

describe('neither a board nor a port is named', () => {
  const any = (stages = realStages()) => stages.find(undefined, undefined, '/nonexistent/firmware-out');

  test('the only known board there is', async () => {
    machine(other, nano('/dev/ttyACM3'));
    expect(await any()).toEqual({ port: '/dev/ttyACM3', baudRate: board.monitorBaud });
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
  const target = (fields: Partial<Target>) => ({ board, runtime: 'aot', ...fields }) as Target;
  const locate = (fields: Partial<Target>) => realStages().locate(target(fields));

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

  test('a virtual board has none yet', async () => {
    const virtual = target({ board: findBoard('native', loadBoards()) });
    expect(await realStages().locate(virtual)).toBe(virtual);
  });
});

test('--tflm-path that is no folder is refused before rendering', async () => {
  const target = { tflmPath: '/nonexistent/tflm' } as Parameters<ReturnType<typeof realStages>['render']>[0];
  await expect(realStages().render(target)).rejects.toThrow('--tflm-path /nonexistent/tflm: is no folder');
});
