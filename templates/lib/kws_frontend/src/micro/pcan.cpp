// Per-channel amplitude normalisation: a gain that falls with the noise estimate, then a soft
// threshold.
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr uint32_t kSnrBits = 12;
constexpr uint32_t kOutputBits = 6;

// The table's quadratic of x's octave; never negative.
inline uint32_t gain(const int16_t* lut, uint32_t x) {
  if (x <= 2) return static_cast<uint32_t>(lut[x]);
  const uint32_t zeros = static_cast<uint32_t>(__builtin_clz(x));
  // The 10 bits below the highest one.
  const int32_t fraction = static_cast<int32_t>((x << zeros) >> 21 & 0x3ffu);
  const int16_t* octave = lut + (4 * (32 - zeros) - 6);
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
  const int16_t* const lut = t.gain_lut;
  const uint32_t shift = t.snr_shift;
  for (const uint32_t* const end = signal + t.channels; signal != end; signal++) {
    const uint64_t product = static_cast<uint64_t>(*signal) * gain(lut, *noise++);
    const uint32_t high = static_cast<uint32_t>(product >> 32);
    *signal = shrink(static_cast<uint32_t>(product) >> shift | high << (32 - shift));
  }
}

}  // namespace micro
}  // namespace kws
