/** What is built for what, and what it costs, shown. */
import type { Output } from '../terminal/output.js';
import type { BuildSummary, Target, Usage } from './stages.js';
import { twinNote } from './target.js';

export function showTarget({ project, board, runtime }: Target, out: Output): void {
  out.progress(`${project.name} for ${board.id}, runtime ${runtime}`);
  const note = twinNote(board);
  if (note !== undefined) out.progress(note);
}

/** What is used and what is left; `lines`: as a JSON line. */
export function showBuild(
  build: BuildSummary,
  { board, runtime }: Target,
  out: Output,
  lines: boolean,
): void {
  const { flash, ram, artifact, seconds } = build;
  if (lines)
    out.line({
      t: 'build',
      board: board.id,
      runtime,
      flash: withLeft(flash),
      ram: withLeft(ram),
      artifact,
      seconds: Math.round(10 * seconds) / 10,
    });
  else out.text(`flash ${usage(build.flash)}, RAM ${usage(build.ram)}`);
}

function withLeft({ used, total }: Usage) {
  return { used, total, left: total - used };
}

/** `61.2 KB of 960.0 KB (6 %)` */
function usage({ used, total }: Usage): string {
  const percent = total === 0 ? '' : ` (${Math.round((100 * used) / total)} %)`;
  return `${size(used)} of ${size(total)}${percent}`;
}

function size(bytes: number): string {
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
