#include "../broadcast.h"
#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_prelu_s8(const PreluS8& p, const int8_t* x, const int8_t* alpha, int8_t* y) {
  broadcast_4(p.shape, x, alpha, y, [&](int32_t value, int32_t slope) {
    const int32_t input = value + p.input_offset;
    const int32_t scaled = input >= 0 ? requantize(input, p.identity)
                                      : requantize(input * (slope + p.alpha_offset), p.negative);
    return static_cast<int8_t>(clamp(wrapping_add(scaled, p.output_offset), INT8_MIN, INT8_MAX));
  });
}

}  // namespace kws
