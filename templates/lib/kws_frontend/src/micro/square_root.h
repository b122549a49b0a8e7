// The square root to the nearest integer. Internal.
//
// A table gives 8 bits, one step of Newton's method 16, a division of the remainder 28; whether the
// integer is the nearest one then follows from the exact remainder.
#pragma once

#include <cstdint>

namespace kws {
namespace micro {

// Roots of the 8 highest bits of a number whose highest or second highest bit is set: sqrt(i + 1/2)
// in 12 fraction bits, as a sum of digits.
struct RootTable {
  uint16_t of[192];
  constexpr RootTable() : of() {
    for (uint32_t i = 0; i < 192; i++) {
      const uint32_t square = (2 * (i + 64) + 1) << 23;
      uint32_t root = 0;
      for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= square) root |= bit;
      of[i] = static_cast<uint16_t>(root);
    }
  }
};
inline constexpr RootTable kRoots;

// x < 2^56. Below 2^32 the root stays within 16 bits, as in the C library: 65535 even where 65536
// would be nearer.
inline uint32_t square_root(uint64_t x) {
  const uint32_t high = static_cast<uint32_t>(x >> 32);
  const uint32_t low = static_cast<uint32_t>(x);
  if (x == 0) return 0;
  // The 32 highest bits, an even number of places from where they were.
  uint32_t top, up;
  if (high != 0) {
    up = static_cast<uint32_t>(__builtin_clz(high)) & ~1u;
    top = high << up | low >> 1 >> (31 - up);
  } else {
    up = static_cast<uint32_t>(__builtin_clz(low)) & ~1u;
    top = low << up;
    up += 32;
  }
  const uint32_t seed = kRoots.of[(top >> 24) - 64];
  const uint32_t near = (seed + top / seed) >> 1;  // of the 16-bit root, off by 1 at most
  const int32_t rest = static_cast<int32_t>(top - near * near);
  const int32_t digits = (rest * 8192) / static_cast<int32_t>(near);
  uint32_t root = ((near << 15) + (static_cast<uint32_t>(digits) << 1)) >> (up / 2 - 1);
  const int32_t remainder = static_cast<int32_t>(low - root * root);
  if (remainder > static_cast<int32_t>(root))
    root++;
  else if (remainder <= -static_cast<int32_t>(root))
    root--;
  return high == 0 && root > 0xffffu ? 0xffffu : root;
}

}  // namespace micro
}  // namespace kws
