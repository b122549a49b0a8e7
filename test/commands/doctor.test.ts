import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { loadBoards } from '../../src/boards/index.js';
import { type DoctorStages, doctor } from '../../src/commands/doctor.js';
import { confirm } from '../../src/commands/support/prompts.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { missingPackages } from '../../src/platformio/install-packages.js';
import type { Prerequisite, PrerequisiteId } from '../../src/platformio/prerequisites.js';
import { fakeContext } from '../support/command-line.js';

vi.mock('../../src/commands/support/prompts.js', () => ({ confirm: vi.fn() }));

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
function machine(missing: readonly PrerequisiteId[], mayInstall = true, trainsNot = false) {
  const lacks = new Set(missing);
  const installed: string[] = [];
  const stages: DoctorStages = {
    boards: async () => loadBoards(),
    checkPrerequisites: async () => prerequisites(lacks),
    missingPackages: () => (mayInstall ? [...lacks].filter((id) => id === 'python' || id === 'qemu') : []),
    installPackages: async (packages) => {
      installed.push(...packages);
      for (const one of packages) lacks.delete(one as PrerequisiteId);
    },
    trainingPrerequisites: async () => [
      {
        id: 'training',
        name: 'JAX',
        neededFor: 'train',
        found: !trainsNot,
        fix: 'kws-gen train --fix (some 630 MB)',
      },
    ],
    leftOver: () => [],
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
    expect(out()).toBe('ok       PYTHON\nok       PLATFORMIO\nok       SCONS\nok       QEMU\nok       JAX\n');
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

  test.each([NO_FIX, FIX])(
    'what training needs is listed, no failure, and never installed: %o',
    async (how) => {
      const { context, out } = fakeContext();
      const { stages, installed } = machine([], true, true);
      expect(await doctor(how, context, stages)).toBe(0);
      expect(out()).toContain(
        'optional JAX: needed for train\n         next: kws-gen train --fix (some 630 MB)\n',
      );
      expect(installed).toEqual([]);
    },
  );

  test('on a terminal --fix asks, with the size', async () => {
    const { stages, installed } = machine(['platformio', 'scons'], true, true);
    const asked = vi.mocked(confirm).mockResolvedValueOnce(false);
    const context = { ...fakeContext().context, interactive: true };
    expect(await doctor({ fix: true, ask: true }, context, stages)).toBe(1);
    expect(asked.mock.calls).toEqual([['Install PlatformIO, some 200 MB, into kws-gen’s cache folder?']]);
    expect(installed).toEqual([]);
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

  test('a board whose platform is a git repository needs git', async () => {
    const { stages } = machine([]);
    const known = loadBoards();
    const nano = known.get('arduino-nano-33-ble')!;
    const native = known.get('native')!;
    const platform = 'https://example.org/platform.git#v1.2.3';
    const mine = { ...nano, id: 'mine', platformio: { ...nano.platformio, platform } };
    const asked: unknown[] = [];
    const checkPrerequisites = async (needs: unknown) => {
      asked.push(needs);
      return prerequisites(new Set());
    };
    const { context } = fakeContext();
    for (const all of [[native, mine], [native]]) {
      const boards = async () => new Map(all.map((board) => [board.id, board]));
      await doctor(NO_FIX, context, { ...stages, checkPrerequisites, boards });
    }
    expect(asked).toEqual([{ git: ['mine'] }, { git: [] }]);
  });

  test('--json: one object each', async () => {
    const { context, lines } = fakeContext({ json: true });
    await doctor(NO_FIX, context, machine(['qemu']).stages);
    expect(lines().map(({ t, id, found }) => [t, id, found])).toEqual([
      ['prerequisite', 'python', true],
      ['prerequisite', 'platformio', true],
      ['prerequisite', 'scons', true],
      ['prerequisite', 'qemu', false],
      ['prerequisite', 'training', true],
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

describe('what killed runs left behind', () => {
  const left = (ended: number[]) => [
    { pid: 123, what: 'pio run in /p', end: async () => void ended.push(123) },
    { pid: 124, what: 'the virtual board x', end: async () => void ended.push(124) },
  ];

  test.each([
    [
      'told',
      NO_FIX,
      [],
      'left     process 123: pio run in /p, of a run that was killed\n         next: kws-gen doctor --fix',
    ],
    ['ended with --fix', FIX, [123, 124], 'ended    process 124: the virtual board x\n'],
  ])('is %s', async (_, request, pids, said) => {
    const ended: number[] = [];
    const { context, out } = fakeContext();
    const { stages } = machine([]);
    expect(await doctor(request, context, { ...stages, leftOver: () => left(ended) })).toBe(0);
    expect(ended).toEqual(pids);
    expect(out()).toContain(said);
  });
});
