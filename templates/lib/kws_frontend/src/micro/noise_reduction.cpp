// Subtracts a slowly following estimate of each channel's noise, but never more than leaves a small
// part.
#include "../dsp.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr uint32_t kNoiseBits = 14;

// Coefficients lose no bit when they are moved up to where products of 32 bits have 0 fraction bits
// in their high word.
constexpr uint32_t kToHighWord = 32 - kNoiseBits;

inline uint32_t high_word(uint64_t x) { return static_cast<uint32_t>(x >> 32); }
inline uint64_t wide(uint32_t a, uint32_t b) { return static_cast<uint64_t>(a) * b; }

}  // namespace

void reduce_noise(const MicroFrontendTables& t, uint32_t* signal, uint32_t* noise) {
  const uint32_t min_signal_remaining = static_cast<uint32_t>(t.min_signal_remaining)
                                        << kToHighWord;
  const uint32_t smoothing_bits = t.smoothing_bits;
  uint32_t smoothing = static_cast<uint32_t>(t.even_smoothing) << kToHighWord;
  uint32_t other_smoothing = static_cast<uint32_t>(t.odd_smoothing) << kToHighWord;
  for (const uint32_t* const end = signal + t.channels; signal != end; signal++, noise++) {
    const uint32_t value = *signal;
    const uint32_t scaled = value << smoothing_bits;
    // 1 less the smoothing, modulo 2^32: it is never 0.
    const uint32_t estimate =
        high_word(dsp::umlal(wide(scaled, smoothing), *noise, 0u - smoothing));
    *noise = estimate;
    const uint32_t floor = high_word(wide(value, min_signal_remaining));
    const uint32_t subtracted = estimate < scaled ? (scaled - estimate) >> smoothing_bits : 0;
    *signal = subtracted > floor ? subtracted : floor;
    const uint32_t next = other_smoothing;
    other_smoothing = smoothing;
    smoothing = next;
  }
}

}  // namespace micro
}  // namespace kws
