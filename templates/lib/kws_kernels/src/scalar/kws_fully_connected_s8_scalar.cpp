#include "finish.h"
#include "kws_kernels/kws_kernels.h"

namespace kws {
namespace {

using namespace scalar;

// Channels that share what is loaded of the inputs.
constexpr int32_t kBlock = 4;

struct FourSums {
  uint32_t a, b, c, d;
};

// Adds the products of inputs with the weights of four channels. Returns where the next weights
// are.
inline const uint8_t* multiply(const int8_t* x, int32_t count, const uint8_t* w, FourSums& sums) {
  auto [a, b, c, d] = sums;
  for (const int8_t* const end = x + count; x != end; ++x, w += kBlock) {
    const auto value = static_cast<uint32_t>(*x);
    a += value * w[0];
    b += value * w[1];
    c += value * w[2];
    d += value * w[3];
  }
  sums = {a, b, c, d};
  return w;
}

#if KWS_KERNELS_THUMB1

#define KWS_KERNELS_PRODUCT(at, sum) \
  "ldrb r3, [%[w], #" at             \
  "]\n\t"                            \
  "muls r3, r2\n\t"                  \
  "add " sum ", r3\n\t"
#define KWS_KERNELS_INPUT(at_a, at_b, at_c, at_d)                                         \
  "ldrsb r2, [%[x], %[i]]\n\t"                                                            \
  "adds %[i], #1\n\t" KWS_KERNELS_PRODUCT(at_a, "%[a]") KWS_KERNELS_PRODUCT(at_b, "%[b]") \
      KWS_KERNELS_PRODUCT(at_c, "%[c]") KWS_KERNELS_PRODUCT(at_d, "%[d]")

// Four inputs at a time. Sums stay in the upper registers, which can only be added to.
inline const uint8_t* multiply_fours(const int8_t* x, int32_t count, const uint8_t* w,
                                     FourSums& sums) {
  if (count == 0) return w;
  const int8_t* const end = x + count;
  int32_t i = -count;
  __asm volatile(
      ".syntax unified\n"
      "1:\n\t" KWS_KERNELS_INPUT("0", "1", "2", "3") KWS_KERNELS_INPUT("4", "5", "6", "7")
          KWS_KERNELS_INPUT("8", "9", "10", "11") KWS_KERNELS_INPUT("12", "13", "14", "15")
      "adds %[w], #16\n\t"
      "cmp %[i], #0\n\t"
      "bne 1b\n\t"
      : [a] "+h"(sums.a), [b] "+h"(sums.b), [c] "+h"(sums.c), [d] "+h"(sums.d), [w] "+l"(w),
        [i] "+l"(i)
      : [x] "l"(end)
      : "r2", "r3", "cc", "memory");
  return w;
}

#else

inline const uint8_t* multiply_fours(const int8_t* x, int32_t count, const uint8_t* w,
                                     FourSums& sums) {
  return multiply(x, count, w, sums);
}

#endif

}  // namespace

void kws_fully_connected_s8_scalar(const FullyConnectedS8Scalar& p, const int8_t* x, int8_t* y) {
  const int32_t rest = p.in_n % 4;
  const Outputs outputs{p.rounding, p.output_offset, p.activation_min, p.activation_max};
  for (int32_t batch = 0; batch < p.batches; ++batch, x += p.in_n) {
    // Weights are 128 more than they are.
    uint32_t more = 0;
    for (int32_t i = 0; i < p.in_n; ++i) more -= static_cast<uint32_t>(x[i]);
    more *= 128;
    const uint8_t* w = p.filter;
    const int32_t* constants = p.constants;
    for (int32_t channel = 0; channel < p.out_n; channel += kBlock) {
      const auto begin = [&](int32_t i) {
        return more + static_cast<uint32_t>(constants[i * kConstants]);
      };
      FourSums sums{begin(0), begin(1), begin(2), begin(3)};
      w = multiply(x, rest, w, sums);
      w = multiply_fours(x + rest, p.in_n - rest, w, sums);
      const uint32_t all[kBlock] = {sums.a, sums.b, sums.c, sums.d};
      const int32_t count = p.out_n - channel < kBlock ? p.out_n - channel : kBlock;
      for (int32_t i = 0; i < count; ++i)
        *y++ = finish_one(outputs, all[i], constants + i * kConstants);
      constants += kBlock * kConstants;
    }
  }
}

}  // namespace kws
