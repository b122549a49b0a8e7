/**
 * A recording → the inputs a device would give to the model when it hears it.
 *
 * Owns: silence appended to clips shorter than a window, how loud and how smooth the sound is.
 * Leaves to others: decoding (`audio/`), the front end, which windows count (`windows.ts`).
 */
import { loadClip } from '../../audio/clip.js';
import { createFrontend, type Frontend } from '../../frontend/frontend.js';
import { inputValues } from '../../frontend/input.js';
import { transposed } from '../../frontend/layout.js';
import type { AudioFrontendSpec } from '../../frontend/spec.js';
import type { CalibrationClip, SoundSummary } from './types.js';
import { windowsOf } from './windows.js';

/** How a model sees audio. */
export interface Listening {
  readonly frontend: AudioFrontendSpec;
  /** Frames of one input. */
  readonly frames: number;
  readonly streaming: boolean;
  /** Whether the input is [channels, frames]. */
  readonly transposed?: boolean;
}

/** Recordings of one model, read one after the other through the same front end, each from reset. */
export class RecordingReader {
  private readonly frontend: Frontend;

  constructor(private readonly listening: Listening) {
    this.frontend = createFrontend(listening.frontend);
  }

  /** @throws KwsError (exit code 2) where the file is no audio that can be read */
  async read(path: string, name: string): Promise<CalibrationClip> {
    const { frontend, listening } = this;
    const { frames, streaming } = listening;
    const samples = await loadClip(path, frontend.spec.sampleRate);
    const needed = frontend.windowSamples + (frames - 1) * frontend.stepSamples;
    frontend.reset();
    const heard = frontend.push(samples);
    if (samples.length < needed) heard.push(...frontend.push(new Int16Array(needed - samples.length)));
    const windows = windowsOf(heard, frames, streaming);
    const inputs = windows.map((window) => {
      const values = inputValues(frontend.spec, window, frontend.arithmetic);
      return listening.transposed === true ? transposed(values, frontend.channels) : values;
    });
    const missing = Math.max(0, 1 - samples.length / needed);
    return { name, inputs, sound: { ...soundSummary(samples, frontend.spec.sampleRate), missing } };
  }
}

/** Loudness over 30 ms: what one hears as loud, and not a click. */
const LOUDNESS_SECONDS = 0.03;

/** @param samples at least one */
export function soundSummary(samples: Int16Array, sampleRate: number): SoundSummary {
  const block = Math.max(1, Math.round(sampleRate * LOUDNESS_SECONDS));
  let [power, neighbours, loudest, blockPower] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    power += x * x;
    blockPower += x * x;
    if (i > 0) neighbours += x * samples[i - 1]!;
    if ((i + 1) % block === 0 || i + 1 === samples.length) {
      loudest = Math.max(loudest, blockPower / block);
      blockPower = 0;
    }
  }
  return {
    loudest: Math.sqrt(loudest) / 32768,
    smoothness: power === 0 ? 1 : neighbours / power,
  };
}
