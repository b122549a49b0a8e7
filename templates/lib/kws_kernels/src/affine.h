// QUANTIZE from float and DEQUANTIZE.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "kws_kernels/kws_kernels.h"
#include "requantize.h"

namespace kws {

// round(x / scale) + zero point, halves away from zero, clamped; not-a-number becomes the zero
// point.
template <typename To>
inline To quantize_value(const Affine& p, float x) {
  constexpr int32_t kMin = std::numeric_limits<To>::min();
  constexpr int32_t kMax = std::numeric_limits<To>::max();
  // Beyond two ranges of the type everything is clamped: keeps the conversion to integer defined.
  constexpr float kFar = 512.0f;
  const float steps = x / p.scale;
  int32_t rounded = 0;
  if (steps >= kFar) {
    rounded = static_cast<int32_t>(kFar);
  } else if (steps <= -kFar) {
    rounded = -static_cast<int32_t>(kFar);
  } else if (steps == steps) {
    rounded = static_cast<int32_t>(std::round(steps));
  }
  return static_cast<To>(clamp(rounded + p.zero_point, kMin, kMax));
}

template <typename To>
inline void quantize_all(const Affine& p, const float* x, To* y) {
  for (int32_t i = 0; i < p.count; ++i) y[i] = quantize_value<To>(p, x[i]);
}

template <typename From>
inline void dequantize_all(const Affine& p, const From* x, float* y) {
  for (int32_t i = 0; i < p.count; ++i) {
    y[i] = p.scale * static_cast<float>(x[i] - p.zero_point);
  }
}

}  // namespace kws
