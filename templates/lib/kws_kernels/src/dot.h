// Sums of products of 8-bit values.
#pragma once

#include <cstdint>

namespace kws {

// sum + sum over i < n of (x[i] + offset) * w[i], modulo 2^32.
inline uint32_t dot_s8(const int8_t* x, const int8_t* w, int32_t n, int32_t offset, uint32_t sum) {
  for (int32_t i = 0; i < n; ++i) sum += static_cast<uint32_t>((x[i] + offset) * w[i]);
  return sum;
}

}  // namespace kws
