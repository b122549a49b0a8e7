#include "../window.h"
#include "kws_kernels/kws_kernels.h"
#include "pixels.h"

namespace kws {
namespace {

using namespace scalar;

// So many zero points.
int32_t* fill(int32_t* to, int32_t count, int32_t zero_point, int32_t& sum) {
  sum += count * zero_point;
  for (; count > 0; --count, to += kPixels) *to = zero_point;
  return to;
}

// The inputs of one output; zero points where there are none. x: the image.
void gather(const Conv2dS8Scalar& p, const int8_t* x, const WindowAt& at, int32_t* to,
            int32_t& sum) {
  const Taps rows = at.rows;
  const int32_t row = p.kernel_w * p.in_c;
  const int32_t step = p.dilation_h * p.in_w * p.in_c;
  const int32_t zero_point = p.input_zero_point;
  const int8_t* from = x + (at.y * p.in_w + at.x) * p.in_c + rows.first * step;
  if (rows.first > 0) to = fill(to, rows.first * row, zero_point, sum);
  if (p.dilation_w == 1 && at.x >= 0 && at.x + p.kernel_w <= p.in_w) {
    for (int32_t ky = rows.first; ky < rows.end; ++ky, from += step) {
      to = widen(from, row, to, sum);
    }
  } else {
    const Taps columns = taps_inside(at.x, p.kernel_w, p.dilation_w, p.in_w);
    const int32_t pixel = p.dilation_w * p.in_c;
    for (int32_t ky = rows.first; ky < rows.end; ++ky, from += step) {
      to = fill(to, columns.first * p.in_c, zero_point, sum);
      for (int32_t kx = columns.first; kx < columns.end; ++kx) {
        to = widen(from + kx * pixel, p.in_c, to, sum);
      }
      to = fill(to, (p.kernel_w - columns.end) * p.in_c, zero_point, sum);
    }
  }
  if (rows.end < p.kernel_h) fill(to, (p.kernel_h - rows.end) * row, zero_point, sum);
}

}  // namespace

void kws_conv_2d_s8_scalar(const Conv2dS8Scalar& p, const int8_t* x, int8_t* y, int8_t* scratch) {
  const int32_t inputs = p.kernel_h * p.kernel_w * p.in_c;
  auto* const windows = reinterpret_cast<int32_t*>(scratch);
  clear_rest(windows, inputs);
  Layer layer = layer_of(p, inputs, windows);
  const int32_t per_image = p.out_h * p.out_w;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    WindowAt at{-p.pad_top, -p.pad_left, taps_inside(-p.pad_top, p.kernel_h, p.dilation_h, p.in_h)};
    int32_t left = p.out_w;  // of the row
    for (int32_t first = 0; first < per_image; first += kPixels) {
      for (int32_t i = 0; i < kPixels; ++i) {
        layer.y[i] = y;
        layer.sums[i] = 0;
        gather(p, x, at, windows + i, layer.sums[i]);
        // At the end the last pixel is computed again.
        if (first + i + 1 >= per_image) continue;
        y += p.out_c;
        at.x += p.stride_w;
        if (--left > 0) continue;
        left = p.out_w;
        at.x = -p.pad_left;
        at.y += p.stride_h;
        at.rows = taps_inside(at.y, p.kernel_h, p.dilation_h, p.in_h);
      }
      convolve(layer);
    }
    y += p.out_c;
    x += p.in_h * p.in_w * p.in_c;
  }
}

}  // namespace kws
