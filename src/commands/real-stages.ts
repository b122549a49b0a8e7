/**
 * The stages connected to the folders that do the work. Everything heavy is imported when a stage runs, so
 * that mistakes in a command line answer at once.
 */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { ResolvedBoard } from '../boards/types.js';
import type { VirtualState } from '../build/types.js';
import { inputError, toolError } from '../diagnostics/errors.js';
import { VERSION } from '../version.js';
import { portsOfMachine } from './ports.js';
import type { Progress, Running, Stages, Target } from './stages.js';

/** Hz; every front end takes it, and boards capture it. */
const SAMPLE_RATE = 16_000;

export function realStages(): Stages {
  return {
    async render({ project, board, runtime, tflmPath }) {
      if (tflmPath !== undefined) checkFolder(tflmPath);
      const { renderProject } = await import('../emit/project.js');
      const options = tflmPath === undefined ? {} : { tflmPath };
      return renderProject({ project, board, runtime, toolVersion: VERSION, options });
    },
    async write(firmware, folder) {
      const { writeProject } = await import('../emit/write.js');
      writeProject(firmware, folder);
    },
    async build({ board }, folder, progress) {
      const { buildFirmware } = await import('../build/index.js');
      const report = await buildFirmware(folder, board.id, {
        virtual: isVirtual(board),
        ...options(progress),
      });
      const { flash, ram, program, seconds } = report;
      return { flash, ram, artifact: program, seconds };
    },
    upload(target, folder, progress) {
      return isVirtual(target.board)
        ? startVirtualBoard(target, folder, progress)
        : uploadRealBoard(target, folder, progress);
    },
    find: findRunning,
    async open({ port, baudRate }, signal) {
      const { openSession } = await import('../device/session.js');
      return openSession(port, { signal, ...(baudRate === undefined ? {} : { baudRate }) });
    },
    async clip(path, directory) {
      const { loadClip } = await import('../audio/clip.js');
      const file = isAbsolute(path) ? path : resolve(directory, path);
      return { name: path, samples: await loadClip(file, SAMPLE_RATE) };
    },
  };
}

const isVirtual = ({ kind }: ResolvedBoard): boolean => kind !== 'real';

/** Reports what PlatformIO is at, and ends it when the command ends. */
function options({ signal, progress }: Progress) {
  return {
    signal,
    onProgress: ({ compiled, text }: { readonly compiled: number; readonly text: string }) =>
      progress(compiled > 0 ? `${text} (${compiled} files)` : text),
  };
}

async function startVirtualBoard({ board }: Target, folder: string, { signal }: Progress): Promise<Running> {
  const { startVirtual, virtualStateFolder } = await import('../build/index.js');
  const stateFolder = virtualStateFolder(folder, board.id);
  return runningVirtual(await startVirtual(folder, board.id, { stateFolder, signal }), stateFolder);
}

function runningVirtual({ pty, memory }: VirtualState, stateFolder: string): Running {
  return {
    port: pty,
    link: { file: memory },
    async stop() {
      const { stopVirtual } = await import('../build/index.js');
      await stopVirtual(stateFolder);
    },
    async release() {
      const { releaseVirtual } = await import('../build/index.js');
      releaseVirtual(stateFolder);
    },
  };
}

async function uploadRealBoard(target: Target, folder: string, progress: Progress): Promise<Running> {
  const { board } = target;
  const [{ uploadFirmware }, { choosePort, waitForPort }] = await Promise.all([
    import('../build/index.js'),
    import('../device/ports.js'),
  ]);
  const usbIds = usbIdsOf(board);
  const before = await portsOfMachine();
  const named = before.find(({ path }) => path === target.port);
  const port = target.port ?? choosePort(board.name, before, usbIds).path;
  const known = named ?? before.find(({ path }) => path === port);
  await uploadFirmware(folder, board.id, { virtual: false, port, ...options(progress) });
  // A port the user named that carries none of the board's ids (an adapter, a network port) stays where it is.
  const stays = target.port !== undefined && (known === undefined || !hasId(known, usbIds));
  const after = stays
    ? port
    : (
        await waitForPort({
          usbIds,
          board: board.name,
          list: portsOfMachine,
          signal: progress.signal,
          ...(known === undefined ? {} : { before: known }),
        })
      ).path;
  return { port: after, baudRate: board.monitorBaud };
}

const usbIdsOf = ({ usb }: ResolvedBoard): string[] => usb.map(({ vid, pid }) => `${vid}:${pid}`);

function hasId(
  port: { readonly vendorId?: string; readonly productId?: string },
  usbIds: readonly string[],
): boolean {
  return usbIds.includes(`${port.vendorId ?? ''}:${port.productId ?? ''}`.toUpperCase());
}

async function findRunning(
  board: ResolvedBoard | undefined,
  port: string | undefined,
  folder: string,
): Promise<Running> {
  if (port !== undefined) return { port, ...(board === undefined ? {} : { baudRate: board.monitorBaud }) };
  if (board === undefined) {
    throw inputError({
      what: 'neither a board nor a port is named',
      next: '--board ID or --port PATH names one (kws-gen ports lists the ports)',
    });
  }
  if (!isVirtual(board)) {
    const { choosePort } = await import('../device/ports.js');
    return {
      port: choosePort(board.name, await portsOfMachine(), usbIdsOf(board)).path,
      baudRate: board.monitorBaud,
    };
  }
  const { virtualState, virtualStateFolder } = await import('../build/index.js');
  const stateFolder = virtualStateFolder(folder, board.id);
  const state = virtualState(stateFolder);
  if (state !== undefined) return runningVirtual(state, stateFolder);
  throw toolError({
    what: `no ${board.id} runs firmware of this folder`,
    where: folder,
    next: `kws-gen flash --board ${board.id} --no-monitor starts one and leaves it running`,
  });
}

function checkFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  throw inputError({
    what: 'is no folder',
    where: `--tflm-path ${path}`,
    next: 'give the folder of a TensorFlow Lite Micro library: the one that has src/tensorflow',
  });
}
