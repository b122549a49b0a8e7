// From 32-bit sums to 8-bit outputs: the arithmetic that all kernels share.
//
// The twin of src/model/arithmetic/requantize.ts in the generator. Overflow that a hostile model
// could provoke wraps, as it does in the hardware: it is never undefined behaviour.
#pragma once

#include <cstdint>

#include "kws_kernels/kws_kernels.h"

namespace kws {

inline int32_t wrapping_add(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

inline int32_t clamp(int32_t value, int32_t min, int32_t max) {
  return value < min ? min : (value > max ? max : value);
}

// a * b / 2^31, rounded to nearest, halves up: gemmlowp's SaturatingRoundingDoublingHighMul except
// for the one product that saturates there (INT32_MIN squared), which the callers cannot have.
#if defined(__ARM_ARCH) && defined(__thumb__) && !defined(__thumb2__)

// Without a product of 64 bits: from four of 16 by 16. With a = 2^16 ah + al and b = 2^16 bh + bl
// and `middle` the product's bits from 16 on without ah * bh, (2^16 middle + 2^30) / 2^31 is
// (middle + 2^14) / 2^15; the lowest 16 bits never count. Nothing here can overflow.
inline int32_t rounding_doubling_high_mul(int32_t a, int32_t b) {
  const int32_t ah = a >> 16;
  const int32_t bh = b >> 16;
  const uint32_t al = static_cast<uint32_t>(a) & 0xffffu;
  const uint32_t bl = static_cast<uint32_t>(b) & 0xffffu;
  const int32_t outer = ah * static_cast<int32_t>(bl) + static_cast<int32_t>((al * bl) >> 16);
  const int32_t middle = (outer & 0xffff) + static_cast<int32_t>(al) * bh;
  return 2 * (ah * bh + (outer >> 16)) + ((middle + (1 << 14)) >> 15);
}

#else

inline int32_t rounding_doubling_high_mul(int32_t a, int32_t b) {
  const int64_t product = static_cast<int64_t>(a) * b;
  return static_cast<int32_t>((product + (int64_t{1} << 30)) >> 31);
}

#endif

// x / 2^exponent, rounded to nearest, halves away from zero; exponent 0 … 31, x above INT32_MIN
// where it is not 0.
inline int32_t rounding_divide_by_pot(int32_t x, int32_t exponent) {
  if (exponent == 0) return x;
  return (((x + (x >> 31)) >> (exponent - 1)) + 1) >> 1;
}

// x times the real number multiplier * 2^(shift - 31); shift -31 … 31.
inline int32_t requantize(int32_t x, int32_t multiplier, int32_t shift) {
  if (shift > 0) {
    const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(x) << shift);
    return rounding_doubling_high_mul(shifted, multiplier);
  }
  return rounding_divide_by_pot(rounding_doubling_high_mul(x, multiplier), -shift);
}

inline int32_t requantize(int32_t x, const Requant& by) {
  return requantize(x, by.multiplier, by.shift);
}

// The sum of one output channel (its bias included) as an output value.
template <typename Params>
inline int8_t finish_channel(const Params& p, uint32_t sum, int32_t channel) {
  const int32_t scaled =
      requantize(static_cast<int32_t>(sum), p.multipliers[channel], p.shifts[channel]);
  const int32_t y = wrapping_add(scaled, p.output_offset);
  return static_cast<int8_t>(clamp(y, p.activation_min, p.activation_max));
}

template <typename Params>
inline uint32_t bias_of(const Params& p, int32_t channel) {
  return p.bias == nullptr ? 0u : static_cast<uint32_t>(p.bias[channel]);
}

}  // namespace kws
