/**
 * Runs one of the repository's TypeScript programs (bench/, examples/) against the built tool:
 * `node scripts/run-ts.mjs examples/chirp/make.ts ARGS`. They import the public API as `kws-gen`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiles the programs and runs `entry`; returns its exit code. */
export function runTypeScript(entry, args) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.tools.json'], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  if (compiled.status !== 0) return compiled.status ?? 1;
  const script = join(root, '.cache', 'tools', entry.replace(/\.ts$/, '.js'));
  return spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry, ...args] = process.argv.slice(2);
  if (entry === undefined) {
    process.stderr.write('usage: node scripts/run-ts.mjs FILE.ts [ARGS]\n');
    process.exit(2);
  }
  process.exit(runTypeScript(entry, args));
}
