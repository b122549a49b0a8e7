#include "../broadcast.h"
#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_mul_s8(const MulS8& p, const int8_t* a, const int8_t* b, int8_t* y) {
  broadcast_4(p.shape, a, b, y, [&](int32_t left, int32_t right) {
    const int32_t product = requantize((left + p.a_offset) * (right + p.b_offset), p.output);
    return static_cast<int8_t>(
        clamp(wrapping_add(product, p.output_offset), p.activation_min, p.activation_max));
  });
}

}  // namespace kws
