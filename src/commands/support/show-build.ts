/** What is built for what, and what it costs, shown. */

import { windowLines } from '../../emit/incremental.js';
import type { FirmwareProject } from '../../emit/types.js';
import type { Aim } from '../../targets/aim.js';
import type { BuildSummary, Progress, Usage } from '../../targets/stages.js';
import type { Output } from '../../terminal/output.js';
import { twinNote } from './project-options.js';

export function showAim({ project, board, runtime }: Aim, out: Output): void {
  out.progress(`${project.name} for ${board.id}, runtime ${runtime}`);
  const note = twinNote(board);
  if (note !== undefined) out.progress(note);
}

/** What stages tell goes to the user. */
export function progressOf(out: Output, signal: AbortSignal): Progress {
  return {
    signal,
    progress: (text) => out.status(text),
    waiting: (text) => out.progress(text),
    warn: (problem) => out.warn(problem),
  };
}

/** How models compute the windows they see; with --json it stands in the result. */
export function showWindows({ windows = [] }: FirmwareProject, out: Output): void {
  if (out.json) return;
  for (const line of windows.flatMap(windowLines)) out.progress(line);
}

/** What comes after the build. */
export function uploadingText({ board }: Aim): string {
  if (board.onChip !== undefined) return 'starting the emulated chip';
  return board.kind === 'real' ? 'uploading' : 'starting the virtual board';
}

type Shown = BuildSummary & Pick<FirmwareProject, 'windows'>;

/** What is used and what is left; `lines`: as a JSON line. */
export function showBuild(build: Shown, { board, runtime }: Aim, out: Output, lines: boolean): void {
  const { flash, ram, artifact, seconds, windows, artifacts = [] } = build;
  if (lines)
    out.line({
      t: 'build',
      board: board.id,
      runtime,
      flash: withLeft(flash),
      ram: withLeft(ram),
      artifact,
      seconds: Math.round(10 * seconds) / 10,
      ...(windows && { windows }),
      ...(artifacts.length > 0 && { artifacts }),
    });
  else {
    out.text(`flash ${usage(build.flash)}, RAM ${usage(build.ram)}`);
    if (artifacts.length === 0) out.text(`the program is ${artifact}`);
    for (const { file, flash: how } of artifacts) {
      out.text(file);
      out.text(`  to flash it by hand: ${how}`);
    }
  }
}

function withLeft({ used, total }: Usage) {
  return { used, total, left: total - used };
}

/** `61.2 KB of 960.0 KB (6 %)` */
function usage({ used, total }: Usage): string {
  const percent = total === 0 ? '' : ` (${Math.round((100 * used) / total)} %)`;
  return `${size(used)} of ${size(total)}${percent}`;
}

/** `61.2 KB` */
export function size(bytes: number): string {
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
