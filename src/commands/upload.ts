/** A target → its firmware built, on the board, and known by its hello. */
import type { HelloEvent } from '../device/events.js';
import { toolError } from '../diagnostics/errors.js';
import type { FirmwareProject } from '../emit/types.js';
import type { CommandContext } from './command.js';
import { showTarget } from './show-build.js';
import type { BuildSummary, Running, Stages, Target } from './stages.js';

export interface Uploaded {
  readonly firmware: FirmwareProject;
  readonly running: Running;
}

/** @param built is told what the firmware costs */
export async function buildAndUpload(
  target: Target,
  folder: string,
  { out, signal }: Pick<CommandContext, 'out' | 'signal'>,
  stages: Stages,
  built: (build: BuildSummary) => void,
): Promise<Uploaded> {
  const progress = { signal, progress: (text: string) => out.status(text) };
  showTarget(target, out);
  const firmware = await stages.render(target);
  signal.throwIfAborted();
  // A board that is not there is found out about before minutes of building.
  const located = await stages.locate(target);
  await stages.write(firmware, folder);
  built(await stages.build(target, folder, progress));
  out.progress(target.board.kind === 'real' ? 'uploading' : 'starting the virtual board');
  return { firmware, running: await stages.upload(located, folder, progress) };
}

/** The build id is in the hello: an upload that did not take would answer with the old one. */
export function checkBuild(hello: HelloEvent, { buildId }: FirmwareProject): void {
  if (isBuild(hello, buildId)) return;
  throw toolError({
    what: 'the board does not run the firmware that was uploaded',
    why: `it says build ${hello.build}, this is build ${buildId.slice(0, 12)}`,
    next: 'press its reset button and run kws-gen flash again; with several boards connected, name the port with --port',
  });
}

/** A hello has the begin of the build id. */
export function isBuild({ build }: HelloEvent, buildId: string): boolean {
  return build !== '' && build === buildId.slice(0, build.length);
}
