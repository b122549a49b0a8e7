/** Which packages bring the synthesisers, on Debian and its relatives. */
import { existsSync } from 'node:fs';
import { findProgram } from '../../platformio/prerequisite-fixes.js';

/** A package, and what is there once it is installed: a program, or a folder. */
const PACKAGES: readonly (readonly [name: string, proof: string])[] = [
  ['espeak-ng', 'espeak-ng'],
  ['flite', 'flite'],
  ['festival', 'text2wave'],
  ['festvox-us-slt-hts', '/usr/share/festival/voices/us/cmu_us_slt_arctic_hts'],
  ['festvox-kallpc16k', '/usr/share/festival/voices/english/kal_diphone'],
  ['festvox-kdlpc16k', '/usr/share/festival/voices/english/ked_diphone'],
];

/** The command that brings them all. */
export const VOICES_FIX = `apt-get install --no-install-recommends ${PACKAGES.map(([name]) => name).join(' ')}`;

/** Packages that are not there; none where this process could not install them. */
export function missingVoicePackages(
  env: NodeJS.ProcessEnv = process.env,
  isRoot = process.getuid?.() === 0,
): readonly string[] {
  if (!isRoot || findProgram('apt-get', env) === undefined) return [];
  return PACKAGES.filter(([, proof]) =>
    proof.startsWith('/') ? !existsSync(proof) : findProgram(proof, env) === undefined,
  ).map(([name]) => name);
}
