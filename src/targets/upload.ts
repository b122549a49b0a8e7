/**
 * A project aimed at a board → its firmware built, on the board, and running.
 *
 * Owns: the order of the steps, that a board is looked for before minutes of building. Leaves to others: the steps
 * (`stages.ts`), talking to the board (`open.ts`).
 */
import { checkArtifact } from '../artifacts/read.js';
import type { FirmwareProject } from '../emit/types.js';
import type { Aim } from './aim.js';
import type { BuildSummary, GivenArtifact, Progress, Running, Stages } from './stages.js';

export interface Uploaded {
  readonly firmware: FirmwareProject;
  readonly running: Running;
}

export interface UploadOptions extends Progress {
  /** Folder of the firmware project. */
  readonly folder: string;
  /** Number of the virtual board beside others of the folder; 0 unless told. */
  readonly another?: number;
  /** A file that was built elsewhere, in place of a build. */
  readonly given?: GivenArtifact;
  /** Told what is about to be built. */
  readonly rendered?: (firmware: FirmwareProject) => void;
  /** Told what the firmware costs. */
  readonly built?: (build: BuildSummary) => void;
  /** Told that the upload begins. */
  readonly uploading?: () => void;
}

/** @throws KwsError as the steps do */
export async function buildAndUpload(aim: Aim, options: UploadOptions, stages: Stages): Promise<Uploaded> {
  const { folder, signal, rendered, built, uploading, another = 0, given } = options;
  const firmware = await stages.render(aim);
  rendered?.(firmware);
  signal?.throwIfAborted();
  const { uploadArtifact } = stages;
  if (given !== undefined && uploadArtifact !== undefined) {
    checkArtifact(given.artifact, aim.board, firmware.buildId);
    return writeAnd({ aim, firmware, folder }, options, stages, async () => {
      uploading?.();
      return { firmware, running: await uploadArtifact(aim, folder, options, given) };
    });
  }
  // A board that is not there is found out about before minutes of building.
  const located = await stages.locate(aim);
  return writeAnd({ aim, firmware, folder }, options, stages, async () => {
    const build = await stages.build(aim, folder, options);
    built?.(build);
    uploading?.();
    return { firmware, running: await stages.upload(located, folder, options, another) };
  });
}

/** What is written where. */
export interface Making {
  readonly aim: Aim;
  readonly firmware: FirmwareProject;
  /** Folder of the firmware project. */
  readonly folder: string;
}

/**
 * Writes the firmware project and does `work` in its folder, while no other run does.
 * @throws KwsError as the steps do; exit code 2 before anything is written where its user does not trust it
 */
export async function writeAnd<T>(
  { aim, firmware, folder }: Making,
  progress: Progress,
  stages: Pick<Stages, 'trust' | 'lock' | 'write'>,
  work: () => Promise<T>,
): Promise<T> {
  await stages.trust?.(aim, firmware, folder);
  const unlock = await stages.lock?.(folder, progress);
  try {
    await stages.write(firmware, folder, progress.warn);
    return await work();
  } finally {
    unlock?.();
  }
}
