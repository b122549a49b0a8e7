// Windowing, straight into the order of the FFT's input.
#include <cstring>

#include "../dsp.h"
#include "fixed_point.h"
#include "stages.h"

namespace kws {
namespace micro {

namespace {

constexpr int kWindowBits = 12;

#if KWS_FRONTEND_PACKED

inline uint32_t windowed(uint32_t samples, uint32_t window) {
  const uint32_t even = dsp::smulbb(samples, window);
  const uint32_t odd = dsp::smultt(samples, window);
  return dsp::pkhtb<kWindowBits>(odd << (16 - kWindowBits), even);
}
inline uint32_t magnitudes_of(uint32_t pair) { return dsp::abs16(pair); }

#else

inline uint32_t windowed(uint32_t samples, uint32_t window) {
  return pack((re(samples) * re(window)) >> kWindowBits, (im(samples) * im(window)) >> kWindowBits);
}
inline uint32_t magnitude(int32_t x) { return static_cast<uint32_t>(x < 0 ? -x : x); }
inline uint32_t magnitudes_of(uint32_t pair) {
  return magnitude(re(pair)) | magnitude(im(pair)) << 16;
}

#endif

}  // namespace

uint32_t apply_window(const MicroFrontendTables& t, const int16_t* samples, uint32_t* pairs) {
  const uint32_t full = t.window_size / 2u;
  const uint32_t length = t.fft_size / 2u;
  const uint8_t* order = t.order;
  const uint32_t* window = t.window;
  uint32_t magnitudes = 0;  // or'ed together: only the highest bit counts
  const auto next = [&]() KWS_ALWAYS_INLINE {
    uint32_t two;
    std::memcpy(&two, samples, sizeof(two));
    samples += 2;
    const uint32_t pair = windowed(two, *window++);
    magnitudes |= magnitudes_of(pair);
    pairs[*order++] = pair;
  };
  if ((full & 1u) != 0) next();
  for (const uint32_t* const end = t.window + full; window != end;) {
    next();
    next();
  }
  if ((t.window_size & 1u) != 0) {
    const uint32_t pair = windowed(static_cast<uint16_t>(samples[0]), *window);
    magnitudes |= magnitudes_of(pair);
    pairs[*order++] = pair;
  }
  for (const uint8_t* end = t.order + length; order != end;) pairs[*order++] = 0;
  // -32768 has no positive counterpart in 16 bits: the C library passes over it, and so do we.
  return 15u - bit_length((magnitudes | magnitudes >> 16) & 0x7fffu);
}

}  // namespace micro
}  // namespace kws
