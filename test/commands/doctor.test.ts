import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingPackages } from '../../src/build/install-packages.js';
import type { Prerequisite, PrerequisiteId } from '../../src/build/prerequisites.js';
import { type DoctorStages, doctor } from '../../src/commands/doctor.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { fakeContext } from '../support/command-line.js';

const IDS: readonly PrerequisiteId[] = ['python', 'platformio', 'scons', 'qemu'];

function prerequisites(missing: ReadonlySet<PrerequisiteId>): readonly Prerequisite[] {
  return IDS.map((id) => ({
    id,
    name: id.toUpperCase(),
    neededFor: 'x',
    found: !missing.has(id),
    fix: `get ${id}`,
  }));
}

/** A machine: what it lacks, and whether its package manager may be used. */
function machine(missing: readonly PrerequisiteId[], mayInstall = true) {
  const lacks = new Set(missing);
  const installed: string[] = [];
  const stages: DoctorStages = {
    checkPrerequisites: async () => prerequisites(lacks),
    missingPackages: () => (mayInstall ? [...lacks].filter((id) => id === 'python' || id === 'qemu') : []),
    installPackages: async (packages) => {
      installed.push(...packages);
      for (const one of packages) lacks.delete(one as PrerequisiteId);
    },
    installPlatformio: async () => {
      installed.push('platformio');
      lacks.delete('platformio');
      lacks.delete('scons');
    },
  };
  return { stages, installed };
}

const NO_FIX = { fix: false, ask: false };
const FIX = { fix: true, ask: false };

describe('doctor', () => {
  test('everything there: 0', async () => {
    const { context, out } = fakeContext();
    expect(await doctor(NO_FIX, context, machine([]).stages)).toBe(0);
    expect(out()).toBe('ok       PYTHON\nok       PLATFORMIO\nok       SCONS\nok       QEMU\n');
  });

  test('something missing: 1, with the exact fix, nothing installed', async () => {
    const { stages, installed } = machine(['qemu']);
    const { context, out } = fakeContext();
    expect(await doctor(NO_FIX, context, stages)).toBe(1);
    expect(out()).toContain('missing  QEMU: needed for x\n         next: get qemu\n');
    expect(installed).toEqual([]);
  });

  test('what can be done without is no failure', async () => {
    const { context, out } = fakeContext();
    expect(await doctor(FIX, context, machine(['scons']).stages)).toBe(0);
    expect(out()).toContain('optional SCONS: needed for x\n         next: get scons\n');
  });

  test('--fix: packages first, then PlatformIO, then looks again', async () => {
    const { stages, installed } = machine(['python', 'qemu', 'platformio', 'scons']);
    expect(await doctor(FIX, fakeContext().context, stages)).toBe(0);
    expect(installed).toEqual(['python', 'qemu', 'platformio']);
  });

  test('--fix without the right to install packages: PlatformIO, and the rest is told', async () => {
    const { stages, installed } = machine(['qemu', 'platformio'], false);
    expect(await doctor(FIX, fakeContext().context, stages)).toBe(1);
    expect(installed).toEqual(['platformio']);
  });

  test('--fix that does not help is trouble, not a verdict', async () => {
    const { stages } = machine(['platformio']);
    const useless = { ...stages, installPlatformio: async () => {} };
    await expect(doctor(FIX, fakeContext().context, useless)).rejects.toSatisfy(
      (error) =>
        error instanceof KwsError &&
        error.exitCode === 3 &&
        /was installed and is not found/.test(error.message),
    );
  });

  test('--json: one object each', async () => {
    const { context, lines } = fakeContext({ json: true });
    await doctor(NO_FIX, context, machine(['qemu']).stages);
    expect(lines().map(({ t, id, found }) => [t, id, found])).toEqual([
      ['prerequisite', 'python', true],
      ['prerequisite', 'platformio', true],
      ['prerequisite', 'scons', true],
      ['prerequisite', 'qemu', false],
    ]);
  });
});

describe('packages that would be installed', () => {
  const found = prerequisites(new Set<PrerequisiteId>(['qemu', 'platformio', 'scons']));
  test('as root beside apt-get: those that bring what is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kws apt '));
    try {
      writeFileSync(join(folder, 'apt-get'), '#!/bin/sh\n', { mode: 0o755 });
      expect(missingPackages(found, { PATH: folder }, true)).toEqual(['qemu-system-arm']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  test('none where nobody may install them', () => {
    expect(missingPackages(found, { PATH: '/usr/bin' }, false)).toEqual([]);
    expect(missingPackages(found, { PATH: '' }, true)).toEqual([]);
  });
});
