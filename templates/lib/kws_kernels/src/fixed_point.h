// exp and 1/(1+x) of fixed-point numbers: the twin of src/model/arithmetic/fixed-point.ts in the
// generator, which says where approximations and constants come from (gemmlowp's fixedpoint.h).
#pragma once

#include <cstdint>

#include "requantize.h"

namespace kws {

// x * 2^exponent, saturated.
inline int32_t saturating_shift_left(int32_t x, int32_t exponent) {
  const int64_t shifted = static_cast<int64_t>(x) * (int64_t{1} << exponent);
  if (shifted > INT32_MAX) return INT32_MAX;
  if (shifted < INT32_MIN) return INT32_MIN;
  return static_cast<int32_t>(shifted);
}

// exp(a), a in [-1/4, 0); Q0.31 in and out.
inline int32_t exp_between_minus_quarter_and_zero(int32_t a) {
  constexpr int32_t kExpMinusEighth = 1895147668;
  constexpr int32_t kThird = 715827883;
  const int32_t x = a + (int32_t{1} << 28);
  const int32_t x2 = rounding_doubling_high_mul(x, x);
  const int32_t x3 = rounding_doubling_high_mul(x2, x);
  const int32_t x4 = rounding_doubling_high_mul(x2, x2);
  const int32_t cubic_and_quartic =
      rounding_doubling_high_mul(rounding_divide_by_pot(x4, 2) + x3, kThird);
  const int32_t higher_terms = rounding_divide_by_pot(cubic_and_quartic + x2, 1);
  return kExpMinusEighth + rounding_doubling_high_mul(kExpMinusEighth, x + higher_terms);
}

// exp(a), a <= 0 in Q5.26; the result is Q0.31.
inline int32_t exp_of_negative_q5(int32_t a) {
  constexpr int32_t kFractionBits = 26;
  constexpr int32_t kQuarter = int32_t{1} << (kFractionBits - 2);
  // exp(-2^e), e = -2 … 4.
  constexpr int32_t kExpMinusPot[] = {1672461947, 1302514674, 790015084, 290630308,
                                      39332535,   720401,     242};
  if (a == 0) return INT32_MAX;
  const int32_t mod_quarter_minus_quarter = (a & (kQuarter - 1)) - kQuarter;
  const int32_t remainder = mod_quarter_minus_quarter - a;
  int32_t result =
      exp_between_minus_quarter_and_zero(saturating_shift_left(mod_quarter_minus_quarter, 5));
  uint32_t bit = static_cast<uint32_t>(kQuarter);
  for (const int32_t factor : kExpMinusPot) {
    if ((static_cast<uint32_t>(remainder) & bit) != 0)
      result = rounding_doubling_high_mul(result, factor);
    bit <<= 1;
  }
  return result;
}

// 1/(1+a), a in [0, 1); Q0.31 in and out. Three steps of Newton and Raphson.
inline int32_t one_over_one_plus(int32_t a) {
  constexpr int32_t k48Over17 = 1515870810;        // Q2.29
  constexpr int32_t kMinus32Over17 = -1010580540;  // Q2.29
  const int32_t half_denominator =
      static_cast<int32_t>((static_cast<int64_t>(a) + INT32_MAX + 1) / 2);
  int32_t x = k48Over17 + rounding_doubling_high_mul(half_denominator, kMinus32Over17);
  for (int step = 0; step < 3; ++step) {
    const int32_t error = (int32_t{1} << 29) - rounding_doubling_high_mul(half_denominator, x);
    x += saturating_shift_left(rounding_doubling_high_mul(x, error), 2);
  }
  // x is 2/(1+a) in Q2.29, which read as Q1.30 is half of it.
  return saturating_shift_left(x, 1);
}

}  // namespace kws
