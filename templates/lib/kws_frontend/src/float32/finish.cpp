// What follows the logarithm: rescaling, and the cosine transform.
//
// Cosine k is symmetric about the middle for even k, antisymmetric for odd k: sums and differences
// of the values on either side halve table and work.
#include "stages.h"

namespace kws {
namespace spectral {

namespace {

// To the nearest multiple of 1 / levels, halves to the even one. |v * levels| is below 2^22.
inline float on_level(float v, float levels, float level) {
  constexpr float kWhole = 12582912.0f;  // 1.5 * 2^23: sums with it are whole numbers
  return ((v * levels + kWhole) - kWhole) * level;
}

void rescale(const SpectralTables& t, float* work) {
  float* const end = work + 1 + 2 * t.filters;
  for (float* value = work + 1; value != end; value += 2) {
    float v = (*value + t.rescale_offset) * t.rescale_scale;
    if (v < t.clip_least) v = t.clip_least;
    if (v > t.clip_greatest) v = t.clip_greatest;
    if (t.levels != 0.0f) v = on_level(v, t.levels, t.level);
    *value = v;
  }
}

// values: the odd elements of work.
void cosine_transform(const SpectralTables& t, float* work, float* features) {
  float* const values = work + 1;
  const float energy = values[2 * t.filters];
  const uint32_t half = t.filters / 2u;
  float* low = values;
  float* high = values + 2 * (t.filters - 1);
  for (; low < high; low += 2, high -= 2) {
    const float sum = *low + *high;
    const float difference = *low - *high;
    *low = sum;
    *high = difference;
  }
  const uint32_t middle = half + (t.filters & 1u);
  const float* cosine = t.cosines;
  for (uint32_t k = 0; k < t.channels; k += 2) {
    features[k] = weighted_sum<2>(cosine, values, middle);
    cosine += middle;
    if (k + 1 == t.channels) break;
    features[k + 1] = weighted_sum<-2>(cosine, values + 2 * (t.filters - 1), half);
    cosine += half;
  }
  if (t.energy) features[0] = energy;
}

}  // namespace

void finish(const SpectralTables& t, float* work, float* features) {
  if (t.rescaled) rescale(t, work);
  if (t.cosine) {
    cosine_transform(t, work, features);
    return;
  }
  for (uint32_t f = 0; f < t.filters; ++f) features[f] = work[2 * f + 1];
}

}  // namespace spectral
}  // namespace kws
