/**
 * Triangular filters, linear in mel = 1127 ln(1 + f / 700): each spectral bin between two channel centres is
 * shared by the lower channel (`weight`, falling) and the upper one (`unweight`, rising), in Q12.
 *
 * Centres lie at equal mel distances above the lower limit; bins start just above the lower limit and
 * never include DC. The C library rounds the weights, TensorFlow Lite Micro's Python truncates them. MLTK's copy of
 * the C library computes logarithms and weights in double precision.
 * Unlike the original tables ours are not padded to blocks of four: bins run on without gaps.
 */
import { inputError } from '../../../diagnostics/errors.js';
import type { MicroFrontendSpec, MicroTables } from '../../spec.js';
import { WEIGHT_BITS } from '../parameters.js';
import { log1pf } from './log1pf.js';
import { roundHalfEven } from './rounding.js';

export interface FilterbankTables {
  readonly firstBin: number;
  /** [channels + 1]: how many bins lie between one centre and the next, the first one counted from firstBin. */
  readonly channelWidths: Uint16Array;
  /** [sum of channelWidths] */
  readonly weights: Int16Array;
  /** [sum of channelWidths] */
  readonly unweights: Int16Array;
}

const f = Math.fround;
const melFloat = (frequency: number): number => f(1127 * log1pf(f(f(frequency) / 700)));
const melDouble = (frequency: number): number => f(1127 * Math.log1p(f(frequency) / 700));

export function filterbankTables(spec: MicroFrontendSpec, fftSize: number): FilterbankTables {
  const { channels, lowerBandLimit, upperBandLimit, tables } = spec;
  const hzPerBin = binWidth(spec, fftSize);
  const mel = tables === 'mltk' ? melDouble : melFloat;
  const melLow = mel(lowerBandLimit);
  const spacing = f(f(mel(upperBandLimit) - melLow) / (channels + 1));
  const centre = (channel: number) => f(melLow + f(spacing * (channel + 1)));
  const melOfBin = (bin: number) => mel(tables === 'tflm' ? bin * hzPerBin : f(bin * hzPerBin));

  const firstBin = startBin(lowerBandLimit, hzPerBin, tables);
  const widths: number[] = [];
  const weights: number[] = [];
  const unweights: number[] = [];
  let bin = firstBin;
  for (let channel = 0; channel <= channels; channel++) {
    const peak = centre(channel);
    const below = channel === 0 ? melLow : centre(channel - 1);
    const start = bin;
    for (; melOfBin(bin) <= peak; bin++) {
      const weight = f(f(peak - melOfBin(bin)) / f(peak - below));
      weights.push(quantizeWeight(weight, tables));
      unweights.push(quantizeWeight(tables === 'mltk' ? 1 - weight : f(1 - weight), tables));
    }
    widths.push(bin - start);
  }
  if (bin > fftSize / 2)
    throw inputError({
      what: `${upperBandLimit} Hz is too close to half the sample rate for ${channels} channels`,
      where: 'frontend.upperBandLimit',
      next: 'use 7500 Hz at 16000 Hz',
    });
  return {
    firstBin,
    channelWidths: Uint16Array.from(widths),
    weights: Int16Array.from(weights),
    unweights: Int16Array.from(unweights),
  };
}

function binWidth({ sampleRate, tables }: MicroFrontendSpec, fftSize: number): number {
  return tables === 'tflm' ? sampleRate / 2 / (fftSize / 2) : f(f(0.5 * sampleRate) / (fftSize / 2));
}

function startBin(lowerBandLimit: number, hzPerBin: number, tables: MicroTables): number {
  if (tables === 'tflm') return roundHalfEven(1 + lowerBandLimit / hzPerBin);
  const start = 1.5 + f(f(lowerBandLimit) / hzPerBin);
  return Math.trunc(tables === 'mltk' ? start : f(start));
}

function quantizeWeight(weight: number, tables: MicroTables): number {
  if (tables === 'mltk') return Math.floor(weight * (1 << WEIGHT_BITS) + 0.5);
  const scaled = f(weight * (1 << WEIGHT_BITS));
  return tables === 'c' ? Math.floor(f(scaled + 0.5)) : Math.trunc(scaled);
}
