/** Two runs at once: who holds what, and what a dead one left. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockFolder } from '../../src/platformio/folder-lock.js';
import { holderText, isHeld, releaseLock, takeLock } from '../../src/platformio/lock.js';
import { processStart } from '../../src/platformio/processes.js';
import { claimVirtual, cleanUpVirtual } from '../../src/platformio/virtual.js';

const folder = mkdtempSync(join(tmpdir(), 'kws lock '));
const other = execa('sleep', ['1000'], { reject: false });
let living: { readonly pid: number; readonly start: string; readonly command: string };
beforeAll(() => {
  living = { pid: other.pid!, start: processStart(other.pid!)!, command: 'kws-gen flash' };
});
afterAll(async () => {
  other.kill('SIGKILL');
  await other;
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
function fresh(content?: string): string {
  const path = join(folder, `${count++}.lock`);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

describe('takeLock', () => {
  test('what nobody holds; again by the same process; free after its release', () => {
    const path = fresh();
    expect(takeLock(path).kind).toBe('taken');
    expect(takeLock(path).kind).toBe('taken');
    expect(isHeld(path)).toBe(true);
    releaseLock(path);
    expect(existsSync(path)).toBe(false);
  });

  test('of a process that runs: held, and left alone', () => {
    const path = fresh(JSON.stringify(living));
    expect(takeLock(path)).toEqual({ kind: 'held', by: living });
    releaseLock(path);
    expect(existsSync(path)).toBe(true);
    expect(holderText(living)).toBe(`process ${living.pid} (kws-gen flash)`);
  });

  const old = (path: string, ms: number) => {
    const time = new Date(Date.now() - ms);
    utimesSync(path, time, time);
  };
  test.each<[string, () => string]>([
    ['a process that is gone', () => fresh(JSON.stringify({ ...living, pid: 2 ** 22 - 7 }))],
    ['another process of the same id', () => fresh(JSON.stringify({ ...living, start: 'another time' }))],
    [
      'another machine, hours ago',
      () => {
        const path = fresh(JSON.stringify({ ...living, host: 'elsewhere' }));
        old(path, 2 * 3_600_000);
        return path;
      },
    ],
    [
      'a write that was cut off',
      () => {
        const path = fresh('{"pid":');
        old(path, 60_000);
        return path;
      },
    ],
  ])('what %s left is taken over', (_, left) => {
    const path = left();
    expect(isHeld(path)).toBe(false);
    expect(takeLock(path).kind).toBe('taken');
    expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`);
    releaseLock(path);
  });

  test('what a process left that was killed, and that its parent never asks how, is taken over', async () => {
    // The shell becomes a program that never waits for the child it has: that stays in the table of processes.
    const parent = execa('sh', ['-c', 'sleep 0 & echo $!; exec sleep 1000'], { reject: false });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text: Buffer) => resolve(Number(text))),
    );
    const isDead = () => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    while (existsSync('/proc/self/stat') && !isDead()) await new Promise((resolve) => setImmediate(resolve));
    const path = fresh(JSON.stringify({ ...living, pid, start: processStart(pid) ?? '' }));
    expect([isHeld(path), takeLock(path).kind]).toEqual([false, 'taken']);
    parent.kill('SIGKILL');
    await parent;
  });

  test.each([
    ['another machine, just now', () => JSON.stringify({ ...living, host: 'elsewhere' })],
    ['somebody who is just writing', () => ''],
  ])('what %s holds is not', (_, content) => {
    expect(takeLock(fresh(content())).kind).toBe('held');
  });
});

describe('an output folder', () => {
  const held = (name: string) => {
    const project = join(folder, name);
    mkdirSync(join(project, '.pio'), { recursive: true });
    writeFileSync(join(project, '.pio', 'kws-gen.lock'), JSON.stringify(living));
    return project;
  };

  test('two in one process take turns, too: to the file they are one holder', async () => {
    const project = join(folder, 'side by side');
    const order: string[] = [];
    const work = async (name: string) => {
      const release = await lockFolder(project);
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      release();
    };
    await Promise.all([work('a'), work('b')]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  test('that is new leaves nothing of the lock behind', async () => {
    const project = join(folder, 'new');
    (await lockFolder(project))();
    expect(existsSync(project)).toBe(false);
  });

  test('in use: who holds it and what to do; free again, the work goes on', async () => {
    const project = held('in use');
    const told: string[] = [];
    const waiting = lockFolder(project, {
      waiting: (text) => {
        told.push(text);
        rmSync(join(project, '.pio', 'kws-gen.lock'));
      },
    });
    (await waiting)();
    expect(told).toEqual([
      `waiting for ${project}: process ${living.pid} (kws-gen flash) builds there; --output FOLDER builds elsewhere at once`,
    ]);
  });

  test('in use for too long: exit code 3', async () => {
    const error = await lockFolder(held('for ever'), { patience: 0 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      exitCode: 3,
      problems: [
        {
          what: 'another run works in the output folder',
          why: `process ${living.pid} (kws-gen flash) holds it, for longer than 0 s`,
          next: 'wait for it or end it, or give this run a folder of its own with --output',
        },
      ],
    });
  });

  test('Ctrl-C ends the waiting', async () => {
    const abort = new AbortController();
    const waiting = () => abort.abort(new Error('SIGINT'));
    await expect(lockFolder(held('interrupted'), { signal: abort.signal, waiting })).rejects.toThrow();
  });

  test.each([
    ['itself', (project: string, elsewhere: string) => symlinkSync(elsewhere, project)],
    [
      'its .pio',
      (project: string, elsewhere: string) => {
        mkdirSync(project);
        symlinkSync(elsewhere, join(project, '.pio'));
      },
    ],
    [
      'its .pio, to a folder that is not there yet,',
      (project: string, elsewhere: string) => {
        mkdirSync(project);
        symlinkSync(join(elsewhere, 'new'), join(project, '.pio'));
      },
    ],
  ])('that leads elsewhere by %s is refused, and nothing is made there', async (_, make) => {
    const home = mkdtempSync(join(folder, 'linked'));
    const elsewhere = mkdtempSync(join(folder, 'elsewhere'));
    make(join(home, 'project'), elsewhere);
    await expect(lockFolder(join(home, 'project'))).rejects.toThrow('is a link to another place');
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('whose lock is a link or a pipe: neither is followed, and both count as dead after a while', async () => {
    const project = join(folder, 'odd locks');
    const path = join(project, '.pio', 'kws-gen.lock');
    mkdirSync(join(project, '.pio'), { recursive: true });
    const other = join(folder, 'other.json');
    writeFileSync(other, JSON.stringify(living));
    symlinkSync(other, path);
    lutimesSync(path, 1, 1);
    (await lockFolder(project))();
    expect(readFileSync(other, 'utf8')).toBe(JSON.stringify(living));
    execFileSync('mkfifo', [path]);
    utimesSync(path, 1, 1);
    (await lockFolder(project))();
    expect(existsSync(path)).toBe(false);
  });
});

describe('a virtual board', () => {
  const env = { KWS_CACHE_DIR: join(folder, 'cache') };
  const state = (name: string, owner: object) => {
    const path = join(env.KWS_CACHE_DIR, 'virtual', name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'owner.json'), JSON.stringify(owner));
    return path;
  };

  test('of a run that goes on: told whose, and left to it', async () => {
    const path = state('used', living);
    await expect(claimVirtual(path)).rejects.toThrow(
      `the virtual board of this folder is in use\n  why: process ${living.pid} (kws-gen flash) runs it\n  next: end that run, or start another board with a folder of its own: kws-gen flash --output FOLDER`,
    );
    await cleanUpVirtual(env);
    expect(existsSync(join(path, 'owner.json'))).toBe(true);
  });

  test('of a run that is gone is taken over', async () => {
    const path = state('left', { ...living, start: 'another time' });
    await claimVirtual(path);
    await claimVirtual(path);
    expect(readFileSync(join(path, 'owner.json'), 'utf8')).toContain(`"pid":${process.pid}`);
  });
});
