/**
 * Independent implementations from PyPI (scripts/requirements-oracles.txt, locked with hashes), which the tests compare with.
 * Tests that need one run it here, and say which is missing; under KWS_STRICT absence is a failure.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { strict } from './shared-data.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const venv = join(root, '.cache', 'oracle-venv');
const packages = join(venv, 'lib');

/** Folder of an importable module in the venv, whatever Python made it. */
function has(module: string): boolean {
  if (!existsSync(packages)) return false;
  const python = join(venv, 'bin', 'python3');
  try {
    const probe = `import importlib.util, sys; sys.exit(importlib.util.find_spec(${JSON.stringify(module)}) is None)`;
    execFileSync(python, ['-c', probe], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * `describe` where every module (by its import name, such as `ai_edge_litert`) is there; otherwise one test
 * that names those that are missing, skipped or, under KWS_STRICT, failed.
 */
export function describeWithOracles(modules: readonly string[], name: string, body: () => void): void {
  const missing = modules.filter((module) => !has(module));
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `${name}: missing from .cache/oracle-venv: ${missing.join(', ')} (npm run setup -- --dev)`;
  if (strict) test(reason, () => expect.fail('KWS_STRICT is set and an oracle is absent'));
  else test.skip(reason, () => {});
}

/**
 * Runs a Python script of the repository in the oracles' venv.
 *
 * @param script relative to the repository's root
 * @param input bytes for its stdin
 * @returns its stdout
 */
export function runOracle(script: string, args: readonly string[] = [], input?: Uint8Array): Buffer {
  return execFileSync(join(venv, 'bin', 'python3'), [join(root, script), ...args], {
    cwd: root,
    ...(input === undefined ? {} : { input }),
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 30,
    env: {
      ...process.env,
      // Quiet, repeatable, and on the processor only.
      TF_CPP_MIN_LOG_LEVEL: '3',
      TF_ENABLE_ONEDNN_OPTS: '0',
      TF_DETERMINISTIC_OPS: '1',
      CUDA_VISIBLE_DEVICES: '',
      PYTHONHASHSEED: '0',
    },
  });
}
