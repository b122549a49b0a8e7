// Convolution of three pixels at a time with pairs of channels, for cores that multiply one number
// at a time. Internal.
//
// Inputs are extended to 32 bits once, for all channels, three pixels side by side. Weights are 128
// more than they are, so that bytes are read without their sign from an address and a constant (all
// that Armv6-M can); what that adds to a sum is 128 times the sum of the pixel's inputs.
#pragma once

#include <cstdint>

#include "finish.h"

namespace kws {
namespace scalar {

// Inputs are multiplied in groups of so many; the last one is filled with zeros.
constexpr int32_t kGroup = 4;
constexpr int32_t kWeightOffset = 128;

// Inputs of one output, rounded up.
constexpr int32_t padded(int32_t inputs) { return (inputs + kGroup - 1) / kGroup * kGroup; }

// `count` inputs of one pixel, or some of them, into every third word. Returns where the next go.
inline int32_t* widen(const int8_t* x, int32_t count, int32_t* to, int32_t& sum) {
  int32_t total = sum;
  for (const int8_t* const end = x + count; x != end; ++x, to += kPixels) {
    const int32_t value = *x;
    total += value;
    *to = value;
  }
  sum = total;
  return to;
}

// What is behind the last input, of all pixels.
inline void clear_rest(int32_t* x, int32_t inputs) {
  for (int32_t i = inputs * kPixels; i < padded(inputs) * kPixels; ++i) x[i] = 0;
}

// A layer, and the three pixels that are computed.
struct Layer {
  const int32_t* constants;
  const uint8_t* filter;  // [out_c / 2, rounded up][inputs][2]
  int32_t out_c;
  int32_t inputs;  // padded
  int32_t zero_point;
  int32_t min, max;
  int32_t rounding;
  const int32_t* x;       // [inputs][kPixels]
  int32_t sums[kPixels];  // of the inputs of each
  int8_t* y[kPixels];     // two of them may be the same
};

template <typename Params>
inline Layer layer_of(const Params& p, int32_t inputs, const int32_t* x) {
  return {p.constants,
          p.filter,
          p.out_c,
          padded(inputs),
          p.output_offset,
          p.activation_min,
          p.activation_max,
          p.rounding,
          x,
          {},
          {}};
}

// All channels of three pixels.
void convolve(const Layer& layer);

}  // namespace scalar
}  // namespace kws
