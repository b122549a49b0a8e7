import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FirmwareProject } from '../../src/emit/types.js';
import { keptNote, MARKER, writeProject } from '../../src/emit/write.js';

const project = (files: Readonly<Record<string, string>>): FirmwareProject => ({
  files: new Map(Object.entries(files).map(([path, text]) => [path, { kind: 'text', text }])),
  buildId: 'abc',
});
const folder = () => join(mkdtempSync(join(tmpdir(), 'kws write ')), 'firmware out');

describe('writeProject', () => {
  test('writes a new folder', () => {
    const out = folder();
    const report = writeProject(project({ 'a.txt': 'A', 'src/b.cpp': 'B' }), out);
    expect(report).toEqual({ written: ['a.txt', 'src/b.cpp'], unchanged: 0, removed: [], kept: [] });
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
      kept: [],
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

  describe('what somebody changed is kept beside', () => {
    test('a file that is written anew, as often as it is changed', () => {
      const out = folder();
      writeProject(project({ 'src/a.cpp': '1', b: '2' }), out);
      for (const [edit, as] of [
        ['first', 'src/a.cpp.orig'],
        ['second', 'src/a.cpp.orig2'],
      ] as const) {
        writeFileSync(join(out, 'src', 'a.cpp'), edit);
        const report = writeProject(project({ 'src/a.cpp': '3', b: '2' }), out);
        expect(report).toMatchObject({ written: ['src/a.cpp'], kept: [{ path: 'src/a.cpp', as }] });
        expect(readFileSync(join(out, as), 'utf8')).toBe(edit);
        expect(readFileSync(join(out, 'src', 'a.cpp'), 'utf8')).toBe('3');
        expect(keptNote(report, out)).toMatchObject({ where: out, what: expect.stringContaining(as) });
      }
    });

    test('one that is not generated any more, and one that was there before it was generated', () => {
      const out = folder();
      writeProject(project({ old: '1', same: '2' }), out);
      writeFileSync(join(out, 'old'), 'mine');
      writeFileSync(join(out, 'new'), 'mine, too');
      const report = writeProject(project({ new: '3', same: '2' }), out);
      expect(report.kept.map(({ as }) => as).sort()).toEqual(['new.orig', 'old.orig']);
      expect(existsSync(join(out, 'old'))).toBe(false);
      expect(readFileSync(join(out, 'old.orig'), 'utf8')).toBe('mine');
    });

    test('not what an edit made equal, what is unchanged, or what an interrupted run left', () => {
      const out = folder();
      writeProject(project({ a: '1', b: '2', c: '3' }), out);
      writeFileSync(join(out, 'a'), 'new');
      const marker = JSON.parse(readFileSync(join(out, MARKER), 'utf8'));
      const replaced = marker.files;
      writeFileSync(
        join(out, MARKER),
        JSON.stringify({ ...marker, files: { ...replaced, b: '0' }, replaced }),
      );
      const report = writeProject(project({ a: 'new', b: 'x', c: '3' }), out);
      expect(report.kept).toEqual([]);
      expect(keptNote(report, out)).toBeUndefined();
    });
  });

  describe('nothing outside of the folder is touched', () => {
    function victim(out: string): string {
      const outside = join(out, '..', 'outside');
      mkdirSync(join(outside, 'sub'), { recursive: true });
      for (const name of ['a', 'main.cpp', join('sub', 'x.cpp')])
        writeFileSync(join(outside, name), 'theirs');
      return outside;
    }
    const contents = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.name}: ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
        .sort();

    test.each<[string, (out: string, outside: string) => void]>([
      ['a folder of it is a link', (out, outside) => relink(join(out, 'src'), outside)],
      ['a folder below is a link', (out, outside) => relink(join(out, 'lib', 'x'), outside)],
      ['a file is a link', (out, outside) => relink(join(out, 'a'), join(outside, 'a'))],
      ['a link that leads nowhere', (out, outside) => relink(join(out, 'a'), join(outside, 'made'))],
      [
        'its list of files is a link',
        (out, outside) => {
          const list = join(outside, 'sub', 'list');
          writeFileSync(list, readFileSync(join(out, MARKER)));
          relink(join(out, MARKER), list);
        },
      ],
      ['the folder of builds is a link', (out, outside) => relink(join(out, '.pio'), outside)],
      [
        'the builds of a board are a link',
        (out, outside) => {
          mkdirSync(join(out, '.pio', 'build'), { recursive: true });
          relink(join(out, '.pio', 'build', 'native'), outside);
        },
      ],
      [
        'what is to be removed is behind a link',
        (out, outside) => relink(join(out, 'old'), join(outside, 'sub')),
      ],
      [
        'a folder stands where a file belongs',
        (out) => {
          rmSync(join(out, 'a'));
          mkdirSync(join(out, 'a'));
        },
      ],
      [
        'the folder itself is a link',
        (out, outside) => {
          writeFileSync(join(outside, MARKER), readFileSync(join(out, MARKER)));
          relink(out, outside);
        },
      ],
    ])('%s', (_, attack) => {
      const out = folder();
      const outside = victim(out);
      writeProject(project({ a: '1', 'src/main.cpp': '2', 'lib/x/sub/x.cpp': '3', 'old/x.cpp': '4' }), out);
      attack(out, outside);
      const before = contents(outside);
      const inside = contents(out);
      const write = () => writeProject(project({ a: '5', 'src/main.cpp': '6', 'lib/x/sub/x.cpp': '7' }), out);
      expect(write).toThrow(/this is (a link|no file|no folder)/);
      expect(contents(outside)).toEqual(before);
      expect(contents(out)).toEqual(inside);
    });

    function relink(path: string, to: string): void {
      rmSync(path, { recursive: true, force: true });
      symlinkSync(to, path);
    }
  });

  describe('a disk that refuses', () => {
    test('in the middle: what was there stays, whole, and nothing else', () => {
      const out = folder();
      writeProject(project({ a: '1', 'src/b': '2' }), out);
      const before = readdirSync(out, { recursive: true }).sort();
      // A name that is too long is refused like a full disk: after other files were written.
      const files = { a: '3', 'src/b': '4', [`src/${'n'.repeat(300)}`]: '5' };
      expect(() => writeProject(project(files), out)).toThrow(/cannot be written[\s\S]*--output/);
      expect(readdirSync(out, { recursive: true }).sort()).toEqual(before);
      expect(readFileSync(join(out, 'a'), 'utf8')).toBe('1');
      expect(writeProject(project({ a: '3' }), out)).toMatchObject({ written: ['a'], kept: [] });
    });

    test('a new folder: nothing is left of it', () => {
      const out = folder();
      expect(() => writeProject(project({ 'x/a': '3', ['n'.repeat(300)]: '5' }), out)).toThrow(
        /cannot be written/,
      );
      expect(existsSync(out)).toBe(false);
    });
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
      /cannot be (read|written)[\s\S]*--out/,
    );
  });

  test.each(['../x', '/x', 'a//b', 'a/./b', 'a\\b', 'c:x'])('never writes outside: %j', (path) => {
    expect(() => writeProject(project({ [path]: '1' }), folder())).toThrow(/no path inside/);
  });
});
