#include "kws_kernels/kws_kernels.h"
#include "pool.h"

namespace kws {

void kws_average_pool_2d_s8(const Pool2dS8& p, const int8_t* x, int8_t* y) {
  const int32_t row = p.in_w * p.channels;
  pool_2d(p, x, y, [&](const int8_t* from, int32_t rows, int32_t columns) {
    int32_t sum = 0;
    for (int32_t ky = 0; ky < rows; ++ky) {
      for (int32_t kx = 0; kx < columns; ++kx) sum += from[ky * row + kx * p.channels];
    }
    const int32_t count = rows * columns;
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
  });
}

}  // namespace kws
