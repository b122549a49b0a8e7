/** Files of a build, what they are called and how each is flashed; and whether a file belongs to a board. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyToDrive, driveAt, drivesAmong, mountPoints, namedDrive } from '../../src/artifacts/drive.js';
import { writeArtifacts } from '../../src/artifacts/make.js';
import { checkArtifact, kindFor, readArtifact } from '../../src/artifacts/read.js';
import { UPLOAD_TOOLS, uploadCommand } from '../../src/boards/flashing.js';
import { loadBoards } from '../../src/boards/index.js';
import type { ResolvedBoard } from '../../src/boards/types.js';
import { elfFile } from './elf-file.js';

const boards = loadBoards();
const board = (id: string) => boards.get(id)!;
const BUILD = '0123456789ab';
let folder: string;
let program: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws artifacts '));
  program = join(folder, 'firmware.elf');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Firmware that says which board and build it is, over several records and pages. */
const firmware = (id: string) =>
  elfFile([
    {
      address: Number(boards.get(id)?.flashAt ?? 0x1000_0000),
      bytes: Buffer.from(`${'x'.repeat(250)}\0${BUILD}\0${id}\0`),
    },
  ]);

describe('files of a build', () => {
  const make = (id: string) => writeArtifacts(board(id), program, join(folder, 'artifacts'), 'my word');

  test.each([
    ['arduino-nano-rp2040-connect', [['uf2', 'uf2', /^copy it to the drive RPI-RP2 \(Press/]]],
    [
      'adafruit-feather-nrf52840-sense',
      [
        ['uf2', 'uf2', /drive FTHRSNSBOOT/],
        ['hex', 'hex', /^nrfjprog --program ".*\.hex" --sectorerase/],
      ],
    ],
    [
      'arduino-nano-33-ble',
      [
        ['bin', 'bin', /^bossac -d --port=PORT -U -i -e -w ".*\.bin" -R$/],
        ['hex', 'hex', /^nrfjprog /],
      ],
    ],
    ['virtual-cortex-m4', []],
  ])('%s', async (id, wanted) => {
    writeFileSync(program, firmware(id));
    const made = await make(id);
    expect(made.map(({ format, file }) => [format, file])).toEqual(
      wanted.map(([format, ending]) => [
        format,
        join(folder, 'artifacts', `my-word-${id}.${String(ending)}`),
      ]),
    );
    for (const [i, { file, flash, format }] of made.entries()) {
      expect(flash).toMatch(wanted[i]![2] as RegExp);
      // Each of them belongs to the board, and to no other build.
      const artifact = await readArtifact(file);
      expect(kindFor(artifact, board(id))?.format).toBe(format);
      checkArtifact(artifact, board(id), `${BUILD}99`);
      expect(() => checkArtifact(artifact, board(id), 'f'.repeat(64))).toThrow(
        /not of this project as it is now/,
      );
      expect(() => checkArtifact(artifact, board('native'), BUILD)).toThrow(
        /is no firmware of kws-gen for native/,
      );
    }
  });

  test('of an ESP32 from what PlatformIO made, or an error that says what is missing', async () => {
    await expect(make('esp32-s3-devkitc-1')).rejects.toThrow(/bootloader\.bin: the build has no such file/);
    const table = Buffer.alloc(32);
    table.set([0xaa, 0x50, 0, 0x10, 0, 0, 1, 0, 0, 0, 1, 0]);
    const content = Buffer.from(`\0${BUILD}\0esp32-s3-devkitc-1\0`);
    for (const [name, bytes] of [
      ['bootloader', content],
      ['partitions', table],
      ['firmware', content],
    ] as const)
      writeFileSync(join(folder, `${name}.bin`), bytes);
    const [made] = await make('esp32-s3-devkitc-1');
    expect(made!.flash).toMatch(/^esptool\.py --chip esp32s3 --port PORT write_flash 0x0 ".*\.bin"$/);
    const artifact = await readArtifact(made!.file);
    expect(kindFor(artifact, board('esp32-s3-devkitc-1'))).toMatchObject({ format: 'merged-bin' });
    checkArtifact(artifact, board('esp32-s3-devkitc-1'), BUILD);
    const withUf2: ResolvedBoard = {
      ...board('esp32-s3-devkitc-1'),
      artifacts: [{ format: 'uf2', family: 'esp32s3', drive: 'D', boardId: 'B' }],
    };
    const [uf2] = await writeArtifacts(withUf2, program, join(folder, 'artifacts'), 'p');
    // Its bootloader counts from the begin of the application.
    expect(readFileSync(uf2!.file).readUInt32LE(12)).toBe(0);
    checkArtifact(await readArtifact(uf2!.file), withUf2, BUILD);
  });
});

describe('what is refused', () => {
  const read = async (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return readArtifact(join(folder, name));
  };
  test('a file of no known format', async () => {
    await expect(read('notes.txt', 'hello')).rejects.toThrow(/is no firmware that is known/);
  });
  test('a format that the board does not take', async () => {
    const elf = await read('a.elf', firmware('x'));
    expect(kindFor(elf, board('virtual-cortex-m4'))).toBeUndefined();
    expect(() => kindFor(elf, board('arduino-nano-33-ble'))).toThrow(
      /not flashed from an ELF file.*\n.*bin and hex/,
    );
    const cut = await read('cut.elf', firmware('x').subarray(0, 90));
    expect(() => kindFor(cut, board('virtual-cortex-m4'))).toThrow(/cut\.elf: ends in its/);
    expect(kindFor(cut, board('native'))).toBeUndefined();
    const hex = await read('a.hex', ':00000001FF\n');
    expect(() => kindFor(hex, board('native'))).toThrow(/native runs no hex file/);
  });
  test('blocks for another chip', async () => {
    writeFileSync(program, firmware('arduino-nano-rp2040-connect'));
    const [made] = await writeArtifacts(board('arduino-nano-rp2040-connect'), program, folder, 'p');
    const artifact = await readArtifact(made!.file);
    expect(() => kindFor(artifact, board('adafruit-feather-nrf52840-sense'))).toThrow(/is for another chip/);
  });
});

// The bytes of a program that begins somewhere, and how many of them are outside of the flash or over its end.
describe.each(['arduino-nano-rp2040-connect', 'seeed-xiao-nrf52840-sense', 'teensy-4-0-inmp441'])(
  'a program for %s',
  (id) => {
    const { flashAt, flashBytes, artifacts } = board(id);
    const start = Number(flashAt);
    test.each([
      ['at its begin', start, 512, true],
      ['up to its end', start + flashBytes - 512, 512, true],
      ['before it, as over a bootloader', start - 256, 512, false],
      ['over its end', start + flashBytes - 256, 512, false],
      ['somewhere else', 0x2000_0000, 256, false],
    ])('%s', async (_, address, length, fits) => {
      writeFileSync(program, elfFile([{ address, bytes: Buffer.alloc(length, 1) }]));
      const refused = new RegExp(`lies outside of the flash of ${id}`);
      if (fits) await writeArtifacts(board(id), program, folder, 'p');
      else await expect(writeArtifacts(board(id), program, folder, 'p')).rejects.toThrow(refused);
      // The same file from elsewhere.
      const { flashAt: _none, ...anywhere } = board(id);
      for (const { file } of await writeArtifacts(anywhere, program, folder, 'p')) {
        const artifact = await readArtifact(file);
        if (artifacts.every(({ format }) => format !== artifact.format) || artifact.format === 'bin')
          continue;
        if (fits) expect(kindFor(artifact, board(id))).toBeDefined();
        else expect(() => kindFor(artifact, board(id))).toThrow(refused);
      }
    });
  },
);

describe('a bootloader’s drive', () => {
  const drive = (name: string, info?: string) => {
    const place = join(folder, 'media', name);
    mkdirSync(place, { recursive: true });
    if (info !== undefined) writeFileSync(join(place, 'INFO_UF2.TXT'), info);
    return place;
  };
  test('is known by what it says, whatever it is called', async () => {
    const info = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';
    const [pico, stick] = [drive('pico', info), drive('stick')];
    expect(await drivesAmong([stick, pico, '/nowhere'])).toEqual([{ folder: pico, boardId: 'RPI-RP2' }]);
    expect(await driveAt(drive('odd', 'Model: x'))).toMatchObject({ boardId: '' });
    expect(await namedDrive(pico, 'RPI-RP2')).toMatchObject({ folder: pico });
    await expect(namedDrive(pico, 'other')).rejects.toThrow(/is the drive of another board: RPI-RP2/);
    await expect(namedDrive(stick, 'RPI-RP2')).rejects.toThrow(/it is no bootloader’s drive/);
    copyToDrive(Uint8Array.of(1, 2, 3), { folder: pico, boardId: '' });
    expect(readFileSync(join(pico, 'FIRMWARE.UF2'))).toEqual(Buffer.of(1, 2, 3));
    expect(() => copyToDrive(Uint8Array.of(1), { folder: join(pico, 'gone'), boardId: '' })).toThrow(
      /took 0 of 1/,
    );
    expect(readdirSync(stick)).toEqual([]);
    // A stick that says it is a board may have a link in the place of the file.
    symlinkSync(join(folder, 'notes.txt'), join(stick, 'FIRMWARE.UF2'));
    expect(() => copyToDrive(Uint8Array.of(1), { folder: stick, boardId: '' })).toThrow(/took 0 of 1/);
  });
  test.each(['linux', 'darwin', 'win32'] as const)('may be mounted anywhere on %s', (platform) => {
    expect(Array.isArray(mountPoints(platform))).toBe(true);
  });
});

test.each(Object.keys(UPLOAD_TOOLS) as (keyof typeof UPLOAD_TOOLS)[])('%s: no word is left open', (tool) => {
  const words = uploadCommand(tool, { chip: 'c', port: '/dev/x', file: 'a b' });
  expect(words.join(' ')).not.toMatch(/[{}]/);
  expect(words.some((word) => word.includes('a b'))).toBe(true);
});
