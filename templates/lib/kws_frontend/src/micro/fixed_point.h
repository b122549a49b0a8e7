// The rounding of the 16-bit fixed-point FFT: KISS FFT's with FIXED_POINT 16. Internal.
#pragma once

#include <cstdint>

namespace kws {
namespace micro {

// A complex int16 in one word: re in the low half, im in the high half.
inline uint32_t pack(int32_t re, int32_t im) {
  return (static_cast<uint32_t>(re) & 0xffffu) | (static_cast<uint32_t>(im) << 16);
}
inline int32_t re(uint32_t z) { return static_cast<int16_t>(z & 0xffffu); }
inline int32_t im(uint32_t z) { return static_cast<int16_t>(z >> 16); }

inline int32_t round_q15(int32_t x) { return (x + 0x4000) >> 15; }
// x / 2 and x / 4 before a butterfly, as products with floor(32767 / radix) in Q15.
inline int32_t half(int32_t x) { return round_q15(x * 16383); }
inline int32_t quarter(int32_t x) { return round_q15(x * 8191); }
inline int32_t wrap16(int32_t x) { return static_cast<int16_t>(static_cast<uint16_t>(x)); }

inline uint32_t bit_length(uint32_t x) {
  return x == 0 ? 0u : 32u - static_cast<uint32_t>(__builtin_clz(x));
}

}  // namespace micro
}  // namespace kws
