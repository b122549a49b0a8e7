/** A vendor's core in a local folder. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBoard, loadBoards } from '../../src/boards/load.js';
import { frameworkPackage } from '../../src/emit/framework.js';

const boards = loadBoards();
const CONNECT = findBoard('arduino-nano-rp2040-connect', boards);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-framework-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const manifest = (text: string) => writeFileSync(join(folder, 'package.json'), text);

test('is named as its package.json names it', () => {
  manifest('{"name": "framework-arduino-mbed", "version": "4.5.0"}');
  expect(frameworkPackage(CONNECT, folder)).toBe(`framework-arduino-mbed@symlink://${folder}`);
});

test.each([
  '',
  '{',
  '[]',
  '{"name": 1}',
  '{"name": "toolchain-x"}',
  '{"name": "framework-x\\nupload_command = x"}',
])('with a package.json of %j is refused', (text) => {
  manifest(text);
  expect(() => frameworkPackage(CONNECT, folder)).toThrow(
    /would not know which package[\s\S]*"framework-arduino-mbed"/,
  );
});

test('has no place in firmware of ours', () => {
  manifest('{"name": "framework-arduino-mbed"}');
  expect(() => frameworkPackage(findBoard('rp2040-bare', boards), folder)).toThrow(
    /no vendor's core in the firmware of rp2040-bare/,
  );
});
