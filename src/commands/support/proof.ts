/** What `verify` and `profile` share: their clips, their folder, what is said of real boards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ProofClip } from '../../proof/prove.js';
import type { Aim } from '../../targets/aim.js';
import type { Stages } from '../../targets/stages.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

/** A real board keeps what it was flashed with. */
export function afterwards({ board }: Aim): readonly string[] {
  if (board.kind !== 'real') return [];
  return ['The board now runs the firmware of this proof; kws-gen flash uploads the one for use'];
}

/** The clips that are named, or sound that is made up. */
export async function proofClips(
  paths: readonly string[],
  rate: number,
  { directory }: CommandContext,
  stages: Pick<Stages, 'clip'>,
): Promise<readonly ProofClip[]> {
  if (paths.length === 0) {
    const { testSound } = await import('../../proof/test-sound.js');
    return [{ name: 'made-up sound', samples: testSound(rate) }];
  }
  const clips: ProofClip[] = [];
  for (const path of paths) {
    const { name, samples } = await stages.clip(path, directory, rate);
    clips.push({ name, samples: samples as Int16Array });
  }
  return clips;
}

/** Firmware for a proof has a folder of its own, which is gone afterwards unless it was named. */
export async function inProofFolder<T>(
  { output }: OptionValues,
  { directory }: CommandContext,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  if (output !== undefined) return work(resolve(directory, output));
  const folder = mkdtempSync(join(tmpdir(), 'kws-proof-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
