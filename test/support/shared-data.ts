/**
 * Third-party models, recordings and golden vectors that may not be copied into the repository. Tests that
 * need them find them here, and say so where they are absent; under KWS_STRICT absence is a failure.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const candidates = [
  process.env.KWS_SHARED_DATA,
  fileURLToPath(new URL('../../../shared/data', import.meta.url)),
];

/** Folder of the shared test data, if this machine has it. */
export const sharedData: string | undefined = candidates.find(
  (folder) => folder !== undefined && existsSync(join(folder, 'golden')),
);

export const strict = process.env.KWS_STRICT === '1';

/** `describe` where the shared data is there; otherwise one skipped test that says why (a failed one under KWS_STRICT). */
export function describeWithSharedData(name: string, body: () => void): void {
  if (sharedData !== undefined) {
    describe(name, body);
    return;
  }
  const reason = `${name}: needs the shared test data (../shared/data or $KWS_SHARED_DATA)`;
  if (strict) test(reason, () => expect.fail('KWS_STRICT is set and the shared test data is absent'));
  else test.skip(reason, () => {});
}

export function sharedPath(...parts: string[]): string {
  if (sharedData === undefined) throw new Error('shared test data is absent; use describeWithSharedData');
  return join(sharedData, ...parts);
}

export function sharedJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8')) as T;
}
