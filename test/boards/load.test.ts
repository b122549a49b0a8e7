import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBoard } from '../../src/boards/board-files.js';
import { BOARDS_FOLDER, findBoard, loadBoards } from '../../src/boards/load.js';
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
  test('are those of the folder, in order', () => {
    const files = readdirSync(BOARDS_FOLDER).map((name) => name.replace('.board.json', ''));
    expect([...boards.keys()]).toEqual(files.sort());
    for (const { file } of boards.values()) expect(file).toBeUndefined();
  });

  test.each([
    ['nano33ble', 'arduino-nano-33-ble'],
    ['virtual_cortex_m4', 'virtual-cortex-m4'],
    [' Virtual-Cortex-M4 ', 'virtual-cortex-m4'],
  ])('%s finds %s', (name, id) => {
    expect(findBoard(name, boards).id).toBe(id);
  });

  test('an unknown name is answered with the nearest', () => {
    expect(messageOf(() => findBoard('virtual-cortex-n4', boards))).toBe(
      'there is no board "virtual-cortex-n4"\n  next: did you mean virtual-cortex-m4?',
    );
    expect(messageOf(() => findBoard('toaster', boards))).toBe(
      `there is no board "toaster"\n  next: known are ${[...boards.keys()].join(', ')}`,
    );
  });

  test('our libraries ask for C++17 themselves', () => {
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
      ['KWS_SERIAL_BAUD', '921600'],
      ['KWS_PACKED', '1'],
      ['KWS_MIC_GAIN', '4'],
      ['KWS_MIC_SETTLE_MS', '300'],
      ['KWS_MIC_PIN_BCLK', '41'],
      ['KWS_MIC_PIN_SD', '2'],
      ['KWS_MIC_PIN_WS', '42'],
    ]);
    expect([...findBoard('virtual-cortex-m4', boards).halDefines]).toEqual([]);
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
    const message = messageOf(() => loadBoards(undefined, folder));
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
      `${place}platformio.platform: "nordicnrf52" must be a pinned platform, such as "nordicnrf52@10.11.0", "https://github.com/OWNER/PLATFORM.git#v1.2.3" (a tag or a commit, no branch), or "bundled"`,
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
      { ...valid, defaultRuntime: 'tflm', tflm: null },
      'defaultRuntime: "tflm" needs an interpreter library in the field tflm',
    ],
    [
      'level',
      { ...valid, verified: { level: 'emulated', note: 'x' } },
      'verified.level: "emulated" is for virtual boards',
    ],
    [
      'twin chip',
      { ...valid, twin: { board: null, chip: 1, note: 'y' } },
      'twin.chip: 1 is not a text in quotes',
    ],
    ['twin cpu', { ...valid, twin: { board: 'x', note: 'y' } }, 'twin.cpu: is missing'],
    ['no object', [], 'is not an object in { }'],
  ])('%s', (_, value, expected) => {
    expect(messageOf(() => loadBoards(undefined, folderWith({ 'a.board.json': value })))).toContain(expected);
  });

  test('an emulated chip that is not there', () => {
    const twin = { board: null, chip: 'rp2040', note: 'y' };
    const folder = folderWith({ 'a.board.json': { ...valid, twin } });
    expect(messageOf(() => loadBoards(undefined, folder))).toBe(
      'a.board.json, twin.chip: "rp2040" is no virtual board\n  next: remove it',
    );
  });

  test('names that clash and twins that are not there', () => {
    const folder = folderWith({
      'a.board.json': valid,
      'b.board.json': { ...valid, twin: null, kind: 'real' },
    });
    expect(messageOf(() => loadBoards(undefined, folder))).toContain('b.board.json, twin: null must name');
    const clash = folderWith({ 'a.board.json': valid, 'b.board.json': valid });
    expect(messageOf(() => loadBoards(undefined, clash))).toBe(
      [
        'b.board.json, aliases: "nano33ble" already names a\n  next: remove it from one of the two',
        'a.board.json, twin.board: "virtual-cortex-m4" is no virtual board\n  next: use null',
        'b.board.json, twin.board: "virtual-cortex-m4" is no virtual board\n  next: use null',
      ].join('\n'),
    );
  });

  test('a platform that takes long to match is not matched', () => {
    const platformio = { ...valid.platformio, platform: `https://a/b#${'1'.repeat(60_000)}` };
    const found = parseBoard('a', JSON.stringify({ ...valid, platformio }), 'a.board.json');
    expect(found).toMatchObject([{ where: 'a.board.json, platformio.platform' }]);
  });

  test('a missing folder and an oversized file', () => {
    expect(messageOf(() => loadBoards(undefined, '/nowhere'))).toContain(
      '/nowhere: this folder of boards cannot be read',
    );
    const folder = folderWith({ 'a.board.json': ' '.repeat(70_000) });
    expect(messageOf(() => loadBoards(undefined, folder))).toContain(
      'a.board.json: this board file is too large',
    );
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
