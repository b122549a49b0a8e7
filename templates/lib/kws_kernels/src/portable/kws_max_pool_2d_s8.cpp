#include "../pool.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_max_pool_2d_s8(const Pool2dS8& p, const int8_t* x, int8_t* y) {
  pool_2d(p, x, y, [&](const PoolWindow& window, int8_t* to) {
    const auto greater = [](int32_t max, int32_t value) { return value > max ? value : max; };
    const auto four = [&](const PoolWindow& w, const int8_t* from) {
      return over_window(w, from, INT8_MIN, greater);
    };
    const auto one = [&](const PoolWindow& w, const int8_t* from) {
      return over_channel(w, from, INT8_MIN, greater);
    };
    const auto same = [](int32_t max) { return max; };
    const Pooling<decltype(four), decltype(one), decltype(same)> by{four, one, same};
    pool_window(p, window, by, to);
  });
}

}  // namespace kws
