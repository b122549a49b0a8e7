#include "kws_kernels/kws_kernels.h"
#include "packed.h"
#include "shape.h"

namespace kws {
namespace {

using namespace dsp;

// Channels are taken four at a time as two pairs (channel_pairs.h), what is left one at a time.
constexpr int32_t kBlock = 4;

// So many groups of four inputs that the sum of a channel stays below 2^23 (127 * 4 * 128 * 128),
// and 256 times it within 32 bits.
constexpr int32_t kQuads = 127;

// Of two pairs: channel A, and both channels in one.
struct Sums {
  uint32_t a0, a1;
  uint32_t s0, s1;
};

#if KWS_KERNELS_ARM_DSP

// 4 inputs: even ones, then odd ones.
#define KWS_KERNELS_FOUR_INPUTS      \
  "ldr %[e], [%[x]], #4\n\t"         \
  "ldm %[w]!, {r3, r4, r5, r6}\n\t"  \
  "sxtb16 %[o], %[e], ror #8\n\t"    \
  "sxtb16 %[e], %[e]\n\t"            \
  "smlad %[s0], %[e], r3, %[s0]\n\t" \
  "smlad %[s1], %[e], r4, %[s1]\n\t" \
  "sxtb16 r3, r3\n\t"                \
  "sxtb16 r4, r4\n\t"                \
  "smlad %[a0], %[e], r3, %[a0]\n\t" \
  "smlad %[a1], %[e], r4, %[a1]\n\t" \
  "smlad %[s0], %[o], r5, %[s0]\n\t" \
  "smlad %[s1], %[o], r6, %[s1]\n\t" \
  "sxtb16 r5, r5\n\t"                \
  "sxtb16 r6, r6\n\t"                \
  "smlad %[a0], %[o], r5, %[a0]\n\t" \
  "smlad %[a1], %[o], r6, %[a1]\n\t"

KWS_KERNELS_LOOP const uint32_t* multiply(const uint32_t* w, const int8_t* x, int32_t quads,
                                          Sums& sums) {
  uint32_t even;
  uint32_t odd;
  __asm(
      "subs %[n], #4\n\t"
      "blo 2f\n"
      "1:\n\t" KWS_KERNELS_FOUR_INPUTS KWS_KERNELS_FOUR_INPUTS
          KWS_KERNELS_FOUR_INPUTS KWS_KERNELS_FOUR_INPUTS
      "subs %[n], #4\n\t"
      "bhs 1b\n"
      "2:\n\t"
      "adds %[n], #4\n\t"
      "beq 4f\n"
      "3:\n\t" KWS_KERNELS_FOUR_INPUTS
      "subs %[n], #1\n\t"
      "bne 3b\n"
      "4:\n\t"
      : [s0] "+r"(sums.s0), [s1] "+r"(sums.s1), [a0] "+r"(sums.a0), [a1] "+r"(sums.a1), [w] "+r"(w),
        [x] "+r"(x), [n] "+r"(quads), [e] "=&r"(even), [o] "=&r"(odd)
      :
      : "r3", "r4", "r5", "r6", "cc", "memory");
  return w;
}

#else

const uint32_t* multiply(const uint32_t* w, const int8_t* x, int32_t quads, Sums& sums) {
  for (int32_t i = 0; i < quads; ++i, x += 4) {
    const uint32_t word = load(x);
    const uint32_t inputs[2] = {sxtb16(word), sxtb16_ror8(word)};
    for (const uint32_t input : inputs) {
      sums.s0 = smlad(input, w[0], sums.s0);
      sums.s1 = smlad(input, w[1], sums.s1);
      sums.a0 = smlad(input, sxtb16(w[0]), sums.a0);
      sums.a1 = smlad(input, sxtb16(w[1]), sums.a1);
      w += 2;
    }
  }
  return w;
}

#endif

// What the sums of both channels leave for channel B.
KWS_KERNELS_INLINE uint32_t sum_of_b(uint32_t s, uint32_t a) {
  return static_cast<uint32_t>(static_cast<int32_t>(s - a) >> 8);
}

// Four channels: A, B, A, B.
KWS_KERNELS_INLINE const uint32_t* add(const uint32_t* w, const int8_t* x, int32_t quads,
                                       FourSums& four) {
  Sums sums{four.s0, four.s2, four.s0, four.s2};
  w = multiply(w, x, quads, sums);
  four.s0 = sums.a0;
  four.s1 += sum_of_b(sums.s0, sums.a0);
  four.s2 = sums.a1;
  four.s3 += sum_of_b(sums.s1, sums.a1);
  return w;
}

__attribute__((noinline)) const uint32_t* add_many(const uint32_t* w, const int8_t* x,
                                                   int32_t quads, FourSums& four) {
  for (; quads > 0; quads -= kQuads, x += 4 * kQuads) {
    w = add(w, x, quads < kQuads ? quads : kQuads, four);
  }
  return w;
}

// The last inputs where they are no whole group of four.
struct Tail {
  alignas(4) int8_t bytes[4];
  int32_t quads;
};

Tail tail_of(const int8_t* x, int32_t count) {
  Tail tail{{}, count % 4 == 0 ? 0 : 1};
  store(tail.bytes, load_some(x + count / 4 * 4, count % 4));
  return tail;
}

uint32_t dot(const uint32_t* w, const int8_t* x, int32_t quads, uint32_t sum) {
  for (int32_t i = 0; i < quads; ++i, x += 4) {
    const uint32_t inputs = load(x);
    const uint32_t weights = w[i];
    sum = smlad(sxtb16(inputs), sxtb16(weights), sum);
    sum = smlad(sxtb16_ror8(inputs), sxtb16_ror8(weights), sum);
  }
  return sum;
}

void one_row(const FullyConnectedS8Dsp& p, const int8_t* x, int8_t* y) {
  const auto* w = reinterpret_cast<const uint32_t*>(p.filter);
  const int32_t* constants = p.constants;
  const int32_t zero_point = 2 * p.output_offset + 1;
  const int32_t quads = p.in_n / 4;
  const Tail tail = kLongRows ? tail_of(x, p.in_n) : Tail{};
  int32_t channel = 0;
  const int8_t* const shifts = p.shifts;
  const int32_t channels = p.out_n;
  for (; channel + kBlock <= channels; channel += kBlock, constants += 2 * kBlock) {
    FourSums sums{static_cast<uint32_t>(constants[0]), static_cast<uint32_t>(constants[1]),
                  static_cast<uint32_t>(constants[2]), static_cast<uint32_t>(constants[3])};
    if (!kLongRows || (kShortRows && quads <= kQuads && tail.quads == 0)) {
      w = add(w, x, quads, sums);
    } else {
      // Its own copy, so that `sums` stay in registers.
      FourSums many = sums;
      w = add_many(w, x, quads, many);
      w = add_many(w, tail.bytes, tail.quads, many);
      sums = many;
    }
    FourSums doubled{sums.s0 << 1, sums.s1 << 1, sums.s2 << 1, sums.s3 << 1};
    finish_four(doubled, constants + kBlock, shifts + channel, zero_point, y + channel);
  }
  for (; kLeftChannels && channel < channels; ++channel, constants += 2) {
    uint32_t sum = dot(w, x, quads, static_cast<uint32_t>(constants[0]));
    w += quads;
    if (tail.quads != 0) sum = dot(w++, tail.bytes, 1, sum);
    y[channel] = finish(sum, scale_of(constants[1], shifts[channel], zero_point));
  }
}

}  // namespace

void kws_fully_connected_s8_dsp(const FullyConnectedS8Dsp& p, const int8_t* x, int8_t* y) {
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    one_row(p, x + batch * p.in_n, y + batch * p.out_n);
  }
  clamp_all(y, p.batches * p.out_n, p.activation_min, p.activation_max);
}

}  // namespace kws
