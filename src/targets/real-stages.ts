/**
 * The stages connected to the folders that do the work. Everything heavy is imported when a stage runs, so
 * that mistakes in a command line answer at once.
 */
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { UPLOAD_TOOLS } from '../boards/flashing.js';
import { FAST_BAUD, USUAL_BAUD } from '../boards/line-rates.js';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import type { TrustOptions } from '../trust/consent.js';
import { VERSION } from '../version.js';
import type { Aim } from './aim.js';
import {
  type Ask,
  firmwarePort,
  hasId,
  isVirtual,
  locate,
  namedPort,
  portInfoOf,
  realRunning,
  usbIdsOf,
} from './board-ports.js';
import { findRunning, runningVirtual } from './find-running.js';
import { portsOfMachine } from './machine-ports.js';
import { SLOW_MS } from './open.js';
import type { GivenArtifact, Progress, Running, Stages } from './stages.js';

/** Folder in the firmware project with what is flashed by hand. */
const ARTIFACTS = 'artifacts';

/**
 * @param ask whoever can be asked which of several ports is meant; without one that is an error
 * @param consent to settings that can run code of their own; without it they are an error
 */
export function realStages(ask?: Ask, consent: TrustOptions = {}): Stages {
  return {
    async render({ project, board, runtime, trace = false, live = false, audio = false, ...local }) {
      const { tflmPath, frameworkPath } = local;
      if (tflmPath !== undefined)
        checkFolder(
          '--tflm-path',
          tflmPath,
          'a TensorFlow Lite Micro library: the one that has src/tensorflow',
        );
      if (frameworkPath !== undefined)
        checkFolder('--framework-path', frameworkPath, 'the vendor’s core: the one that has package.json');
      const { renderProject } = await import('../emit/project.js');
      const options = {
        ...{ trace, live, audio },
        ...(tflmPath === undefined ? {} : { tflmPath }),
        ...(frameworkPath === undefined ? {} : { frameworkPath }),
      };
      return renderProject({ project, board, runtime, toolVersion: VERSION, options });
    },
    async trust({ trust = [] }, firmware, folder) {
      const { requireTrust } = await import('../trust/consent.js');
      const { foreignFiles } = await import('../trust/foreign.js');
      await requireTrust([...trust, ...foreignFiles(folder, [...firmware.files.keys()])], folder, consent);
    },
    async lock(folder, { signal, waiting }) {
      const { lockFolder } = await import('../platformio/index.js');
      return lockFolder(folder, {
        ...(signal === undefined ? {} : { signal }),
        ...(waiting === undefined ? {} : { waiting }),
      });
    },
    async write(firmware, folder, warn) {
      const { keptNote, writeProject } = await import('../emit/write.js');
      const { adoptFolder } = await import('../trust/foreign.js');
      const kept = keptNote(writeProject(firmware, folder), folder);
      if (kept !== undefined) warn?.(kept);
      adoptFolder(folder);
    },
    async build({ board, project }, folder, progress) {
      const { buildFirmware } = await import('../platformio/index.js');
      const report = await buildFirmware(folder, board.id, {
        virtual: isVirtual(board),
        ...options(progress),
      });
      const { flash, ram, program, seconds } = report;
      const { writeArtifacts } = await import('../artifacts/make.js');
      const artifacts = await writeArtifacts(board, program, join(folder, ARTIFACTS), project.name);
      return { flash, ram, artifact: program, seconds, artifacts };
    },
    locate: (aim) => locate(aim, ask),
    upload(aim, folder, progress, another = 0) {
      if (isVirtual(aim.board)) return startVirtualBoard(aim, folder, progress, another);
      if (aim.board.onChip !== undefined) return startOnChip(aim.board, folder, progress, another);
      return uploadRealBoard(aim, folder, progress, ask);
    },
    uploadArtifact({ board, port }, folder, progress, given) {
      if (isVirtual(board)) return startProgram(board, folder, progress, given);
      if (board.onChip !== undefined) return startOnChip(board, folder, progress, 0, given);
      return flashRealBoard({ board, port, folder }, progress, given);
    },
    async count({ board }, folder, { signal }, icount) {
      const { startVirtual, virtualStateFolder } = await import('../platformio/index.js');
      const stateFolder = virtualStateFolder(folder, board.id);
      return runningVirtual(
        await startVirtual(folder, board.id, { stateFolder, signal, icount }),
        stateFolder,
      );
    },
    find: (board, port, folder, boards) => findRunning(board, port, { folder, boards, ask }),
    async open({ port, baudRate, stop, slow = false }, signal) {
      const { openSession } = await import('../protocol/session.js');
      // The line of a virtual board has no rate.
      const otherRates = stop === undefined ? [USUAL_BAUD, FAST_BAUD] : [];
      return openSession(port, {
        ...{ signal, otherRates },
        ...(baudRate === undefined ? {} : { baudRate }),
        ...(slow ? { commandTimeout: SLOW_MS, stallLimit: SLOW_MS } : {}),
      });
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
      progress?.(compiled > 0 ? `${text} (${compiled} files)` : text),
  };
}

async function startVirtualBoard(
  { board }: Aim,
  folder: string,
  { signal }: Progress,
  another: number,
): Promise<Running> {
  const { startVirtual, virtualStateFolder } = await import('../platformio/index.js');
  const stateFolder = virtualStateFolder(folder, another === 0 ? board.id : `${board.id}-${another + 1}`);
  return runningVirtual(await startVirtual(folder, board.id, { stateFolder, signal }), stateFolder);
}

async function startProgram(
  board: ResolvedBoard,
  folder: string,
  { signal }: Progress,
  { artifact }: GivenArtifact,
): Promise<Running> {
  const { kindFor } = await import('../artifacts/read.js');
  kindFor(artifact, board);
  const { startVirtual, virtualStateFolder } = await import('../platformio/index.js');
  const stateFolder = virtualStateFolder(folder, board.id);
  const program = resolve(artifact.file);
  return runningVirtual(await startVirtual(folder, board.id, { stateFolder, signal, program }), stateFolder);
}

/** What a build of the folder made, or what was built elsewhere. */
async function startOnChip(
  { id, onChip }: ResolvedBoard,
  folder: string,
  { signal }: Progress,
  another: number,
  given?: GivenArtifact,
): Promise<Running> {
  const { startFirmware, virtualStateFolder } = await import('../platformio/index.js');
  const stateFolder = virtualStateFolder(folder, another === 0 ? id : `${id}-${another + 1}`);
  const program = given === undefined ? undefined : resolve(given.artifact.file);
  const state = await startFirmware(folder, id, {
    ...{ stateFolder, signal, microphone: onChip?.microphone },
    ...(program === undefined ? {} : { program }),
  });
  return runningVirtual(state, stateFolder);
}

interface RealBoard {
  readonly board: ResolvedBoard;
  /** As the user named it. */
  readonly port: string | undefined;
  /** Of the firmware project: the log goes there. */
  readonly folder: string;
}

async function flashRealBoard(
  { board, port: named, folder }: RealBoard,
  { signal = new AbortController().signal }: Progress,
  { artifact, drive }: GivenArtifact,
): Promise<Running> {
  const { kindFor } = await import('../artifacts/read.js');
  const { copyToDrive, drivesAmong, mountPoints, namedDrive } = await import('../artifacts/drive.js');
  const { flashArtifact } = await import('./flash-artifact.js');
  const { waitForPort, matchPorts } = await import('../protocol/ports.js');
  const kind = kindFor(artifact, board)!;
  const port = named === undefined ? undefined : (await namedPort(named)).path;
  const boardDrive =
    drive === undefined || kind.format !== 'uf2' ? undefined : await namedDrive(drive, kind.boardId);
  const before = await flashArtifact(
    { artifact, kind, board, port, drive: boardDrive, signal },
    {
      ports: async (state) => matchPorts(await portsOfMachine(), usbIdsOf(board, [state])),
      bootloaderPort: (firmware) =>
        waitForPort({
          usbIds: usbIdsOf(board, ['bootloader']),
          board: `the bootloader of ${board.name}`,
          list: portsOfMachine,
          signal,
          ...(firmware === undefined ? {} : { before: firmware }),
        }),
      touch: async (path) => (await import('../protocol/touch.js')).touch1200(path),
      drives: () => drivesAmong(mountPoints()),
      copy: copyToDrive,
      async run(tool, words) {
        const { runPackageTool } = await import('../platformio/index.js');
        const { package: from } = UPLOAD_TOOLS[tool];
        await runPackageTool({ package: from, words, environment: board.id, folder }, { signal });
      },
    },
  );
  if (port !== undefined && before === undefined) return { port, baudRate: board.monitorBaud };
  return realRunning(board, await firmwarePort(board, before, signal));
}

async function uploadRealBoard(aim: Aim, folder: string, progress: Progress, ask: Ask): Promise<Running> {
  const { board } = aim;
  const { uploadFirmware } = await import('../platformio/index.js');
  const usbIds = usbIdsOf(board);
  const before = await portsOfMachine();
  // The build took its time: a port that was found may have another name by now.
  const named = before.some(({ path }) => path === aim.port) || aim.portFound !== true;
  const port = (named ? aim.port : undefined) ?? (await portInfoOf(board, before, ask)).path;
  const known = before.find(({ path }) => path === port);
  await uploadFirmware(folder, board.id, { virtual: false, port, ...options(progress) });
  // A port the user named that carries none of the board's ids (an adapter, a network port) stays where it is.
  const stays =
    aim.portFound !== true && aim.port !== undefined && (known === undefined || !hasId(known, usbIds));
  if (stays) return { port, baudRate: board.monitorBaud };
  return realRunning(
    board,
    await firmwarePort(board, known, progress.signal ?? new AbortController().signal),
  );
}

function checkFolder(option: string, path: string, what: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  throw inputError({ what: 'is no folder', where: `${option} ${path}`, next: `give the folder of ${what}` });
}
