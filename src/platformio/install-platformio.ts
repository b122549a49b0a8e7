/** Installs PlatformIO and SCons, pinned, into a venv in the cache folder. */
import { findPlatformio, LOCK_FILE } from './find-platformio.js';
import { type InstallOptions, installVenv, venvProgram } from './python-venv.js';
import type { PlatformioInstallation } from './types.js';

/**
 * Makes the venv (again) and returns the PlatformIO in it.
 *
 * @throws toolError where Python, its venv module, the network or the disk fail; an abort throws its reason
 */
export async function installPlatformio(options: InstallOptions = {}): Promise<PlatformioInstallation> {
  const env = options.env ?? process.env;
  const request = {
    name: 'platformio',
    lock: LOCK_FILE,
    what: 'PlatformIO and SCons',
    why: 'PlatformIO runs in it',
  };
  const venv = await installVenv(request, options);
  const found = await findPlatformio({ ...env, KWS_PIO: venvProgram(venv, 'pio') });
  return found!;
}
