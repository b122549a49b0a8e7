#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_transpose_8(const Transpose4& p, const uint8_t* x, uint8_t* y) {
  for (int32_t i = 0; i < p.out_dims[0]; ++i) {
    for (int32_t j = 0; j < p.out_dims[1]; ++j) {
      for (int32_t k = 0; k < p.out_dims[2]; ++k) {
        const uint8_t* row = x + (i * p.strides[0] + j * p.strides[1] + k * p.strides[2]);
        for (int32_t l = 0; l < p.out_dims[3]; ++l) *y++ = row[l * p.strides[3]];
      }
    }
  }
}

}  // namespace kws
