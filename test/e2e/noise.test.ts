/**
 * Noise on the serial line of firmware that runs: it goes on answering, and what it hears afterwards is what
 * the host computes. On the host's own board under AddressSanitizer and UBSan.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { findBoard, type ResolvedBoard } from '../../src/boards/index.js';
import { renderProject } from '../../src/emit/project.js';
import { writeProject } from '../../src/emit/write.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { buildFirmware, startVirtual } from '../../src/platformio/platformio.js';
import type { VirtualState } from '../../src/platformio/types.js';
import { stopVirtual, virtualStateFolder } from '../../src/platformio/virtual.js';
import { loadProject } from '../../src/project/load.js';
import { encodeFrame, RESYNCHRONISE } from '../../src/protocol/frame.js';
import { openSession } from '../../src/protocol/session.js';
import { root } from '../support/native.js';
import { random } from '../support/random.js';
import { unhurried } from './host-lines.js';
import { describeWithToolchain, Line, temporaryFolder } from './platform-support.js';

const EXAMPLE = join(root, 'examples', 'chirp');
const ROUNDS = 25;

/** Whatever a port that two programs share, a wrong baud rate or a hostile host may send. */
function noise(seed: number): Buffer {
  const next = random(seed);
  const bytes = (length: number) => Buffer.from(Uint8Array.from({ length }, () => next(256)));
  const pieces = [
    () => bytes(1 + next(700)),
    () => Buffer.from('hello\nplay open\nstop\nreset\nmic\ntrace features\nstats\n'.slice(next(40))),
    () => Buffer.from(`input 0 ${next(4000)}\nplay ${next(2 ** 31)} memory\nplay ${next(5000)}\n`),
    () => Buffer.from('\u0002'.repeat(1 + next(600))),
    () => Buffer.from(encodeFrame(next(256), bytes(1 + next(512)))).subarray(0, 1 + next(520)),
    () => Buffer.from('A'.repeat(1 + next(3000))),
  ];
  return Buffer.concat(Array.from({ length: 8 }, () => pieces[next(pieces.length)]!()));
}

const SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const native = findBoard('native');
const BOARDS: readonly [string, ResolvedBoard][] = [
  ['virtual-cortex-m4', findBoard('virtual-cortex-m4')],
  [
    'native under sanitizers',
    {
      ...native,
      platformio: { ...native.platformio, buildFlags: [...native.platformio.buildFlags, ...SANITIZE] },
    },
  ],
];

describeWithToolchain('noise on the serial line', () => {
  describe.each(BOARDS)('%s', (_, board) => {
    const folder = temporaryFolder();
    const stateFolder = virtualStateFolder(folder, board.id);
    let state: VirtualState;
    beforeAll(async () => {
      const project = await loadProject(EXAMPLE);
      writeProject(renderProject({ project, board, runtime: 'aot', toolVersion: '0.0.0-test' }), folder);
      const { program } = await buildFirmware(folder, board.id, { virtual: true });
      // That the flags came through, to the linker too.
      if (board.kind === 'native') expect(readFileSync(program).includes('__asan_init')).toBe(true);
      state = await startVirtual(folder, board.id);
    });
    afterAll(async () => {
      await stopVirtual(stateFolder);
      rmSync(folder, { recursive: true, force: true });
    });

    test('never keeps it from answering', async () => {
      const line = await Line.open(state);
      try {
        for (let seed = 1; seed <= ROUNDS; seed++) {
          line.send(noise(seed));
          line.send(`${RESYNCHRONISE}trace off\nreset\n\nhello\n`);
          await line.sent();
          // What it was told before may make it say hello, too; only this one comes after a reset.
          await line.next('"cmd":"reset"', 30_000);
          await line.next('"t":"hello"', 30_000);
          expect(line.closed, readFileSync(join(stateFolder, 'log.txt'), 'utf8')).toBe(false);
        }
      } finally {
        await line.close();
      }
      const log = readFileSync(join(stateFolder, 'log.txt'), 'utf8');
      expect(log).not.toMatch(/ERROR|runtime error/);
    });

    test('changes nothing of what it computes', async () => {
      const project = await loadProject(EXAMPLE);
      const samples = await loadClip(join(EXAMPLE, 'chirp.wav'), 16_000);
      const session = await openSession(state.pty);
      const events: unknown[] = [];
      const collected = (async () => {
        for await (const event of session)
          if (event.t !== 'noise' && event.t !== 'hello') events.push(unhurried(event));
      })();
      try {
        const hello = await session.hello();
        expect(hello.board).toBe(board.id);
        await session.play({ name: 'chirp', samples }, { link: { file: state.memory } });
      } finally {
        await session.close();
        await collected;
      }
      const expected = runClip(createHostRun(project), samples).map((event) => ({ ...event, clip: 'chirp' }));
      // How late it was is the time of this computer.
      const said = events.map((event) => ({ ...(event as object), late: undefined }));
      expect(said).toEqual(expected);
    });
  });
});
