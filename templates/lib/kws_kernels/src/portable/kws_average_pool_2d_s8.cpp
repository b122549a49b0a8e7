#include "../pool.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {

void kws_average_pool_2d_s8(const Pool2dS8& p, const int8_t* x, int8_t* y) {
  pool_2d(p, x, y, [&](const PoolWindow& window, int8_t* to) {
    const int32_t count = window.rows * window.columns;
    const auto add = [](int32_t sum, int32_t value) { return sum + value; };
    const auto four = [&](const PoolWindow& w, const int8_t* from) {
      return sums_over_window(w, from, add);
    };
    const auto one = [&](const PoolWindow& w, const int8_t* from) {
      return over_channel(w, from, 0, add);
    };
    const auto mean = [&](int32_t sum) {
      return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
    };
    const Pooling<decltype(four), decltype(one), decltype(mean)> by{four, one, mean};
    pool_window(p, window, by, to);
  });
}

}  // namespace kws
