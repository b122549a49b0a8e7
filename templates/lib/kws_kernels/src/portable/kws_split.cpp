#include "../copy_bytes.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_split(int32_t outer, int32_t outputs, const int32_t* bytes, const void* x,
               void* const* y) {
  const auto* from = static_cast<const uint8_t*>(x);
  for (int32_t row = 0; row < outer; ++row) {
    for (int32_t i = 0; i < outputs; ++i) {
      // An output may lie in its place of the input.
      copy_bytes(bytes[i], from, static_cast<uint8_t*>(y[i]) + row * bytes[i]);
      from += bytes[i];
    }
  }
}

}  // namespace kws
