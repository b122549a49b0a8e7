/**
 * Which setting of which preset would give a model's input: for models that were trained with a preset's front end,
 * but with other numbers of coefficients, channels or frames.
 *
 * Owns: the search, one setting first, then two. What is named gives exactly the shape.
 */

import { MAX_CHANNELS } from '../frontend/micro/parameters.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../frontend/presets.js';
import { type AudioFrontendSpec, type FrontendSpec, frameChannels, frameSamples } from '../frontend/spec.js';
import type { Tensor } from '../model/types.js';
import { framesPerSecond, PRESETS } from './guess.js';

/** A preset with settings: `librosa-mfcc,dct.coefficients=13`, as `--frontend` takes it. */
export interface FrontendHint {
  readonly preset: FrontendPreset;
  readonly settings: Readonly<Record<string, number>>;
}

/** Fewer values than this are cepstra, more are channels of a spectrum. */
const MOST_CEPSTRA = 20;
const MOST_HINTS = 3;

export function hintText({ preset, settings }: FrontendHint): string {
  return [preset, ...Object.entries(settings).map(([field, value]) => `${field}=${value}`)].join(',');
}

/** At most three, those that change the least. */
export function frontendHints(input: Pick<Tensor, 'shape'>): readonly FrontendHint[] {
  const sizes = input.shape.filter((size) => size !== 1);
  const [first, second] = sizes;
  if (sizes.length !== 2 || first === undefined || second === undefined) return [];
  const found = PRESETS.flatMap((preset): FrontendHint[] => {
    const spec: FrontendSpec = FRONTEND_PRESETS[preset];
    if (spec.kind === 'none') return [];
    const orders =
      first === second
        ? [[first, second]]
        : [
            [first, second],
            [second, first],
          ];
    return orders.flatMap(([frames, channels]) => {
      const settings = settingsFor(spec, frames!, channels!);
      return settings === undefined ? [] : [{ preset, settings }];
    });
  });
  const changes = ({ settings }: FrontendHint) => Object.keys(settings).length;
  const least = Math.min(...found.map(changes));
  return found.filter((hint) => changes(hint) === least).slice(0, MOST_HINTS);
}

/** Empty where the preset gives that shape; undefined where no setting does. */
function settingsFor(
  spec: AudioFrontendSpec,
  frames: number,
  channels: number,
): Readonly<Record<string, number>> | undefined {
  const field = frameChannels(spec) === channels ? null : channelField(spec, channels);
  if (field === undefined) return undefined;
  const step = framesPerSecond(spec).includes(frames) ? null : stepField(spec, frames);
  if (step === undefined) return undefined;
  return { ...(field === null ? {} : { [field]: channels }), ...step };
}

/** The setting that says how many values a frame has, where it can be so many. */
function channelField(spec: AudioFrontendSpec, channels: number): string | undefined {
  const isCepstra = channels < MOST_CEPSTRA;
  if (spec.kind === 'bands') return undefined;
  if (spec.kind === 'micro') return !isCepstra && channels <= MAX_CHANNELS ? 'channels' : undefined;
  const { dct, filterbank } = spec;
  if (dct !== null) {
    const most = filterbank.kind === 'bins' ? filterbank.count : filterbank.channels;
    return channels <= most ? 'dct.coefficients' : undefined;
  }
  if (isCepstra) return undefined;
  if (filterbank.kind === 'bins')
    return filterbank.first + channels <= spec.fftSize / 2 + 1 ? 'filterbank.count' : undefined;
  return channels <= 128 ? 'filterbank.channels' : undefined;
}

/** The setting of the step with which one second has so many frames. */
function stepField(spec: AudioFrontendSpec, frames: number): Readonly<Record<string, number>> | undefined {
  const { window } = frameSamples(spec);
  const { sampleRate } = spec;
  if (frames < 8 || spec.kind === 'bands') return undefined;
  if (spec.kind === 'micro') {
    const stepMs = [10, 20, 30].find(
      (ms) => framesPerSecond({ ...spec, stepMs: ms }).includes(frames) && ms <= spec.windowMs,
    );
    return stepMs === undefined ? undefined : { stepMs };
  }
  const padded = spec.centre !== 'none';
  const exact = padded ? sampleRate / (frames - 1) : (sampleRate - window) / (frames - 1);
  const stepSamples = Math.floor(exact);
  const fits = stepSamples >= 64 && framesPerSecond({ ...spec, stepSamples }).includes(frames);
  return fits ? { stepSamples } : undefined;
}
