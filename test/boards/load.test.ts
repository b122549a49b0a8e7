import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BOARDS_FOLDER, findBoard, loadBoards, parseBoard } from '../../src/boards/load.js';
import { boardJsonSchema } from '../../src/boards/schema.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { root } from '../support/native.js';

const boards = loadBoards();

/** What was thrown, as the user reads it. */
function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof KwsError && error.exitCode === 2) return error.message;
    throw error;
  }
  return 'nothing was thrown';
}

const valid = JSON.parse(readFileSync(join(BOARDS_FOLDER, 'arduino-nano-33-ble.board.json'), 'utf8'));

/** A folder with one board file made from the valid one, beside its twin's board. */
function folderWith(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'kws-boards-'));
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  return folder;
}

describe('the boards that come with the tool', () => {
  test('are these', () => {
    expect([...boards.keys()]).toEqual([
      'adafruit-feather-nrf52840-sense',
      'arduino-nano-33-ble',
      'arduino-nano-rp2040-connect',
      'esp32-s3-devkitc-1',
      'native',
      'virtual-cortex-m3',
      'virtual-cortex-m4',
      'virtual-cortex-m7',
    ]);
  });

  test.each([
    ['nano33ble', 'arduino-nano-33-ble'],
    ['nanorp2040connect', 'arduino-nano-rp2040-connect'],
    ['adafruit_feather_nrf52840_sense', 'adafruit-feather-nrf52840-sense'],
    ['esp32-s3-devkitc-1', 'esp32-s3-devkitc-1'],
    ['virtual_cortex_m4', 'virtual-cortex-m4'],
    [' Virtual-Cortex-M4 ', 'virtual-cortex-m4'],
  ])('%s finds %s', (name, id) => {
    expect(findBoard(name, boards).id).toBe(id);
  });

  test('an unknown name is answered with the nearest', () => {
    expect(messageOf(() => findBoard('virtual-cortex-m5', boards))).toBe(
      'there is no board "virtual-cortex-m5"\n  next: did you mean virtual-cortex-m3?',
    );
    expect(messageOf(() => findBoard('toaster', boards))).toMatch(
      /^there is no board "toaster"\n {2}next: known are adafruit-feather.*, virtual-cortex-m7$/,
    );
  });

  test.each([...boards.values()].filter(({ kind }) => kind === 'real').map((board) => [board.id, board]))(
    '%s: pinned platform, own sources, licences named',
    (_, board) => {
      expect(board.platformio.platform).toMatch(/@\d+\.\d+\.\d+$/);
      expect(board.tflm?.spec).toMatch(/@\d+\.\d+\.\d+$/);
      for (const source of board.halSources)
        expect(readFileSync(join(root, 'templates/lib/kws_hal/src', source), 'utf8')).toMatch(
          /#if defined\(KWS_HAL_/,
        );
      expect(board.notices.length).toBeGreaterThan(0);
      expect(board.usb.every(({ vid }) => vid !== '0000')).toBe(true);
    },
  );

  test('mbed boards with an FPU take back the soft-float ABI that their platform appends', () => {
    const mbed = [...boards.values()].filter(({ notices }) => notices.some(({ name }) => name === 'Mbed OS'));
    const withFpu = mbed.filter(({ core }) => core === 'cortex-m4f' || core === 'cortex-m7');
    expect(withFpu.map(({ id }) => id)).toEqual(['arduino-nano-33-ble']);
    for (const board of withFpu) expect(board.platformio.buildUnflags).toContain('-mfloat-abi=soft');
  });

  test('vendor code is compiled by its own standard: C++17 is for our sources and libraries alone', () => {
    for (const { kind, platformio } of boards.values()) {
      expect([...platformio.buildFlags, ...platformio.buildUnflags].join(' ')).not.toContain('-std=');
      if (kind === 'real') expect(platformio.options.build_src_flags).toBe('-std=gnu++17');
    }
    const libraries = join(root, 'templates/lib');
    for (const name of readdirSync(libraries)) {
      const manifest = join(libraries, name, 'library.json');
      if (!existsSync(join(libraries, name, 'src'))) continue;
      expect(JSON.parse(readFileSync(manifest, 'utf8')).build.flags, name).toContain('-std=gnu++17');
    }
  });

  test('what the HAL is told', () => {
    expect([...findBoard('esp32-s3-devkitc-1', boards).halDefines]).toEqual([
      ['KWS_HAL_ARDUINO', '1'],
      ['KWS_HAL_ESP32_I2S', '1'],
      ['KWS_SERIAL_BAUD', '115200'],
      ['KWS_MIC_GAIN', '4'],
      ['KWS_MIC_SETTLE_MS', '300'],
      ['KWS_MIC_PIN_BCLK', '41'],
      ['KWS_MIC_PIN_SD', '2'],
      ['KWS_MIC_PIN_WS', '42'],
    ]);
    expect([...findBoard('virtual-cortex-m4', boards).halDefines]).toEqual([]);
  });

  test('virtual boards agree with their PlatformIO boards', () => {
    for (const board of boards.values()) {
      if (board.platformio.platform !== 'bundled') continue;
      const path = join(root, 'templates/platform-virtual/boards', `${board.platformio.board}.json`);
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      expect(manifest.upload.maximum_size, board.id).toBe(board.flashBytes);
      expect(manifest.upload.maximum_ram_size, board.id).toBe(board.ramBytes);
      if (board.kind === 'virtual') expect(manifest.build.f_cpu).toBe(`${board.clockHz}L`);
    }
  });

  test('schemas/board.schema.json is fresh', () => {
    const path = join(root, 'schemas', 'board.schema.json');
    if (process.env.KWS_UPDATE_SCHEMAS === '1') writeFileSync(path, boardJsonSchema());
    expect(readFileSync(path, 'utf8')).toBe(boardJsonSchema());
  });

  test('no field of a board file goes without a description', () => {
    const check = (node: Record<string, unknown>, place: string): void => {
      for (const [name, field] of Object.entries(
        (node.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (name !== '$schema') expect(field.description, `${place}.${name}`).toBeTypeOf('string');
        check(field, `${place}.${name}`);
      }
    };
    check(JSON.parse(boardJsonSchema()), '');
  });
});

describe('mistakes in a board file', () => {
  test('are all reported at once, each with its field, its value and the fix', () => {
    const { name: _, ...rest } = valid;
    const folder = folderWith({
      'arduino-nano-33-ble.board.json': {
        ...rest,
        core: 'cortexm7',
        flashBytes: -1,
        clokHz: 64,
        usb: [{ vid: '0x2341', pid: '805A' }],
        platformio: { ...valid.platformio, platform: 'nordicnrf52' },
      },
      'Bad Name.board.json': '{',
    });
    const message = messageOf(() => loadBoards([folder]));
    expect(message).toContain('Bad Name.board.json: "Bad Name" cannot be a board id');
    expect(message).toContain('Bad Name.board.json: this is no JSON');
    const place = `${folder}/arduino-nano-33-ble.board.json, `;
    expect(message).toContain(`${place}name: is missing\n  next: give the name its maker gives it`);
    expect(message).toContain(
      `${place}core: "cortexm7" is not known here\n  next: did you mean "cortex-m7"?`,
    );
    expect(message).toContain(`${place}flashBytes: -1 is below 0`);
    expect(message).toContain(`${place}clokHz: there is no such field\n  next: did you mean clockHz?`);
    expect(message).toContain(
      `${place}usb[0].vid: "0x2341" must be four upper-case hex digits, such as "2341"`,
    );
    expect(message).toContain(
      `${place}platformio.platform: "nordicnrf52" must be a pinned platform, such as "nordicnrf52@10.11.0", or "bundled"`,
    );
  });

  test.each([
    ['usb', { ...valid, usb: [] }, 'usb: [] must list the USB ids of its serial port'],
    ['twin', { ...valid, twin: null }, 'twin: null must name the twin, or say in its note why there is none'],
    [
      'bundled',
      { ...valid, platformio: { ...valid.platformio, platform: 'bundled' } },
      'platformio.platform: "bundled" is for virtual boards: name the platform of its vendor',
    ],
    [
      'tflm',
      { ...valid, tflm: null },
      'defaultRuntime: "tflm" needs an interpreter library in the field tflm',
    ],
    [
      'level',
      { ...valid, verified: { level: 'emulated', note: 'x' } },
      'verified.level: "emulated" is for virtual boards',
    ],
    ['twin cpu', { ...valid, twin: { board: 'x', note: 'y' } }, 'twin.cpu: is missing'],
    ['no object', [], 'is not an object in { }'],
  ])('%s', (_, value, expected) => {
    expect(messageOf(() => loadBoards([folderWith({ 'a.board.json': value })]))).toContain(expected);
  });

  test('names that clash and twins that are not there', () => {
    const folder = folderWith({
      'a.board.json': valid,
      'b.board.json': { ...valid, twin: null, kind: 'real' },
    });
    expect(messageOf(() => loadBoards([folder]))).toContain('b.board.json, twin: null must name');
    const clash = folderWith({ 'a.board.json': valid, 'b.board.json': valid });
    expect(messageOf(() => loadBoards([clash]))).toBe(
      [
        'a.board.json, twin.board: "virtual-cortex-m4" is no virtual board\n  next: use null',
        'b.board.json, aliases: "nano33ble" already names a\n  next: remove it from one of the two',
        'b.board.json, twin.board: "virtual-cortex-m4" is no virtual board\n  next: use null',
      ].join('\n'),
    );
  });

  test('a missing folder and an oversized file', () => {
    expect(messageOf(() => loadBoards(['/nowhere']))).toContain(
      '/nowhere: this folder of boards cannot be read',
    );
    const folder = folderWith({ 'a.board.json': ' '.repeat(70_000) });
    expect(messageOf(() => loadBoards([folder]))).toContain('a.board.json: this board file is too large');
  });

  test('any bytes give problems, never a crash', () => {
    const field = fc.constantFrom(...Object.keys(valid));
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const result = parseBoard('a', JSON.stringify({ ...valid, [name]: value }), 'a.board.json');
        if (Array.isArray(result))
          for (const { what, where } of result) expect(`${where} ${what}`).toContain('a.board');
      }),
      { numRuns: 300, seed: 7 },
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Array.isArray(parseBoard('a', text, 'a.board.json'))).toBe(true);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

test("a later folder replaces a board of the same id, and a project's own board is found", () => {
  const folder = folderWith({
    'arduino-nano-33-ble.board.json': { ...valid, name: 'Mine' },
    'my-board.board.json': { ...valid, aliases: [], name: 'New' },
  });
  const all = loadBoards([BOARDS_FOLDER, folder]);
  expect(findBoard('nano33ble', all).name).toBe('Mine');
  expect(findBoard('my-board', all).name).toBe('New');
  expect(all.size).toBe(readdirSync(BOARDS_FOLDER).length + 1);
});
