/** What `verify` and `profile` play. */
import type { ProofClip } from '../../proof/prove.js';
import type { Stages } from '../../targets/stages.js';
import type { CommandContext } from './command.js';

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
