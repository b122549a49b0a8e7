// The natural logarithm in integers: log2 by a table of 128 segments per octave, then times ln 2.
#include "fixed_point.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr uint32_t kLogBits = 16;
constexpr uint32_t kSegmentShift = kLogBits - 7;
constexpr uint32_t kLn2 = 45426;  // Q16
constexpr uint32_t kRound = 1u << (kLogBits - 1);

inline uint32_t logarithm(const MicroFrontendTables& t, uint32_t x) {
  const uint32_t octave = bit_length(x) - 1;
  const uint32_t rest = x - (1u << octave);
  const uint32_t fraction =
      octave < kLogBits ? rest << (kLogBits - octave) : rest >> (octave - kLogBits);
  const uint32_t segment = fraction >> kSegmentShift;
  const int32_t within = static_cast<int32_t>(fraction - (segment << kSegmentShift));
  const int32_t from = t.log_lut[segment];
  const int32_t excess = from + (((t.log_lut[segment + 1] - from) * within) >> kLogBits);
  const uint32_t log2 = (octave << kLogBits) + fraction + static_cast<uint32_t>(excess);
  const uint32_t ln =
      static_cast<uint32_t>((static_cast<uint64_t>(kLn2) * log2 + kRound) >> kLogBits);
  return ((ln << t.log_scale_bits) + kRound) >> kLogBits;
}

}  // namespace

void scaled_logarithms(const MicroFrontendTables& t, const uint32_t* signal, uint16_t* frame) {
  for (uint32_t i = 0; i < t.channels; i++) {
    const uint32_t value =
        t.correction_bits < 0 ? signal[i] >> -t.correction_bits : signal[i] << t.correction_bits;
    frame[i] = static_cast<uint16_t>(value > 1 ? logarithm(t, value) : 0);
  }
}

}  // namespace micro
}  // namespace kws
