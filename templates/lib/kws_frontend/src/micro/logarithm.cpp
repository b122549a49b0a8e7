// The natural logarithm in integers: log2 by a table of 128 segments per octave, then times ln 2.
#include "../dsp.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr uint32_t kLogBits = 16;
constexpr uint32_t kSegmentShift = kLogBits - 7;
constexpr uint32_t kLn2 = 45426;  // Q16
constexpr uint32_t kRound = 1u << (kLogBits - 1);

inline uint32_t logarithm(const uint16_t* lut, uint32_t scale_bits, uint32_t x) {
  const uint32_t zeros = static_cast<uint32_t>(__builtin_clz(x));
  const uint32_t octave = 31 - zeros;
  // The 16 bits below the highest one.
  const uint32_t fraction = (x << zeros) >> (31 - kLogBits) & ((1u << kLogBits) - 1);
  const uint32_t segment = fraction >> kSegmentShift;
  const int32_t within = static_cast<int32_t>(fraction - (segment << kSegmentShift));
  const int32_t from = lut[segment];
  const int32_t excess = from + (((lut[segment + 1] - from) * within) >> kLogBits);
  const uint32_t log2 = (octave << kLogBits) + fraction + static_cast<uint32_t>(excess);
  // ln 2 moved up, so that the product's high word is its whole part.
  const uint64_t ln = dsp::umlal(1u << 31, log2, kLn2 << (32 - kLogBits));
  return ((static_cast<uint32_t>(ln >> 32) << scale_bits) + kRound) >> kLogBits;
}

}  // namespace

void scaled_logarithms(const MicroFrontendTables& t, const uint32_t* signal, uint16_t* frame) {
  const uint32_t left = t.correction_bits > 0 ? static_cast<uint32_t>(t.correction_bits) : 0u;
  const uint32_t right = t.correction_bits < 0 ? static_cast<uint32_t>(-t.correction_bits) : 0u;
  const uint16_t* const lut = t.log_lut;
  const uint32_t scale_bits = t.log_scale_bits;
  for (const uint16_t* const end = frame + t.channels; frame != end;) {
    const uint32_t value = *signal++ << left >> right;
    *frame++ = static_cast<uint16_t>(value > 1 ? logarithm(lut, scale_bits, value) : 0);
  }
}

void plain_values(const MicroFrontendTables& t, const uint32_t* signal, uint16_t* frame) {
  for (const uint16_t* const end = frame + t.channels; frame != end; ++signal) {
    *frame++ = static_cast<uint16_t>(*signal < 0xffffu ? *signal : 0xffffu);
  }
}

}  // namespace micro
}  // namespace kws
