/**
 * The stages connected to the folders that do the work. Everything heavy is imported when a stage runs, so
 * that mistakes in a command line answer at once.
 */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import { VERSION } from '../version.js';
import { type Ask, hasId, isVirtual, locate, portOf, usbIdsOf } from './board-ports.js';
import { findRunning, runningVirtual } from './find-running.js';
import { portsOfMachine } from './ports.js';
import type { Progress, Running, Stages, Target } from './stages.js';

/** @param ask whoever can be asked which of several ports is meant; without one that is an error */
export function realStages(ask?: Ask): Stages {
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
    locate: (target) => locate(target, ask),
    upload(target, folder, progress, another = 0) {
      return isVirtual(target.board)
        ? startVirtualBoard(target, folder, progress, another)
        : uploadRealBoard(target, folder, progress, ask);
    },
    find: (board, port, folder) => findRunning(board, port, folder, ask),
    async open({ port, baudRate }, signal) {
      const { openSession } = await import('../device/session.js');
      return openSession(port, { signal, ...(baudRate === undefined ? {} : { baudRate }) });
    },
    async clip(path, directory, rate) {
      const { loadClip } = await import('../audio/clip.js');
      const file = isAbsolute(path) ? path : resolve(directory, path);
      return { name: path, samples: await loadClip(file, rate) };
    },
  };
}

/** Reports what PlatformIO is at, and ends it when the command ends. */
function options({ signal, progress }: Progress) {
  return {
    signal,
    onProgress: ({ compiled, text }: { readonly compiled: number; readonly text: string }) =>
      progress(compiled > 0 ? `${text} (${compiled} files)` : text),
  };
}

async function startVirtualBoard(
  { board }: Target,
  folder: string,
  { signal }: Progress,
  another: number,
): Promise<Running> {
  const { startVirtual, virtualStateFolder } = await import('../build/index.js');
  const stateFolder = virtualStateFolder(folder, another === 0 ? board.id : `${board.id}-${another + 1}`);
  return runningVirtual(await startVirtual(folder, board.id, { stateFolder, signal }), stateFolder);
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
  // The build took its time: a port that was found may have another name by now.
  const named = before.some(({ path }) => path === target.port) || target.portFound !== true;
  const port = (named ? target.port : undefined) ?? (await portOf(board, before, ask));
  const known = before.find(({ path }) => path === port);
  await uploadFirmware(folder, board.id, { virtual: false, port, ...options(progress) });
  // A port the user named that carries none of the board's ids (an adapter, a network port) stays where it is.
  const stays =
    target.portFound !== true && target.port !== undefined && (known === undefined || !hasId(known, usbIds));
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

function checkFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  throw inputError({
    what: 'is no folder',
    where: `--tflm-path ${path}`,
    next: 'give the folder of a TensorFlow Lite Micro library: the one that has src/tensorflow',
  });
}
