// QUANTIZE between 8-bit types.
#pragma once

#include <cstdint>
#include <limits>

#include "kws_kernels/kws_kernels.h"
#include "requantize.h"

namespace kws {

template <typename From, typename To>
inline void requantize_all(const Requantize& p, const From* x, To* y) {
  constexpr int32_t kMin = std::numeric_limits<To>::min();
  constexpr int32_t kMax = std::numeric_limits<To>::max();
  for (int32_t i = 0; i < p.count; ++i) {
    const int32_t scaled = requantize(x[i] - p.input_zero_point, p.output);
    y[i] = static_cast<To>(clamp(wrapping_add(scaled, p.output_zero_point), kMin, kMax));
  }
}

}  // namespace kws
