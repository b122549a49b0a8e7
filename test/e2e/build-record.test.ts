/** Two projects share what is compiled, and never each other's record of what is up to date. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildFirmware } from '../../src/platformio/platformio.js';
import { describeWithToolchain, temporaryFolder, withOwnCache, writeFixture } from './platform-support.js';

const CODE = `#include <thing.h>
#include "size.h"
static volatile char block[BLOCK];
__attribute__((constructor)) static void touch_block() { block[0] = 1; }
`;

/** A library in the project's own folder, as those of a firmware project are. */
function withLibrary(project: string): string {
  const folder = join(project, 'lib', 'thing');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'thing.h'), '#pragma once\nint thing();\n');
  writeFileSync(join(folder, 'thing.cpp'), '#include "thing.h"\nint thing() { return 3; }\n');
  return project;
}

describeWithToolchain('a header that changes', () => {
  const folder = temporaryFolder();
  const env = withOwnCache(join(folder, 'cache'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is compiled into every project, also where another has been built with it before', async () => {
    const projects = ['one', 'other'].map((name) =>
      withLibrary(writeFixture(join(folder, name), { board: 'virtual_cortex_m4', code: CODE })),
    );
    const logs: string[] = [];
    const ram = async (project: string, bytes: number) => {
      writeFileSync(join(project, 'src', 'size.h'), `#define BLOCK ${bytes}\n`);
      const report = await buildFirmware(project, 'board', { virtual: true, env });
      logs.push(readFileSync(report.log, 'utf8'));
      return report.ram.used;
    };
    for (const project of projects) await ram(project, 1024);
    // The library has been compiled once, whatever the project's folder is called.
    expect(logs.map((log) => /(Compiling|Retrieved) .*thing(\.cpp)?\.o/.exec(log)?.[0])).toEqual([
      expect.stringMatching(/^Compiling/),
      expect.stringMatching(/^Retrieved/),
    ]);
    const grown = [];
    for (const project of projects) grown.push(await ram(project, 9216));
    expect(grown[1]).toBe(grown[0]);
    expect(grown[0]! - (await ram(projects[0]!, 1024))).toBe(8192);
  });
});
