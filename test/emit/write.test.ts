import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FirmwareProject } from '../../src/emit/types.js';
import { MARKER, writeProject } from '../../src/emit/write.js';

const project = (files: Readonly<Record<string, string>>): FirmwareProject => ({
  files: new Map(Object.entries(files).map(([path, text]) => [path, { kind: 'text', text }])),
  buildId: 'abc',
});
const folder = () => join(mkdtempSync(join(tmpdir(), 'kws write ')), 'firmware out');

describe('writeProject', () => {
  test('writes a new folder', () => {
    const out = folder();
    const report = writeProject(project({ 'a.txt': 'A', 'src/b.cpp': 'B' }), out);
    expect(report).toEqual({ written: ['a.txt', 'src/b.cpp'], unchanged: 0, removed: [] });
    expect(readFileSync(join(out, 'src', 'b.cpp'), 'utf8')).toBe('B');
    expect(readdirSync(out).sort()).toEqual([MARKER, 'a.txt', 'src'].sort());
  });

  test('touches only what changed, so that the build does too', () => {
    const out = folder();
    writeProject(project({ same: '1', other: '2' }), out);
    const old = new Date(1_000_000_000_000);
    for (const name of ['same', 'other']) utimesSync(join(out, name), old, old);
    expect(writeProject(project({ same: '1', other: '3' }), out)).toEqual({
      written: ['other'],
      unchanged: 1,
      removed: [],
    });
    expect(statSync(join(out, 'same')).mtimeMs).toBe(old.getTime());
    expect(statSync(join(out, 'other')).mtimeMs).not.toBe(old.getTime());
  });

  test('removes what it wrote before and nothing else', () => {
    const out = folder();
    writeProject(project({ 'lib/x/y.cpp': '1', keep: '2' }), out);
    mkdirSync(join(out, '.pio'));
    writeFileSync(join(out, '.pio', 'object'), 'o');
    writeFileSync(join(out, 'notes.txt'), 'mine');
    expect(writeProject(project({ keep: '2' }), out).removed).toEqual(['lib/x/y.cpp']);
    expect(readdirSync(out).sort()).toEqual([MARKER, '.pio', 'keep', 'notes.txt'].sort());
    expect(existsSync(join(out, '.pio', 'object'))).toBe(true);
  });

  test('repairs a file that somebody changed', () => {
    const out = folder();
    writeProject(project({ a: '1' }), out);
    writeFileSync(join(out, 'a'), 'edited');
    expect(writeProject(project({ a: '1' }), out).written).toEqual(['a']);
  });

  test('takes a folder that holds nothing but builds', () => {
    const out = folder();
    mkdirSync(join(out, '.pio'), { recursive: true });
    expect(writeProject(project({ a: '1' }), out).written).toEqual(['a']);
  });

  test("leaves other people's folders alone", () => {
    const out = folder();
    mkdirSync(out);
    writeFileSync(join(out, 'thesis.tex'), '…');
    expect(() => writeProject(project({ a: '1' }), out)).toThrow(/was not written by kws-gen[\s\S]*--out/);
    expect(readdirSync(out)).toEqual(['thesis.tex']);
  });

  test.each([
    'not json',
    '{"generatedBy":"kws-gen"}',
    '{"generatedBy":"kws-gen","files":{"../../x":"1"}}',
    'null',
  ])('refuses the list of files %j', (text) => {
    const out = folder();
    mkdirSync(out);
    writeFileSync(join(out, MARKER), text);
    expect(() => writeProject(project({ a: '1' }), out)).toThrow(/cannot be read/);
    expect(readdirSync(out)).toEqual([MARKER]);
  });

  test('a disk that refuses is an error with the folder in it', () => {
    const parent = mkdtempSync(join(tmpdir(), 'kws '));
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expect(() => writeProject(project({ a: '1' }), join(file, 'out'))).toThrow(
      /cannot be written[\s\S]*--out/,
    );
  });

  test.each(['../x', '/x', 'a//b', 'a/./b', 'a\\b', 'c:x'])('never writes outside: %j', (path) => {
    expect(() => writeProject(project({ [path]: '1' }), folder())).toThrow(/no path inside/);
  });
});
