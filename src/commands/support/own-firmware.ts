/** What commands share whose firmware is for them alone: `verify`, `profile`, `mic` and `record`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Aim } from '../../targets/aim.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

/** A real board keeps what it was flashed with. */
export function afterwards({ board }: Aim): readonly string[] {
  if (board.kind !== 'real' || board.onChip !== undefined) return [];
  return ['The board now runs firmware of this command alone; kws-gen flash uploads the one for use'];
}

/** It has a folder of its own, which is gone afterwards unless it was named. */
export async function inOwnFolder<T>(
  { output }: OptionValues,
  { directory }: CommandContext,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  if (output !== undefined) return work(resolve(directory, output));
  const folder = mkdtempSync(join(tmpdir(), 'kws-gen-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
