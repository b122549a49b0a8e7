#include "../reduce.h"
#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_mean_s8(const MeanS8& p, const int8_t* x, int8_t* y) {
  const Extents e = extents_of(p.dims, p.reduce);
  over_kept(e, x, y, [&](const int8_t* first) {
    int32_t sum = p.input_offset_times_count;
    over_reduced(e, first, [&](int32_t value) { sum += value; });
    const int32_t mean = wrapping_add(requantize(sum, p.output), p.output_offset);
    return static_cast<int8_t>(clamp(mean, INT8_MIN, INT8_MAX));
  });
}

}  // namespace kws
