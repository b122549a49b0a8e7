/**
 * PlatformIO's private folder for virtual boards, and the one package in it.
 *
 * PlatformIO asks its registry for a package `tool-scons`. A stand-in that calls the SCons of PlatformIO's own
 * Python lets virtual boards be built without a network. It lives in a folder of ours: the user's own
 * PlatformIO packages are never touched.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../files/cache-folder.js';
import type { PlatformioInstallation } from './types.js';

/** The private core folder; created, with the stand-in where PlatformIO's Python has SCons. */
export function privateCoreFolder(
  platformio: PlatformioInstallation,
  env: NodeJS.ProcessEnv = process.env,
): string {
  // One per required version, so that several PlatformIOs do not take turns in replacing it.
  const core = join(cacheFolder(env), 'platformio-core', platformio.sconsPackage);
  mkdirSync(core, { recursive: true });
  if (platformio.scons !== undefined) writeStandIn(core, platformio.sconsPackage);
  return core;
}

function writeStandIn(core: string, version: string): void {
  const folder = join(core, 'packages', 'tool-scons');
  const contents: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify({
      name: 'tool-scons',
      version,
      description: "Stand-in of kws-gen: calls the SCons of PlatformIO's own Python",
      system: '*',
    }),
    'scons.py': 'import sys\n\nfrom SCons.Script import main\n\nsys.exit(main())\n',
    // PlatformIO's record of where a package came from; the owner is what it looks for.
    '.piopm': JSON.stringify({
      type: 'tool',
      name: 'tool-scons',
      version,
      spec: { owner: 'platformio', id: null, name: 'tool-scons', requirements: null, uri: null },
    }),
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(contents)) {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    writeFileSync(`${path}.${process.pid}`, text);
    renameSync(`${path}.${process.pid}`, path);
  }
}
