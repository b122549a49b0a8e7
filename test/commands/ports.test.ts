import { afterEach, describe, expect, test, vi } from 'vitest';
import { jsonLines, kwsGen } from '../support/command-line.js';

afterEach(() => vi.unstubAllEnvs());

/** Nobody else has its ids. */
const FEATHER = {
  path: '/dev/ttyACM0',
  vendorId: '239a',
  productId: '8087',
  serialNumber: 'A1',
  manufacturer: 'Adafruit',
};

async function ports(list: unknown, ...argv: string[]) {
  vi.stubEnv('KWS_PORTS_JSON', typeof list === 'string' ? list : JSON.stringify(list));
  return kwsGen(['ports', ...argv]);
}

describe('ports', () => {
  test('a table with the boards that have these USB ids', async () => {
    const { code, out, err } = await ports([{ path: '/dev/ttyS0' }, FEATHER]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      'PORT          USB ID     SERIAL NUMBER  BOARD                            DESCRIPTION',
      '/dev/ttyACM0  239A:8087  A1             adafruit-feather-nrf52840-sense  Adafruit',
      '/dev/ttyS0    -          -              -                                -',
      '',
    ]);
  });

  test('a board of which there are several is called all their names', async () => {
    const { out } = await ports([{ ...FEATHER, vendorId: '2341', productId: '805a' }]);
    expect(out).toContain('arduino-nano-33-ble or arduino-nano-33-ble-pdm');
  });

  test('--json: one object per port, ids in upper case', async () => {
    const { out } = await ports([FEATHER], '--json');
    expect(jsonLines(out)).toEqual([
      {
        kws: 1,
        t: 'port',
        ...FEATHER,
        vendorId: '239A',
        boards: ['adafruit-feather-nrf52840-sense'],
        state: 'firmware',
      },
    ]);
  });

  test('a bootloader is told from a firmware', async () => {
    const boot = { ...FEATHER, productId: '0087' };
    expect((await ports([boot])).out).toContain('adafruit-feather-nrf52840-sense (bootloader)  Adafruit');
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
