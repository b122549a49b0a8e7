#include <cstring>

#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_pad_8(const Pad4& p, uint8_t value, const uint8_t* x, uint8_t* y) {
  int32_t out[4];
  for (int axis = 0; axis < 4; ++axis) out[axis] = p.before[axis] + p.in_dims[axis] + p.after[axis];
  const auto row_bytes = static_cast<size_t>(p.in_dims[3]);
  const int32_t elements = out[0] * out[1] * out[2] * out[3];
  std::memset(y, value, static_cast<size_t>(elements));
  for (int32_t i = 0; i < p.in_dims[0]; ++i) {
    for (int32_t j = 0; j < p.in_dims[1]; ++j) {
      const int32_t plane = (p.before[0] + i) * out[1] + p.before[1] + j;
      uint8_t* to = y + ((plane * out[2] + p.before[2]) * out[3] + p.before[3]);
      for (int32_t k = 0; k < p.in_dims[2]; ++k, x += p.in_dims[3]) {
        std::memcpy(to + k * out[3], x, row_bytes);
      }
    }
  }
}

}  // namespace kws
