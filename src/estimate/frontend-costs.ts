/**
 * Instructions that front ends take, counted on virtual boards. Written by `npm run costs`; do not edit.
 */
import type { InstructionSet } from '../boards/cores.js';
import type { FrontendPreset } from '../frontend/presets.js';

export type MeasuredPreset = Exclude<FrontendPreset, 'none'>;

export interface FrontendCost {
  /** Samples to one frame. */
  readonly hop: number;
  /** A second of frames to a model's input. */
  readonly window: number;
}

type Costs = Readonly<Record<MeasuredPreset, FrontendCost>>;

const COUNTED: Readonly<Record<'thumb1' | 'thumb2' | 'dsp', Costs>> = {
  thumb1: {
    'micro-wake-word': { hop: 120767, window: 3372 },
    'micro-wake-word-v1': { hop: 121215, window: 1779 },
    'micro-speech': { hop: 121215, window: 1779 },
    'octave-bands': { hop: 81790, window: 3597 },
    'tensorflow-mfcc': { hop: 213438, window: 1844 },
    'mlperf-tiny-kws': { hop: 106451, window: 795460 },
    'mlperf-tiny-streaming': { hop: 270627, window: 1161 },
    'librosa-mfcc': { hop: 532940, window: 1507600 },
    'torchaudio-mfcc': { hop: 160919, window: 5633639 },
    'keras-mel': { hop: 532993, window: 464679 },
    'edge-impulse-mfcc': { hop: 82732, window: 1309304 },
    'edge-impulse-mfe': { hop: 85399, window: 3404 },
    'tfjs-speech-commands': { hop: 403664, window: 3446017 },
    'log-mel': { hop: 125684, window: 1779 },
    'tensorflow-stft': { hop: 87796, window: 75052 },
  },
  thumb2: {
    'micro-wake-word': { hop: 45043, window: 2324 },
    'micro-wake-word-v1': { hop: 45109, window: 1222 },
    'micro-speech': { hop: 45109, window: 1222 },
    'octave-bands': { hop: 46520, window: 538 },
    'tensorflow-mfcc': { hop: 91071, window: 407 },
    'mlperf-tiny-kws': { hop: 47614, window: 344937 },
    'mlperf-tiny-streaming': { hop: 111107, window: 795 },
    'librosa-mfcc': { hop: 207553, window: 493488 },
    'torchaudio-mfcc': { hop: 58338, window: 1611754 },
    'keras-mel': { hop: 207595, window: 196476 },
    'edge-impulse-mfcc': { hop: 34763, window: 617325 },
    'edge-impulse-mfe': { hop: 33990, window: 2347 },
    'tfjs-speech-commands': { hop: 186087, window: 1365962 },
    'log-mel': { hop: 50148, window: 1222 },
    'tensorflow-stft': { hop: 34352, window: 9134 },
  },
  dsp: {
    'micro-wake-word': { hop: 25880, window: 2197 },
    'micro-wake-word-v1': { hop: 25925, window: 1155 },
    'micro-speech': { hop: 25925, window: 1155 },
    'octave-bands': { hop: 46650, window: 511 },
    'tensorflow-mfcc': { hop: 50663, window: 387 },
    'mlperf-tiny-kws': { hop: 25304, window: 182860 },
    'mlperf-tiny-streaming': { hop: 61068, window: 752 },
    'librosa-mfcc': { hop: 119340, window: 430381 },
    'torchaudio-mfcc': { hop: 29443, window: 1469175 },
    'keras-mel': { hop: 119352, window: 252041 },
    'edge-impulse-mfcc': { hop: 17050, window: 613237 },
    'edge-impulse-mfe': { hop: 16659, window: 2218 },
    'tfjs-speech-commands': { hop: 101777, window: 609761 },
    'log-mel': { hop: 26418, window: 1155 },
    'tensorflow-stft': { hop: 12677, window: 8629 },
  },
};

/** Front ends have no kernels for Helium: they take what they take with the DSP extension. */
export const FRONTEND_COSTS: Partial<Readonly<Record<InstructionSet, Costs>>> = {
  ...COUNTED,
  helium: COUNTED.dsp,
};
