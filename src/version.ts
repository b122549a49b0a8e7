/**
 * The version of the tool, from package.json: the one place where it stands.
 *
 * Imports nothing but `node:fs`, so that `kws-gen --version` answers at once.
 */
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
}

export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest
).version;
