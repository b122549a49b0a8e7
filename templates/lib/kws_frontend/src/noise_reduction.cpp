// Subtracts a slowly following estimate of each channel's noise, but never more than leaves a small
// part.
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr uint32_t kNoiseBits = 14;
constexpr uint32_t kOne = 1u << kNoiseBits;

inline uint64_t wide(uint32_t a, uint32_t b) { return static_cast<uint64_t>(a) * b; }

}  // namespace

void reduce_noise(const MicroFrontendTables& t, uint32_t* signal, uint32_t* noise) {
  for (uint32_t i = 0; i < t.channels; i++) {
    const uint32_t value = signal[i];
    const uint32_t smoothing = (i & 1u) == 0 ? t.even_smoothing : t.odd_smoothing;
    const uint32_t scaled = value << t.smoothing_bits;
    const uint32_t estimate = static_cast<uint32_t>(
        (wide(scaled, smoothing) + wide(noise[i], kOne - smoothing)) >> kNoiseBits);
    noise[i] = estimate;
    const uint32_t floor = static_cast<uint32_t>(wide(value, t.min_signal_remaining) >> kNoiseBits);
    const uint32_t subtracted = estimate < scaled ? (scaled - estimate) >> t.smoothing_bits : 0;
    signal[i] = subtracted > floor ? subtracted : floor;
  }
}

}  // namespace micro
}  // namespace kws
