/**
 * The stages connected to the folders that do the work. Everything heavy is imported when a stage runs, so
 * that mistakes in a command line answer at once.
 */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { ResolvedBoard } from '../boards/types.js';
import type { VirtualState } from '../build/types.js';
import type { PortInfo } from '../device/ports.js';
import { inputError, toolError } from '../diagnostics/errors.js';
import type { Asker } from '../project/draft.js';
import { VERSION } from '../version.js';
import { portsOfMachine } from './ports.js';
import type { Progress, Running, Stages, Target } from './stages.js';

/** Hz; every front end takes it, and boards capture it. */
const SAMPLE_RATE = 16_000;

/** @param ask whoever can be asked which of several ports is meant; without one that is an error */
export function realStages(ask?: () => Promise<Asker>): Stages {
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
        : uploadRealBoard(target, folder, progress, ask);
    },
    find: (board, port, folder) => findRunning(board, port, folder, ask),
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

async function uploadRealBoard(
  target: Target,
  folder: string,
  progress: Progress,
  ask: Ask,
): Promise<Running> {
  const { board } = target;
  const [{ uploadFirmware }, { waitForPort }] = await Promise.all([
    import('../build/index.js'),
    import('../device/ports.js'),
  ]);
  const usbIds = usbIdsOf(board);
  const before = await portsOfMachine();
  const named = before.find(({ path }) => path === target.port);
  const port = target.port ?? (await portOf(board, before, ask));
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

type Ask = (() => Promise<Asker>) | undefined;

/** The board's port, by its USB ids; several are a question, or an error that lists them. */
async function portOf(board: ResolvedBoard, ports: readonly PortInfo[], ask: Ask): Promise<string> {
  const { choosePort, matchPorts } = await import('../device/ports.js');
  const matching = matchPorts(ports, usbIdsOf(board));
  if (matching.length < 2 || ask === undefined) return choosePort(board.name, ports, usbIdsOf(board)).path;
  const { describePort } = await import('../device/port-errors.js');
  return (await ask()).choose(
    `Which of them is the ${board.name}?`,
    matching.map((port) => ({ value: port.path, hint: describePort(port) })),
  );
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
  ask: Ask,
): Promise<Running> {
  if (port !== undefined) return { port, ...(board === undefined ? {} : { baudRate: board.monitorBaud }) };
  if (board === undefined) {
    throw inputError({
      what: 'neither a board nor a port is named',
      next: '--board ID or --port PATH names one (kws-gen ports lists the ports)',
    });
  }
  if (!isVirtual(board)) {
    return { port: await portOf(board, await portsOfMachine(), ask), baudRate: board.monitorBaud };
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
