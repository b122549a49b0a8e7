/**
 * Clips that are pushed to a virtual board over a line that damages what goes over it, both ways:
 * `npm run fuzz -- --line PUSHES`. What is accepted is what the host computes, and everything else is told.
 */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { KwsError } from '../../src/diagnostics/errors.js';
import { renderProject } from '../../src/emit/project.js';
import { writeProject } from '../../src/emit/write.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { buildFirmware, startVirtual } from '../../src/platformio/platformio.js';
import type { VirtualState } from '../../src/platformio/types.js';
import { stopVirtual, virtualStateFolder } from '../../src/platformio/virtual.js';
import { loadProject } from '../../src/project/load.js';
import type { LoadedProject } from '../../src/project/resolve.js';
import type { SessionEvent } from '../../src/protocol/events.js';
import { openSerial } from '../../src/protocol/serial-transport.js';
import { openSession, type Session } from '../../src/protocol/session.js';
import { lostOf } from '../../src/targets/clip-check.js';
import { temporaryFolder } from '../e2e/platform-support.js';
import { type FaultyLine, faultyLine } from '../support/faulty-line.js';
import { root } from '../support/native.js';
import { random } from '../support/random.js';

const { line: pushes = 20, seed = 1 } = JSON.parse(process.env.KWS_FUZZ ?? '{}') as {
  readonly line?: number;
  readonly seed?: number;
};

const board = findBoard('native');
const folder = temporaryFolder();
let project: LoadedProject;
let state: VirtualState;
beforeAll(async () => {
  project = await loadProject(`${root}/examples/chirp`);
  writeProject(renderProject({ project, board, runtime: 'aot', toolVersion: '0.0.0-test' }), folder);
  await buildFirmware(folder, board.id, { virtual: true });
  state = await startVirtual(folder, board.id);
}, 600_000);
afterAll(async () => {
  await stopVirtual(virtualStateFolder(folder, board.id));
  rmSync(folder, { recursive: true, force: true });
});

interface Open {
  readonly session: Session;
  readonly line: FaultyLine;
  readonly seen: SessionEvent[];
}

async function open(number: number): Promise<Open> {
  const inner = await openSerial(state.pty, { baudRate: 115_200 });
  const line = faultyLine(inner, { seed: seed + number, every: 40, cutEvery: 1500 });
  const session = await openSession(line, { commandTimeout: 2000, stallLimit: 4000 });
  const seen: SessionEvent[] = [];
  void (async () => {
    for await (const event of session) seen.push(event);
  })();
  return { session, line, seen };
}

type Outcome = 'right' | 'lost' | 'refused' | 'wrong';

/** One clip; what came of it, and whether the session can go on. */
async function push({ session, seen }: Open, pcm: Int16Array, clip: string): Promise<Outcome> {
  const end = await session.play({ name: clip, samples: pcm });
  await new Promise((resolve) => setImmediate(resolve));
  const own = seen.splice(0).filter((event) => 'clip' in event && event.clip === clip);
  const scores = own.filter((event) => event.t === 'score');
  const detections = own.filter((event) => event.t === 'detect');
  const faults = own.filter((event) => event.t === 'fault');
  const hello = await session.hello();
  if (lostOf({ scores, detections, faults, end }, pcm.length, hello) !== undefined) return 'lost';
  const plain = (events: readonly { readonly t: string }[]) =>
    events
      .filter(({ t }) => t === 'score' || t === 'detect')
      .map((event) => JSON.stringify({ ...event, clip: undefined }));
  const expected = plain(runClip(createHostRun(project), pcm));
  return JSON.stringify(plain(own)) === JSON.stringify(expected) ? 'right' : 'wrong';
}

test('nothing wrong is accepted, and what fails says so', { timeout: 24 * 60 * 60 * 1000 }, async () => {
  const next = random(seed);
  const outcomes: Record<Outcome, number> = { right: 0, lost: 0, refused: 0, wrong: 0 };
  const whys = new Map<string, number>();
  let [sessions, faults] = [0, 0];
  let current: Open | undefined;
  for (let number = 0; number < pushes; number++) {
    const pcm = Int16Array.from({ length: 1600 + next(6400) }, () => next(20_000) - 10_000);
    try {
      current ??= await open(sessions++);
      outcomes[await push(current, pcm, `clip ${number}`)]++;
    } catch (error) {
      if (!(error instanceof KwsError)) throw error;
      outcomes.refused++;
      const why = error.problems[0]!.what;
      whys.set(why, (whys.get(why) ?? 0) + 1);
      if (current !== undefined) {
        faults += Object.values(current.line.faults).reduce((a, b) => a + b, 0);
        await current.session.close();
      }
      current = undefined;
    }
  }
  if (current !== undefined) {
    faults += Object.values(current.line.faults).reduce((a, b) => a + b, 0);
    await current.session.close();
  }
  const { right, lost, refused, wrong } = outcomes;
  process.stdout.write(
    `${pushes} pushes of seed ${seed} in ${sessions} sessions, ${faults} faults: ${right} right, ${lost} told to be incomplete, ${refused} given up, ${wrong} wrong\n`,
  );
  for (const [why, count] of whys) process.stdout.write(`  ${count} times: ${why}\n`);
  expect(wrong).toBe(0);
  expect(right).toBeGreaterThan(0);
  expect(faults).toBeGreaterThan(0);
});
