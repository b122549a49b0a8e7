// The loops of the broadcasting element-wise operators.
#pragma once

#include <cstdint>

#include "kws_kernels/kws_kernels.h"

namespace kws {

// y = f(a, b) over the output shape. Each element is read before it is written, so that y may be a
// or b where that one is not broadcast.
template <typename F>
inline void broadcast_4(const Broadcast4& s, const int8_t* a, const int8_t* b, int8_t* y, F f) {
  const int32_t a_step = s.a_strides[3];
  const int32_t b_step = s.b_strides[3];
  for (int32_t i = 0; i < s.dims[0]; ++i) {
    for (int32_t j = 0; j < s.dims[1]; ++j) {
      for (int32_t k = 0; k < s.dims[2]; ++k) {
        const int8_t* a_row = a + (i * s.a_strides[0] + j * s.a_strides[1] + k * s.a_strides[2]);
        const int8_t* b_row = b + (i * s.b_strides[0] + j * s.b_strides[1] + k * s.b_strides[2]);
        for (int32_t l = 0; l < s.dims[3]; ++l) *y++ = f(a_row[l * a_step], b_row[l * b_step]);
      }
    }
  }
}

}  // namespace kws
