import { join } from 'node:path';
import { loadClip } from '../../src/audio/clip.js';
import { createHostRun, runClip } from '../../src/evaluate/host-run.js';
import { loadProject } from '../../src/project/load.js';
import type { Line } from './tool.js';

/** The end of a clip without how late the board was, which no host knows; other events as they are. */
export function unhurried<E extends { readonly t: string }>(event: E): E {
  if (event.t !== 'end' || !('late' in event)) return event;
  const { late: _, ...rest } = event;
  return rest as unknown as E;
}

/** What a board says of clips, but for how late it was: that is its own. */
export function saidOf(lines: readonly Line[]): Line[] {
  return lines.filter(({ t }) => t === 'score' || t === 'detect' || t === 'end').map(unhurried);
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
