// What I2S microphones send: 24 bits, left-aligned in slots of 32.
#pragma once

#include <cstdint>

namespace kws {

// Bits by which samples are shifted up; with KWS_LIVE they may be set while samples come in.
#ifdef KWS_LIVE
using SlotGain = volatile int;
#else
using SlotGain = const int;
#endif

// The upper 16 of a slot's 32 bits after amplification by `gain` bits (6 dB each), saturated.
inline int16_t sample_of_slot(int32_t slot, int gain) {
  const int32_t value = slot >> (16 - gain);
  if (value > INT16_MAX) return INT16_MAX;
  if (value < INT16_MIN) return INT16_MIN;
  return static_cast<int16_t>(value);
}

}  // namespace kws
