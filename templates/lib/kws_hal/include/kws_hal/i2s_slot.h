// What I2S microphones send: 24 bits, left-aligned in slots of 32.
#pragma once

#include <cstdint>

// Bits by which samples are shifted up, where the board file says nothing: 6 dB each.
#ifndef KWS_MIC_GAIN
#define KWS_MIC_GAIN 0
#endif

namespace kws {

// Bits by which samples are shifted up; with KWS_LIVE they may be set while samples come in.
#ifdef KWS_LIVE
using SlotGain = volatile int;

// False, and nothing is set, where it is more than `most`.
inline bool set_slot_gain(SlotGain* gain, uint32_t bits, uint32_t most) {
  if (bits > most) return false;
  *gain = static_cast<int>(bits);
  return true;
}
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
