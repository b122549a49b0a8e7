/** Limits of a verdict: those of options stand above those of files. */
import type { Limits } from '../../project/limits.js';
import type { OptionValues } from './options.js';

export function limitsOf(options: OptionValues, ofFile: Limits = {}): Limits {
  const { maxMisses, maxFa, maxLatency, maxLoad } = options;
  return {
    ...ofFile,
    ...(maxMisses === undefined ? {} : { maxMisses }),
    ...(maxFa === undefined ? {} : { maxFalseAcceptsPerHour: maxFa }),
    ...(maxLatency === undefined ? {} : { maxLatencyMs: maxLatency }),
    ...(maxLoad === undefined ? {} : { maxLoad }),
  };
}
