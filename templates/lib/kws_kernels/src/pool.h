// The loops that both pools share.
#pragma once

#include <cstdint>

#include "kws_kernels/kws_kernels.h"
#include "requant.h"
#include "window.h"

namespace kws {

// Calls reduce(x, rows, columns) for every output element; x points at the channel's first tap
// inside.
template <typename Reduce>
inline void pool_2d(const Pool2dS8& p, const int8_t* x, int8_t* y, Reduce reduce) {
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h) {
      const Taps rows = taps_inside(origin_y, p.filter_h, 1, p.in_h);
      int32_t origin_x = -p.pad_left;
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, origin_x += p.stride_w) {
        const Taps columns = taps_inside(origin_x, p.filter_w, 1, p.in_w);
        const int32_t pixel = (origin_y + rows.first) * p.in_w + origin_x + columns.first;
        const int8_t* first = x + pixel * p.channels;
        for (int32_t channel = 0; channel < p.channels; ++channel) {
          const int32_t value =
              reduce(first + channel, rows.end - rows.first, columns.end - columns.first);
          *y++ = static_cast<int8_t>(clamp(value, p.activation_min, p.activation_max));
        }
      }
    }
    x += p.in_h * p.in_w * p.channels;
  }
}

}  // namespace kws
