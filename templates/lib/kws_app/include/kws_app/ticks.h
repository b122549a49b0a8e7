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

}  // namespace kws
