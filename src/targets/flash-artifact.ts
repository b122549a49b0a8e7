/**
 * A file that was built elsewhere → on the board, without compilers.
 *
 * Owns: the order of the steps for each format; that a board goes to its bootloader first. Leaves to others: whether the
 * file is the right one (`artifacts/read.ts`), drives (`artifacts/drive.ts`), PlatformIO's packages. Every step can be
 * replaced.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Drive } from '../artifacts/drive.js';
import type { Artifact } from '../artifacts/read.js';
import { UPLOAD_TOOLS, type UploadToolName, uploadCommand } from '../boards/flashing.js';
import type { ArtifactKind, ResolvedBoard } from '../boards/types.js';
import { toolError } from '../diagnostics/errors.js';
import type { PortInfo } from '../protocol/port-info.js';

/** What of the machine is needed. */
export interface FlashWorld {
  /** The board's ports while its firmware or its bootloader runs. */
  ports(state: 'firmware' | 'bootloader'): Promise<readonly PortInfo[]>;
  /** Waits for its bootloader's port. */
  bootloaderPort(before: PortInfo | undefined): Promise<PortInfo>;
  touch(path: string): Promise<void>;
  drives(): Promise<readonly Drive[]>;
  copy(bytes: Uint8Array, drive: Drive): void;
  /** @param words of the command line */
  run(tool: UploadToolName, words: readonly string[]): Promise<void>;
}

export interface FlashJob {
  readonly artifact: Artifact;
  readonly kind: ArtifactKind;
  readonly board: Pick<ResolvedBoard, 'id' | 'name' | 'upload'>;
  /** Port that was named. */
  readonly port?: string | undefined;
  /** Drive that was named. */
  readonly drive?: Drive | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How often a drive is looked for once the board was sent to its bootloader: 10 s. */
const LOOKS = 40;
const BETWEEN_LOOKS_MS = 250;

/**
 * Flashes it.
 * @returns the port that the board's firmware was on before, where it is known
 * @throws KwsError (exit code 3) where the board is not found, or does not take it
 */
export async function flashArtifact(job: FlashJob, world: FlashWorld): Promise<PortInfo | undefined> {
  const { artifact, kind, board, drive } = job;
  const [before] = (await world.ports('firmware')).filter(
    ({ path }) => job.port === undefined || path === job.port,
  );
  if (kind.format === 'uf2') {
    world.copy(artifact.bytes, drive ?? (await findDrive(job, kind.boardId, before, world)));
    return before;
  }
  const { tool, chip } = kind;
  const touched = tool === 'bossac' && board.upload.touch1200;
  const port = touched ? await inBootloader(before, world) : (job.port ?? before?.path);
  const needsPort = UPLOAD_TOOLS[tool].words.some((word) => word.includes('{port}'));
  if (port === undefined && needsPort)
    throw toolError({
      what: 'no port of this board was found',
      where: board.name,
      next: 'connect it, or name the port with --port (kws-gen ports lists them)',
    });
  await world.run(tool, uploadCommand(tool, { chip, port: port ?? '', file: artifact.file }));
  return before;
}

/** The port of the bootloader: it waits already, or the firmware is asked to make place for it. */
async function inBootloader(before: PortInfo | undefined, world: FlashWorld): Promise<string> {
  const [waiting] = await world.ports('bootloader');
  if (waiting !== undefined) return waiting.path;
  if (before !== undefined) await world.touch(before.path);
  return (await world.bootloaderPort(before)).path;
}

async function findDrive(
  { board, signal }: FlashJob,
  boardId: string,
  firmware: PortInfo | undefined,
  world: FlashWorld,
): Promise<Drive> {
  const matching = async () => (await world.drives()).filter((drive) => drive.boardId === boardId);
  let found = await matching();
  if (found.length === 0 && board.upload.touch1200 && firmware !== undefined) {
    await world.touch(firmware.path);
    for (let look = 0; look < LOOKS && found.length === 0; look++) {
      await sleep(BETWEEN_LOOKS_MS, undefined, signal === undefined ? {} : { signal });
      found = await matching();
    }
  }
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  const { help } = board.upload;
  throw toolError({
    what:
      only === undefined
        ? 'no drive of the board’s bootloader is mounted'
        : `${found.length} boards show their drives`,
    where: board.name,
    ...(only === undefined ? {} : { why: found.map(({ folder }) => folder).join(', ') }),
    next:
      only === undefined
        ? `${help === undefined ? '' : `${help} `}Mount that drive, or name its folder with --drive`
        : 'name one with --drive',
  });
}
