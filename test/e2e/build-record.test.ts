/** Two projects share the build cache, and never each other's record of what is up to date. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildFirmware } from '../../src/build/platformio.js';
import { describeWithToolchain, temporaryFolder, withOwnCache, writeFixture } from './platform-support.js';

const CODE = `#include "size.h"
static volatile char block[BLOCK];
__attribute__((constructor)) static void touch_block() { block[0] = 1; }
`;

describeWithToolchain('a header that changes', () => {
  const folder = temporaryFolder();
  const env = withOwnCache(join(folder, 'cache'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is compiled into every project, also where another has been built with it before', async () => {
    const projects = ['one', 'other'].map((name) =>
      writeFixture(join(folder, name), { board: 'virtual_cortex_m4', code: CODE }),
    );
    const ram = async (project: string, bytes: number) => {
      writeFileSync(join(project, 'src', 'size.h'), `#define BLOCK ${bytes}\n`);
      return (await buildFirmware(project, 'board', { virtual: true, env })).ram.used;
    };
    for (const project of projects) await ram(project, 1024);
    const grown = [];
    for (const project of projects) grown.push(await ram(project, 9216));
    expect(grown[1]).toBe(grown[0]);
    expect(grown[0]! - (await ram(projects[0]!, 1024))).toBe(8192);
  });
});
