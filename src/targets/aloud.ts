/**
 * Recordings for a microphone that is emulated: they reach the firmware through its pins, as sound does.
 *
 * Owns: when they begin and when they were heard. Leaves to others: the microphone (`chip/`), which takes the file away
 * when it has heard all of it.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PcmSource } from '../protocol/pcm.js';

const LOOK_MS = 20;

/**
 * Plays the clips one after the other, and ends when the last was heard.
 * @param file that the microphone listens to
 * @param rate of their samples, Hz
 */
export async function playAloud(
  file: string,
  clips: readonly PcmSource[],
  rate: number,
  signal: AbortSignal,
): Promise<void> {
  for (const { samples } of clips) {
    if (!(samples instanceof Int16Array)) continue;
    writeFileSync(`${file}.partial`, soundFile(samples, rate));
    renameSync(`${file}.partial`, file);
    while (existsSync(file)) await sleep(LOOK_MS, undefined, { signal });
  }
}

/** The rate, then the samples, little endian. */
function soundFile(samples: Int16Array, rate: number): Uint8Array {
  const bytes = new Uint8Array(4 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, rate, true);
  samples.forEach((sample, i) => {
    view.setInt16(4 + 2 * i, sample, true);
  });
  return bytes;
}
