// Per-channel amplitude normalisation: a gain that falls with the noise estimate, then a soft
// threshold.
#include "fixed_point.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr uint32_t kSnrBits = 12;
constexpr uint32_t kOutputBits = 6;

// The table's quadratic of x's octave; never negative.
inline uint32_t gain(const int16_t* lut, uint32_t x) {
  if (x <= 2) return static_cast<uint32_t>(lut[x]);
  const uint32_t bits = bit_length(x);
  const int32_t fraction =
      static_cast<int32_t>((bits < 11 ? x << (11 - bits) : x >> (bits - 11)) & 0x3ffu);
  const int16_t* octave = lut + (4 * bits - 6);
  const int32_t slope = ((octave[2] * fraction) >> 5) + octave[1] * 32;
  return static_cast<uint32_t>(((slope * fraction + (1 << 14)) >> 15) + octave[0]);
}

// x^2 / 4 below 2, x - 1 from there on.
inline uint32_t shrink(uint32_t x) {
  return x < (2u << kSnrBits) ? (x * x) >> (2 + 2 * kSnrBits - kOutputBits)
                              : (x >> (kSnrBits - kOutputBits)) - (1u << kOutputBits);
}

}  // namespace

void normalize_gain(const MicroFrontendTables& t, uint32_t* signal, const uint32_t* noise) {
  for (uint32_t i = 0; i < t.channels; i++) {
    const uint64_t product = static_cast<uint64_t>(signal[i]) * gain(t.gain_lut, noise[i]);
    signal[i] = shrink(static_cast<uint32_t>(product >> t.snr_shift));
  }
}

}  // namespace micro
}  // namespace kws
