#include "../copy_bytes.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

// One row: `count` elements, `stride` apart. Forwards, so that y may lie at or before x.
void take_row(const uint8_t* x, int32_t stride, int32_t count, uint8_t* y) {
  if (stride == 1) {
    copy_bytes(count, x, y);
    return;
  }
  for (int32_t i = 0; i < count; ++i) y[i] = x[i * stride];
}

}  // namespace

void kws_strided_slice_8(const StridedSlice4& p, const uint8_t* x, uint8_t* y) {
  for (int axis = 0; axis < 4; ++axis) {
    if (p.out_dims[axis] == 0) return;
  }
  for (int32_t i = 0; i < p.out_dims[0]; ++i) {
    const int32_t in_0 = p.begin[0] + i * p.stride[0];
    for (int32_t j = 0; j < p.out_dims[1]; ++j) {
      const int32_t in_1 = in_0 * p.in_dims[1] + p.begin[1] + j * p.stride[1];
      for (int32_t k = 0; k < p.out_dims[2]; ++k) {
        const int32_t in_2 = in_1 * p.in_dims[2] + p.begin[2] + k * p.stride[2];
        take_row(x + (in_2 * p.in_dims[3] + p.begin[3]), p.stride[3], p.out_dims[3], y);
        y += p.out_dims[3];
      }
    }
  }
}

}  // namespace kws
