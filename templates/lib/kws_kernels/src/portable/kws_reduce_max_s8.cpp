#include "../reduce.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_reduce_max_s8(const ReduceMaxS8& p, const int8_t* x, int8_t* y) {
  const Extents e = extents_of(p.dims, p.reduce);
  over_kept(e, x, y, [&](const int8_t* first) {
    int8_t most = INT8_MIN;
    over_reduced(e, first, [&](int8_t value) { most = value > most ? value : most; });
    return most;
  });
}

}  // namespace kws
