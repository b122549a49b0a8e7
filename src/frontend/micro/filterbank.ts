/** Energies of the spectrum's bins, summed into overlapping triangular channels, and their square roots. */
import type { Complex16 } from './fft.js';
import { squareRoot } from './square-root.js';
import type { FilterbankTables } from './tables/filterbank.js';

/**
 * Amplitude per channel, with the FFT's scaling taken back: sqrt(sum of weight * energy) >> shift.
 * The sums stay below 2^53: 2^31 per energy, 2^12 per weight, at most 2^9 bins.
 */
export function channelAmplitudes(
  tables: FilterbankTables,
  spectrum: Complex16,
  shift: number,
  amplitudes: Uint32Array,
): void {
  let lower = 0;
  let bin = 0;
  tables.channelWidths.forEach((width, band) => {
    let upper = 0;
    for (const end = bin + width; bin < end; bin++) {
      const re = spectrum.re[tables.firstBin + bin]!;
      const im = spectrum.im[tables.firstBin + bin]!;
      const energy = re * re + im * im;
      lower += tables.weights[bin]! * energy;
      upper += tables.unweights[bin]! * energy;
    }
    // The channel at the band's lower end is complete; below band 0 there is none.
    if (band > 0) amplitudes[band - 1] = squareRoot(lower) >>> shift;
    lower = upper;
  });
}
