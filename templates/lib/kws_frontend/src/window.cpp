// Windowing, straight into the order of the FFT's input.
#include "fixed_point.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr int kWindowBits = 12;

// -32768 has no positive counterpart in 16 bits: the C library passes over it, and so do we.
inline uint32_t magnitude(int32_t x) {
  return x == INT16_MIN ? 0u : static_cast<uint32_t>(x < 0 ? -x : x);
}

}  // namespace

uint32_t apply_window(const MicroFrontendTables& t, const int16_t* samples, uint32_t* pairs) {
  const uint32_t full = t.window_size / 2u;
  const uint32_t length = t.fft_size / 2u;
  const int16_t* window = t.window;
  uint32_t magnitudes = 0;  // or'ed together: only the highest bit counts
  uint32_t n = 0;
  for (; n < full; n++) {
    const int32_t even = (samples[0] * window[0]) >> kWindowBits;
    const int32_t odd = (samples[1] * window[1]) >> kWindowBits;
    samples += 2;
    window += 2;
    magnitudes |= magnitude(even) | magnitude(odd);
    pairs[t.order[n]] = pack(even, odd);
  }
  if ((t.window_size & 1u) != 0) {
    const int32_t even = (samples[0] * window[0]) >> kWindowBits;
    magnitudes |= magnitude(even);
    pairs[t.order[n++]] = pack(even, 0);
  }
  for (; n < length; n++) pairs[t.order[n]] = 0;
  return 15u - bit_length(magnitudes);
}

}  // namespace micro
}  // namespace kws
