/** Where the tool keeps what it may make again: the user's cache folder, never the package or the project. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * `KWS_CACHE_DIR`, or the platform's convention: `$XDG_CACHE_HOME/kws-gen` (default `~/.cache`),
 * `~/Library/Caches/kws-gen`, `%LOCALAPPDATA%\kws-gen`. Absolute; not created.
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.KWS_CACHE_DIR) return resolve(env.KWS_CACHE_DIR);
  const home = env.HOME || homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'kws-gen');
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'kws-gen', 'Cache');
  // The XDG Base Directory Specification tells to ignore relative paths.
  const base = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(home, '.cache');
  return join(base, 'kws-gen');
}
