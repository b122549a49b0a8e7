#include "../broadcast.h"
#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_sub_s8(const AddS8& p, const int8_t* a, const int8_t* b, int8_t* y) {
  const int32_t one = int32_t{1} << p.left_shift;
  broadcast_4(p.shape, a, b, y, [&](int32_t left, int32_t right) {
    // 9 bits and the left shift of 20: no overflow.
    const int32_t scaled_a = requantize((left + p.a_offset) * one, p.a);
    const int32_t scaled_b = requantize((right + p.b_offset) * one, p.b);
    const int32_t difference = requantize(scaled_a - scaled_b, p.output) + p.output_offset;
    return static_cast<int8_t>(clamp(difference, p.activation_min, p.activation_max));
  });
}

}  // namespace kws
