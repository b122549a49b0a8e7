#include "../dot.h"
#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

// As dot_s8, with an offset on the weights as well.
uint32_t dot_offset_s8(const FullyConnectedS8& p, const int8_t* x, const int8_t* w, uint32_t sum) {
  const int32_t x_offset = p.input_offset;
  const int32_t w_offset = p.filter_offset;
  for (int32_t i = 0; i < p.in_n; ++i) {
    sum += static_cast<uint32_t>((x[i] + x_offset) * (w[i] + w_offset));
  }
  return sum;
}

}  // namespace

void kws_fully_connected_s8(const FullyConnectedS8& p, const int8_t* x, int8_t* y) {
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_n) {
    const int8_t* weights = p.filter;
    for (int32_t out = 0; out < p.out_n; ++out, weights += p.in_n) {
      const uint32_t bias = bias_of(p, out);
      const uint32_t sum = p.filter_offset == 0 ? dot_s8(x, weights, p.in_n, p.input_offset, bias)
                                                : dot_offset_s8(p, x, weights, bias);
      *y++ = finish_channel(p, sum, out);
    }
  }
}

}  // namespace kws
