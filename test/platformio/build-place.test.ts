/** Where PlatformIO works: beside the project where its path would be read as something else. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildPlace } from '../../src/platformio/build-place.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kws-place-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const project = (name: string) => {
  const folder = join(home, name, 'firmware-out');
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'platformio.ini'), 'a');
  writeFileSync(join(folder, 'src/main.cpp'), 'b');
  return folder;
};
const env = () => ({ KWS_CACHE_DIR: join(home, 'cache') });

test.each(['plain', 'a b', 'ä.b-c_d+e~f', 'a,b=c@d(e)'])('%s: there', (name) => {
  const folder = project(name);
  expect(buildPlace(folder, env())).toBe(folder);
});

test.each(['co$t', '$HOME', 'a`id`b', 'a"b', "a'b", 'a;b', 'a#b', 'a&b', 'a!b', 'a%b', 'a{b}'])(
  '%s: a copy',
  (name) => {
    const folder = project(name);
    const place = buildPlace(folder, env());
    expect(place.startsWith(join(home, 'cache', 'builds'))).toBe(true);
    expect(readFileSync(join(place, 'src/main.cpp'), 'utf8')).toBe('b');
  },
);

test('the copy follows the project, keeps what was built, and does not touch what is the same', () => {
  const folder = project('co$t');
  mkdirSync(join(folder, '.pio'));
  symlinkSync('/etc', join(folder, 'link'));
  const place = buildPlace(folder, env());
  expect([existsSync(join(place, '.pio')), existsSync(join(place, 'link'))]).toEqual([false, false]);
  mkdirSync(join(place, '.pio/build'), { recursive: true });
  const { ino } = statSync(join(place, 'platformio.ini'));
  rmSync(join(folder, 'src/main.cpp'));
  writeFileSync(join(folder, 'src/other.cpp'), 'c');
  buildPlace(folder, env());
  expect(existsSync(join(place, 'src/main.cpp'))).toBe(false);
  expect(readFileSync(join(place, 'src/other.cpp'), 'utf8')).toBe('c');
  expect(existsSync(join(place, '.pio/build'))).toBe(true);
  expect(statSync(join(place, 'platformio.ini')).ino).toBe(ino);
});

test('a cache folder with such a path is an error that says what to set', () => {
  expect(() => buildPlace(project('co$t'), { KWS_CACHE_DIR: join(home, 'c$che') })).toThrow(
    /has "\$".*\n.*\n {2}next: set KWS_CACHE_DIR/,
  );
});
