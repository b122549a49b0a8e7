import { join } from 'node:path';
import { loadClip } from '../../src/audio/clip.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { loadProject } from '../../src/project/load.js';
import type { Line } from './tool.js';

/** What a board says of clips, but for how late it was: that is its own. */
export function saidOf(lines: readonly Line[]): Line[] {
  return lines
    .filter(({ t }) => t === 'score' || t === 'detect' || t === 'end')
    .map(({ late: _, ...line }) => line);
}

/** What a board must say of clips, each from reset. */
export async function hostLines(folder: string, clips: readonly string[]): Promise<Line[]> {
  const run = createHostRun(await loadProject(folder));
  const lines: Line[] = [];
  for (const clip of clips)
    for (const event of runClip(run, await loadClip(join(folder, clip), 16_000)))
      lines.push({ ...event, clip });
  return lines;
}
