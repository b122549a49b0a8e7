// Spectrum to filters: weighted sums of neighbouring bins, lowest first, or the bins themselves.
#include "stages.h"

namespace kws {
namespace spectral {

void filter(const SpectralTables& t, float* work) {
  float* value = work + 1;
  if (t.filtered) {
    const float* weight = t.filter_weights;
    for (uint32_t f = 0; f < t.filters; ++f, value += 2) {
      *value = weighted_sum<2>(weight, work + 2u * t.filter_first[f], t.filter_width[f]);
      weight += t.filter_width[f];
    }
  } else {
    const float* bin = work + 2u * t.first_bin;
    for (uint32_t f = 0; f < t.filters; ++f, value += 2, bin += 2) *value = *bin * t.bin_scale;
  }
  if (t.energy) {
    float sum = 0.0f;
    for (uint32_t k = 0; k <= t.fft_size / 2u; ++k) sum += work[2 * k];
    *value = sum * t.energy_scale;
  }
}

}  // namespace spectral
}  // namespace kws
