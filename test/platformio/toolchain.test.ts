import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../src/files/cache-folder.js';
import { privateCoreFolder } from '../../src/platformio/core-folder.js';
import { findPlatformio, requirePlatformio } from '../../src/platformio/find-platformio.js';
import { installPlatformio } from '../../src/platformio/install-platformio.js';
import { programFix, systemFix } from '../../src/platformio/prerequisite-fixes.js';
import { checkPrerequisites } from '../../src/platformio/prerequisites.js';

const folder = mkdtempSync(join(tmpdir(), 'kws tools '));
/** A machine with nothing on it. */
const bare = {
  PATH: join(folder, 'nothing'),
  HOME: join(folder, 'home'),
  KWS_CACHE_DIR: join(folder, 'cache'),
};

function fakeProgram(name: string, script = ''): string {
  const path = join(folder, 'bin', name);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each([
  [{ KWS_CACHE_DIR: '/x y' }, 'linux', '/x y'],
  [{ XDG_CACHE_HOME: '/c', HOME: '/h' }, 'linux', '/c/kws-gen'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, 'linux', '/h/.cache/kws-gen'],
  [{ HOME: '/h' }, 'linux', '/h/.cache/kws-gen'],
  [{ HOME: '/h' }, 'darwin', '/h/Library/Caches/kws-gen'],
] as const)('cache folder of %j on %s', (env, platform, expected) => {
  expect(cacheFolder(env, platform)).toBe(expected);
});

describe('on a machine with nothing', () => {
  test('every prerequisite is missing, each with a fix', async () => {
    const all = await checkPrerequisites(bare);
    expect(all.map(({ id }) => id)).toEqual([
      'python',
      'python-venv',
      'platformio',
      'scons',
      'arm-gcc',
      'arm-libraries',
      'qemu',
      'host-gcc',
    ]);
    for (const { found, fix, neededFor } of all) {
      expect(found).toBe(false);
      expect(fix).not.toBe('');
      expect(neededFor).not.toBe('');
    }
  });

  test('git is one where a board needs it, and says which', async () => {
    const all = await checkPrerequisites(bare, { git: ['my-nano', 'other'] });
    expect(all.at(-1)).toMatchObject({
      id: 'git',
      found: false,
      neededFor: 'the platform of my-nano, other',
      fix: expect.stringContaining('git'),
    });
  });

  test('PlatformIO is not there, and says so', async () => {
    expect(await findPlatformio(bare)).toBeUndefined();
    await expect(requirePlatformio(bare)).rejects.toThrow(
      'PlatformIO is not installed\n  why: firmware is built and uploaded with it\n  next: kws-gen doctor --fix',
    );
  });

  test('it cannot be installed without Python', async () => {
    await expect(installPlatformio({ env: bare })).rejects.toThrow('Python 3 is not installed');
  });
});

test('KWS_PIO that is no PlatformIO is an error, not passed over', async () => {
  const env = { ...bare, KWS_PIO: fakeProgram('not-pio', 'exit 1') };
  await expect(findPlatformio(env)).rejects.toThrow(`KWS_PIO=${env.KWS_PIO}: is no PlatformIO that works`);
  await expect(findPlatformio({ ...bare, KWS_PIO: '/nowhere/pio' })).rejects.toThrow('KWS_PIO=/nowhere/pio');
});

test("a failing venv names the package that brings Python's venv module", async () => {
  fakeProgram('python3', 'echo "Error: ensurepip is not available." >&2; exit 1');
  fakeProgram('apt-get');
  const env = { ...bare, PATH: join(folder, 'bin') };
  await expect(installPlatformio({ env })).rejects.toThrow(
    /making a venv failed\n.*\n {2}next: .*python3-venv/,
  );
});

test('fixes are those of the package manager that is there', () => {
  const withApt = { PATH: join(folder, 'bin') };
  fakeProgram('apt-get');
  expect(systemFix('qemu', withApt)).toMatch(
    /^(sudo )?apt-get install --no-install-recommends qemu-system-arm$/,
  );
  expect(systemFix('qemu', bare)).toContain('qemu-system-arm');
  expect(programFix('/opt/x/arm-none-eabi-g++', withApt)).toContain(
    'gcc-arm-none-eabi libnewlib-arm-none-eabi',
  );
  expect(programFix('frobnicate', withApt)).toBeUndefined();
});

test('the private core folder has the stand-in only where SCons can be imported', () => {
  const known = { command: '/pio', version: '6.2.0', python: '/python', sconsPackage: '4.41101.0' };
  const core = privateCoreFolder({ ...known, scons: '4.11.1' }, bare);
  const manifest = join(core, 'packages', 'tool-scons', '.piopm');
  expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({
    version: '4.41101.0',
    spec: { owner: 'platformio' },
  });
  const other = privateCoreFolder({ ...known, sconsPackage: '4.50000.0' }, bare);
  expect(other).not.toBe(core);
  expect(() => readFileSync(join(other, 'packages', 'tool-scons', '.piopm'))).toThrow();
});
