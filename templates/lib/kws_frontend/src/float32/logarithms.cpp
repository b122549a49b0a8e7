// Logarithms in single precision, without a C library.
//
// x = 2^e m, m in 32 intervals from 0.695 to 1.391, one of them around 1; ln x = e ln 2 + ln c +
// ln(1 + r) with the interval's c, r = (m - c) / c, |r| <= 1 / 64, and three terms of the series.
// Within 2e-8 of ln x and the rounding of its last sums: below 1e-6 from 1e-3 to 1e3, below 1.2e-5
// wherever a float reaches.
#include <cstring>

#include "stages.h"

namespace kws {
namespace spectral {

namespace {

constexpr uint32_t kLeast = 0x3f320000u;  // bits of the lowest m
constexpr float kLn2 = 0.69314718055994531f;
constexpr float kThird = 0.33333333333333333f;

// x is positive and normal.
inline float natural_logarithm(const float* table, float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  const uint32_t offset = bits - kLeast;
  const float* c = table + 3 * (offset >> 18 & 31u);
  bits -= offset & 0xff800000u;
  float m;
  std::memcpy(&m, &bits, sizeof(m));
  const float r = (m - c[0]) * c[1];
  const float series = r + r * r * (r * kThird - 0.5f);
  return (static_cast<float>(static_cast<int32_t>(offset) >> 23) * kLn2 + c[2]) + series;
}

}  // namespace

void logarithms(const SpectralTables& t, float* work) {
  if (!t.logarithmic) return;
  float* const end = work + 1 + 2 * filter_values(t);
  for (float* value = work + 1; value != end; value += 2) {
    float x = *value;
    if (t.floor_added)
      x += t.floor;
    else if (x < t.floor)
      x = t.floor;
    *value = natural_logarithm(t.log_table, x) * t.log_scale;
  }
}

}  // namespace spectral
}  // namespace kws
