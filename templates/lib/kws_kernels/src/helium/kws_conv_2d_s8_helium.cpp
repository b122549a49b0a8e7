#include "../window.h"
#include "kws_kernels/kws_kernels.h"
#include "vectors.h"

namespace kws {
namespace {

// The inputs of one output next to each other; zero points where there are none.
void gather(const Conv2dS8Helium& p, const int8_t* x, const WindowAt& at, int8_t* to) {
  const Taps rows = at.rows;
  const Taps columns = taps_inside(at.x, p.kernel_w, p.dilation_w, p.in_w);
  const int32_t row = p.kernel_w * p.in_c;
  const int32_t count = columns.end - columns.first;
  if (rows.end - rows.first < p.kernel_h || count < p.kernel_w) {
    helium::fill(to, p.kernel_h * row, p.input_zero_point);
  }
  const int32_t step = p.dilation_h * p.in_w * p.in_c;
  const int32_t pixel = p.dilation_w * p.in_c;
  const int8_t* from = x + (at.y * p.in_w + at.x) * p.in_c + columns.first * pixel;
  from += rows.first * step;
  to += rows.first * row + columns.first * p.in_c;
  const int32_t height = rows.end - rows.first;
  if (p.dilation_w == 1) {
    helium::copy_rows({from, step, height, count * p.in_c, row}, to);
    return;
  }
  for (int32_t ky = 0; ky < height; ++ky, from += step, to += row) {
    helium::copy_rows({from, pixel, count, p.in_c, p.in_c}, to);
  }
}

}  // namespace

void kws_conv_2d_s8_helium(const Conv2dS8Helium& p, const int8_t* x, int8_t* y, int8_t* scratch) {
  using helium::kPixels;
  const helium::Layer layer = helium::layer_of(p, p.kernel_h * p.kernel_w * p.in_c);
  const int32_t room = helium::vectors_of(layer.inputs) * helium::kLanes;
  int32_t waiting = 0;
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_h * p.in_w * p.in_c) {
    int32_t origin_y = -p.pad_top;
    for (int32_t out_y = 0; out_y < p.out_h; ++out_y, origin_y += p.stride_h) {
      const Taps rows = taps_inside(origin_y, p.kernel_h, p.dilation_h, p.in_h);
      int32_t origin_x = -p.pad_left;
      for (int32_t out_x = 0; out_x < p.out_w; ++out_x, origin_x += p.stride_w) {
        gather(p, x, {origin_y, origin_x, rows}, scratch + waiting * room);
        if (++waiting < kPixels) continue;
        helium::convolve(layer, scratch, kPixels, y);
        y += kPixels * p.out_c;
        waiting = 0;
      }
    }
  }
  if (waiting != 0) helium::convolve(layer, scratch, waiting, y);
}

}  // namespace kws
