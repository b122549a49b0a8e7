#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_lookup_s8(const int8_t* table256, int32_t count, const int8_t* x, int8_t* y) {
  for (int32_t i = 0; i < count; ++i) y[i] = table256[static_cast<uint8_t>(x[i])];
}

}  // namespace kws
