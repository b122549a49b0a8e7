#include "packed.h"

namespace kws {
namespace dsp {

void clamp_all(int8_t* y, int32_t count, int32_t min, int32_t max) {
  if (min == INT8_MIN && max == INT8_MAX) return;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t value = y[i];
    y[i] = static_cast<int8_t>(value < min ? min : (value > max ? max : value));
  }
}

}  // namespace dsp
}  // namespace kws
