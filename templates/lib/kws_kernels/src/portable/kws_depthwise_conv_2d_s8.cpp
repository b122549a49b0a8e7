#include "../requantize.h"
#include "../window.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

// How many taps are inside.
struct Inside {
  int32_t rows;
  int32_t columns;
};

// All taps inside for one output channel; x and filter point at its first tap inside.
uint32_t sum_channel(const DepthwiseConv2dS8& p, const int8_t* x, const int8_t* filter,
                     Inside inside, uint32_t sum) {
  const int32_t out_c = p.in_c * p.multiplier;
  const int32_t x_step = p.dilation_w * p.in_c;
  const int32_t x_row = p.dilation_h * p.in_w * p.in_c;
  const int32_t filter_row = p.kernel_w * out_c;
  for (int32_t ky = 0; ky < inside.rows; ++ky) {
    const int8_t* from = x + ky * x_row;
    const int8_t* weights = filter + ky * filter_row;
    for (int32_t kx = 0; kx < inside.columns; ++kx) {
      sum += static_cast<uint32_t>((from[kx * x_step] + p.input_offset) * weights[kx * out_c]);
    }
  }
  return sum;
}

}  // namespace

void kws_depthwise_conv_2d_s8(const DepthwiseConv2dS8& p, const int8_t* x, int8_t* y) {
  const int32_t out_c = p.in_c * p.multiplier;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h) {
      const Taps rows = taps_inside(origin_y, p.kernel_h, p.dilation_h, p.in_h);
      int32_t origin_x = -p.pad_left;
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, origin_x += p.stride_w) {
        const Taps columns = taps_inside(origin_x, p.kernel_w, p.dilation_w, p.in_w);
        const int32_t in_y = origin_y + rows.first * p.dilation_h;
        const int32_t in_x = origin_x + columns.first * p.dilation_w;
        const Inside inside{rows.end - rows.first, columns.end - columns.first};
        const bool empty = rows.end == 0 || columns.end == 0;
        const int32_t first = empty ? 0 : (in_y * p.in_w + in_x) * p.in_c;
        const int8_t* weights = p.filter + (rows.first * p.kernel_w + columns.first) * out_c;
        int32_t channel = 0;
        for (int32_t in_channel = 0; in_channel < p.in_c; ++in_channel) {
          for (int32_t m = 0; m < p.multiplier; ++m, ++channel) {
            const uint32_t sum = sum_channel(p, x + (first + in_channel), weights + channel, inside,
                                             bias_of(p, channel));
            *y++ = finish_channel(p, sum, channel);
          }
        }
      }
    }
    x += p.in_h * p.in_w * p.in_c;
  }
}

}  // namespace kws
