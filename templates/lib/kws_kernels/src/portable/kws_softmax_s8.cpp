#include "../fixed_point.h"
#include "../requantize.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

constexpr int32_t kSumIntegerBits = 12;
constexpr int32_t kOutputBits = 8;

// exp(scale * difference) in Q0.31, for a difference not below diff_min.
int32_t exponential(const SoftmaxS8& p, int32_t difference) {
  return exp_of_negative_q5(requantize(difference, p.input_multiplier, p.input_left_shift));
}

int32_t leading_zeros(uint32_t x) {
  int32_t zeros = 0;
  for (; (x & 0x80000000u) == 0; x <<= 1) ++zeros;
  return zeros;
}

void softmax_row(const SoftmaxS8& p, const int8_t* x, int8_t* y) {
  int32_t max = INT8_MIN;
  for (int32_t i = 0; i < p.depth; ++i) {
    if (x[i] > max) max = x[i];
  }
  int32_t sum = 0;  // Q12.19; the maximum itself contributes one, so it is never zero
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t difference = x[i] - max;
    if (difference < p.diff_min) continue;
    sum += rounding_divide_by_pot(exponential(p, difference), kSumIntegerBits);
  }
  const int32_t headroom = leading_zeros(static_cast<uint32_t>(sum));
  const int32_t reciprocal = one_over_one_plus(
      static_cast<int32_t>((static_cast<uint32_t>(sum) << headroom) & 0x7fffffffu));
  const int32_t exponent = kSumIntegerBits - headroom + 31 - kOutputBits;
  for (int32_t i = 0; i < p.depth; ++i) {
    const int32_t difference = x[i] - max;
    int32_t probability = 0;
    // From sums of 512 on (exponent 32) every probability rounds to zero.
    if (difference >= p.diff_min && exponent < 32) {
      const int32_t product = rounding_doubling_high_mul(reciprocal, exponential(p, difference));
      probability = rounding_divide_by_pot(product, exponent);
    }
    y[i] = static_cast<int8_t>(clamp(probability + INT8_MIN, INT8_MIN, INT8_MAX));
  }
}

}  // namespace

void kws_softmax_s8(const SoftmaxS8& p, const int8_t* x, int8_t* y) {
  for (int32_t row = 0; row < p.rows; ++row, x += p.depth, y += p.depth) softmax_row(p, x, y);
}

}  // namespace kws
