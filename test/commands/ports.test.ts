import { afterEach, describe, expect, test, vi } from 'vitest';
import { jsonLines, kwsGen } from '../support/command-line.js';

afterEach(() => vi.unstubAllEnvs());

const NANO = {
  path: '/dev/ttyACM0',
  vendorId: '2341',
  productId: '805a',
  serialNumber: 'A1',
  manufacturer: 'Arduino',
};

async function ports(list: unknown, ...argv: string[]) {
  vi.stubEnv('KWS_PORTS_JSON', typeof list === 'string' ? list : JSON.stringify(list));
  return kwsGen(['ports', ...argv]);
}

describe('ports', () => {
  test('a table with the boards that have these USB ids', async () => {
    const { code, out, err } = await ports([{ path: '/dev/ttyS0' }, NANO]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'PORT          USB ID     SERIAL NUMBER  BOARD                DESCRIPTION',
      '/dev/ttyACM0  2341:805A  A1             arduino-nano-33-ble  Arduino',
      '/dev/ttyS0    -          -              -                    -',
      '',
    ]);
  });

  test('--json: one object per port, ids in upper case', async () => {
    const { out } = await ports([NANO], '--json');
    expect(jsonLines(out)).toEqual([
      { kws: 1, t: 'port', ...NANO, productId: '805A', boards: ['arduino-nano-33-ble'], state: 'firmware' },
    ]);
  });

  test('a bootloader is told from a firmware', async () => {
    const boot = { ...NANO, productId: '005a' };
    expect((await ports([boot])).out).toContain('arduino-nano-33-ble (bootloader)  Arduino');
    const lines = jsonLines((await ports([boot, { path: '/dev/ttyS0' }], '--json')).out);
    expect(lines.map(({ state }) => state)).toEqual(['bootloader', null]);
  });

  test('none: what to try', async () => {
    const { code, out } = await ports([]);
    expect([code, out]).toEqual([
      0,
      'No serial port. Connect a board with a USB cable that carries data, or try --board virtual-cortex-m4.\n',
    ]);
    expect((await ports([], '--json')).out).toBe('');
  });

  test('what a port says of itself cannot control the terminal', async () => {
    const { out } = await ports([{ path: '/dev/ttyACM0', manufacturer: '\u001b[2JEvil' }]);
    expect(out).not.toContain('\u001b');
  });

  test('a replacement that is none', async () => {
    const { code, out, err } = await ports('nonsense');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(
      /^error KWS_PORTS_JSON, nonsense: not a list of ports\n {2}next: set it to a JSON array/,
    );
  });
});
