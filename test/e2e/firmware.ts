/**
 * Firmware on a virtual board for tests: rendered, built, started, with a session open to it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBoard, resolveTwin } from '../../src/boards/index.js';
import { renderProject } from '../../src/emit/project.js';
import { writeProject } from '../../src/emit/write.js';
import type { Runtime } from '../../src/model/runtime.js';
import { startVirtual } from '../../src/platformio/platformio.js';
import type { VirtualState } from '../../src/platformio/types.js';
import { stopVirtual, virtualStateFolder } from '../../src/platformio/virtual.js';
import type { ResolvedProject } from '../../src/project/types.js';
import type { SessionEvent } from '../../src/protocol/events.js';
import type { PcmSource } from '../../src/protocol/pcm.js';
import { openSession, type Session } from '../../src/protocol/session.js';
import { unhurried } from './host-lines.js';

export interface Firmware {
  readonly session: Session;
  readonly state: VirtualState;
  /** Everything the board said outside of answers, in order, but for how late it was. */
  readonly events: SessionEvent[];
  /** Plays a clip and returns the events of its time, its end included. */
  play(source: PcmSource, how?: 'memory' | 'frames'): Promise<SessionEvent[]>;
  stop(): Promise<void>;
}

export interface FirmwareOptions {
  readonly project: ResolvedProject;
  readonly board: string;
  /** The board's twin. */
  readonly emulate?: boolean;
  readonly runtime?: Runtime;
  readonly tflmPath?: string;
  /** Firmware that tells what it computes (src/proof). */
  readonly trace?: boolean;
}

export async function startFirmware(options: FirmwareOptions): Promise<Firmware> {
  const { project, runtime = 'aot', tflmPath, emulate = false, trace = false } = options;
  const named = findBoard(options.board);
  const target = emulate ? resolveTwin(named) : named;
  const board = target.id;
  const folder = mkdtempSync(join(tmpdir(), `kws ${project.name} `));
  const rendered = renderProject({
    project,
    board: target,
    runtime,
    toolVersion: '0.0.0-test',
    options: { trace, ...(tflmPath === undefined ? {} : { tflmPath }) },
  });
  writeProject(rendered, folder);
  // One run of PlatformIO builds and starts it.
  const state = await startVirtual(folder, board);
  const session = await openSession(state.pty);
  const events: SessionEvent[] = [];
  const collected = (async () => {
    for await (const event of session) events.push(unhurried(event));
  })();
  // A board repeats its hello until it is spoken to: what comes from here on belongs to the test.
  await session.hello();
  await session.stats();
  return {
    session,
    state,
    events,
    async play(source, how = 'memory') {
      const from = events.length;
      await session.play(source, how === 'memory' ? { link: { file: state.memory } } : {});
      // How late it was is the time of this computer.
      return events.slice(from).map((event) => {
        if (event.t !== 'end') return event;
        const { late: _, ...rest } = event;
        return rest;
      });
    },
    async stop() {
      await session.close();
      await collected;
      await stopVirtual(virtualStateFolder(folder, board));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
