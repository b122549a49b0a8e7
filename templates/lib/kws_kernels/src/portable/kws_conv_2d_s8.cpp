#include "../dot.h"
#include "../requantize.h"
#include "../window.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

// Where a filter is: its first tap's place in the image, and which taps are inside.
struct Window {
  int32_t y;
  int32_t x;
  Taps rows;
  Taps columns;
};

// All taps inside of image x for one output channel's filter.
uint32_t sum_window(const Conv2dS8& p, const Window& at, const int8_t* x, const int8_t* filter,
                    uint32_t sum) {
  const auto& [origin_y, origin_x, rows, columns] = at;
  const int32_t taps = columns.end - columns.first;
  if (taps == 0) return sum;
  for (int32_t ky = rows.first; ky < rows.end; ++ky) {
    const int32_t in_y = origin_y + ky * p.dilation_h;
    const int32_t in_x = origin_x + columns.first * p.dilation_w;
    const int8_t* from = x + (in_y * p.in_w + in_x) * p.in_c;
    const int8_t* weights = filter + (ky * p.kernel_w + columns.first) * p.in_c;
    if (p.dilation_w == 1) {
      // Neighbouring taps are neighbours in both arrays: one long row.
      sum = dot_s8(from, weights, taps * p.in_c, p.input_offset, sum);
      continue;
    }
    for (int32_t kx = 0; kx < taps; ++kx) {
      sum = dot_s8(from, weights, p.in_c, p.input_offset, sum);
      if (kx + 1 < taps) from += p.dilation_w * p.in_c;
      weights += p.in_c;
    }
  }
  return sum;
}

}  // namespace

void kws_conv_2d_s8(const Conv2dS8& p, const int8_t* x, int8_t* y) {
  const int32_t filter_size = p.kernel_h * p.kernel_w * p.in_c;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h) {
      const Taps rows = taps_inside(origin_y, p.kernel_h, p.dilation_h, p.in_h);
      Window at{origin_y, -p.pad_left, rows, {}};
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, at.x += p.stride_w) {
        at.columns = taps_inside(at.x, p.kernel_w, p.dilation_w, p.in_w);
        const int8_t* filter = p.filter;
        for (int32_t channel = 0; channel < p.out_c; ++channel, filter += filter_size) {
          const uint32_t sum = sum_window(p, at, x, filter, bias_of(p, channel));
          *y++ = finish_channel(p, sum, channel);
        }
      }
    }
    x += p.in_h * p.in_w * p.in_c;
  }
}

}  // namespace kws
