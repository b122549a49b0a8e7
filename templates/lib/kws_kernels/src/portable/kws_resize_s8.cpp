#include "kws_kernels/kws_kernels.h"

namespace kws {

namespace {

constexpr int32_t kOne = 1024;  // of places and weights

// Of a sum of weights 2^20, halves away from zero.
int8_t rounded(int32_t sum) {
  constexpr int32_t kHalf = kOne * kOne / 2;
  return static_cast<int8_t>((sum + (sum > 0 ? kHalf : -kHalf)) / (kOne * kOne));
}

}  // namespace

void kws_resize_s8(const ResizeS8& p, const int8_t* x, int8_t* y) {
  const int32_t row_bytes = p.in_w * p.channels;
  for (int32_t b = 0; b < p.batches; ++b) {
    const int8_t* image = x + b * p.in_h * row_bytes;
    for (int32_t i = 0; i < p.out_h; ++i) {
      const int32_t below = p.rows[i] % kOne;
      const int8_t* upper = image + p.rows[i] / kOne * row_bytes;
      const int8_t* lower = below == 0 ? upper : upper + row_bytes;
      for (int32_t j = 0; j < p.out_w; ++j) {
        const int32_t beside = p.columns[j] % kOne;
        const int32_t left = p.columns[j] / kOne * p.channels;
        const int32_t right = beside == 0 ? left : left + p.channels;
        for (int32_t c = 0; c < p.channels; ++c) {
          const int32_t above = upper[left + c] * (kOne - beside) + upper[right + c] * beside;
          const int32_t under = lower[left + c] * (kOne - beside) + lower[right + c] * beside;
          *y++ = rounded(above * (kOne - below) + under * below);
        }
      }
    }
  }
}

}  // namespace kws
