#include "kws_kernels/kws_kernels.h"
#include "pixels.h"

namespace kws {
namespace {

using namespace scalar;

// All inputs of a pixel into every third word; returns their sum.
int32_t widen_pixel(const int8_t* x, int32_t count, int32_t* to) {
  int32_t sum = 0;
  for (; count >= kGroup; count -= kGroup, x += kGroup, to += kGroup * kPixels) {
    const int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    to[0] = x0;
    to[kPixels] = x1;
    to[2 * kPixels] = x2;
    to[3 * kPixels] = x3;
    sum += x0 + x1 + x2 + x3;
  }
  widen(x, count, to, sum);
  return sum;
}

}  // namespace

void kws_conv_1x1_s8_scalar(const Conv1x1S8Scalar& p, const int8_t* x, int8_t* y, int8_t* scratch) {
  auto* const inputs = reinterpret_cast<int32_t*>(scratch);
  clear_rest(inputs, p.in_c);
  Layer layer = layer_of(p, p.in_c, inputs);
  const int32_t groups = (p.pixels + kPixels - 1) / kPixels;
  for (int32_t group = 0; group < groups; ++group) {
    const int32_t first = kPixels * (p.descending != 0 ? groups - 1 - group : group);
    for (int32_t i = 0; i < kPixels; ++i) {
      // Past the end the last pixel is computed again, from what was read before it was written.
      const int32_t pixel = first + i < p.pixels ? first + i : p.pixels - 1;
      layer.sums[i] = widen_pixel(x + pixel * p.in_c, p.in_c, inputs + i);
      layer.y[i] = y + pixel * p.out_c;
    }
    convolve(layer);
  }
}

}  // namespace kws
