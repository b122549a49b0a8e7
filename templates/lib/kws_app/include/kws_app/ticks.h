// Ticks of hal::ticks() spent per run of something.
#pragma once

#include <cstdint>

namespace kws {

struct TickStats {
  uint32_t count;
  uint32_t min;
  uint32_t max;
  uint64_t sum;
  void clear() { *this = TickStats{0, UINT32_MAX, 0, 0}; }
  void add(uint32_t ticks);
};

// Whether computing keeps up with the audio, told from its ticks alone, so that pushed audio is
// judged as the microphone's is.
struct Pace {
  uint32_t late;    // feature steps that were done only when the next inference was due
  uint32_t behind;  // the longest from a step's last sample to the end of its work, ticks
  void clear() { *this = Pace{0, 0}; }
};

}  // namespace kws
