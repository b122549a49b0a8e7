// Arithmetic on packed 8- and 16-bit numbers by the instructions of Arm's DSP extension (Cortex-M4,
// M7, M33 ...; ARMv7-M Architecture Reference Manual A7.7) and, with the same results, in portable
// C++, so that the same kernels also run on the host under sanitizers. Internal.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__ARM_FEATURE_DSP) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
#define KWS_KERNELS_ARM_DSP 1
#else
#define KWS_KERNELS_ARM_DSP 0
#endif

// Where a call would cost as much as what it calls, compilers that save space inline, too.
#define KWS_KERNELS_INLINE inline __attribute__((always_inline))

// A loop of assembly that takes all registers there are. Cores with Helium have loops that count in
// one of them, which is one too few where they surround it.
#if defined(__ARM_FEATURE_MVE)
#define KWS_KERNELS_LOOP __attribute__((noinline))
#else
#define KWS_KERNELS_LOOP KWS_KERNELS_INLINE
#endif

namespace kws {
namespace dsp {

// Four bytes from any address, the first in the lowest bits.
KWS_KERNELS_INLINE uint32_t load(const int8_t* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

KWS_KERNELS_INLINE void store(int8_t* to, uint32_t word) { std::memcpy(to, &word, sizeof word); }

// Fewer than four bytes; zeros above.
inline uint32_t load_some(const int8_t* from, int32_t count) {
  uint32_t word = 0;
  for (int32_t i = 0; i < count; ++i) {
    word |= static_cast<uint32_t>(static_cast<uint8_t>(from[i])) << (8 * i);
  }
  return word;
}

#if KWS_KERNELS_ARM_DSP

// Bytes 0 and 2 as two 16-bit numbers.
KWS_KERNELS_INLINE uint32_t sxtb16(uint32_t a) {
  uint32_t r;
  __asm("sxtb16 %0, %1" : "=r"(r) : "r"(a));
  return r;
}
// Bytes 1 and 3.
KWS_KERNELS_INLINE uint32_t sxtb16_ror8(uint32_t a) {
  uint32_t r;
  __asm("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(a));
  return r;
}
// c + the products of the low and of the high halves, modulo 2^32.
KWS_KERNELS_INLINE uint32_t smlad(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t r;
  __asm("smlad %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
// c + the low half of a times the high half of b.
KWS_KERNELS_INLINE uint32_t smlabt(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t r;
  __asm("smlabt %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
// c + the high half of a times the low half of b.
KWS_KERNELS_INLINE uint32_t smlatb(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t r;
  __asm("smlatb %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
// c + a * b / 2^32, rounded to nearest, halves up.
KWS_KERNELS_INLINE int32_t smmlar(int32_t a, int32_t b, int32_t c) {
  int32_t r;
  __asm("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
// The low half of a below the low half of b.
KWS_KERNELS_INLINE uint32_t low_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
  return r;
}
// The high half of a below the high half of b.
KWS_KERNELS_INLINE uint32_t high_halves(uint32_t a, uint32_t b) {
  uint32_t r;
  __asm("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(b), "r"(a));
  return r;
}
// Into two neighbouring words.
KWS_KERNELS_INLINE void store_two(uint32_t a, uint32_t b, uint32_t* to) {
  struct Two {
    uint32_t words[2];
  };
  __asm("strd %1, %2, %0" : "=m"(*reinterpret_cast<Two*>(to)) : "r"(a), "r"(b));
}
// Half of a, rounded down, saturated to int8.
KWS_KERNELS_INLINE int8_t saturate_half(int32_t a) {
  int32_t r;
  __asm("ssat %0, #8, %1, asr #1" : "=r"(r) : "r"(a));
  return static_cast<int8_t>(r);
}

#else

inline int32_t low(uint32_t x) { return static_cast<int16_t>(x & 0xffffu); }
inline int32_t high(uint32_t x) { return static_cast<int16_t>(x >> 16); }
inline uint32_t byte_extended(uint32_t x) {
  return static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(x & 0xffu))) & 0xffffu;
}

inline uint32_t sxtb16(uint32_t a) { return byte_extended(a) | byte_extended(a >> 16) << 16; }
inline uint32_t sxtb16_ror8(uint32_t a) { return sxtb16(a >> 8 | a << 24); }
inline uint32_t smlad(uint32_t a, uint32_t b, uint32_t c) {
  return c + static_cast<uint32_t>(low(a) * low(b)) + static_cast<uint32_t>(high(a) * high(b));
}
inline uint32_t smlabt(uint32_t a, uint32_t b, uint32_t c) {
  return c + static_cast<uint32_t>(low(a) * high(b));
}
inline uint32_t smlatb(uint32_t a, uint32_t b, uint32_t c) {
  return c + static_cast<uint32_t>(high(a) * low(b));
}
inline int32_t smmlar(int32_t a, int32_t b, int32_t c) {
  const int64_t product = static_cast<int64_t>(a) * b;
  return c + static_cast<int32_t>((product + (int64_t{1} << 31)) >> 32);
}
inline void store_two(uint32_t a, uint32_t b, uint32_t* to) {
  to[0] = a;
  to[1] = b;
}
inline uint32_t low_halves(uint32_t a, uint32_t b) { return (a & 0xffffu) | b << 16; }
inline uint32_t high_halves(uint32_t a, uint32_t b) { return a >> 16 | (b & 0xffff0000u); }
inline int8_t saturate_half(int32_t a) {
  const int32_t half = a >> 1;
  return static_cast<int8_t>(half < INT8_MIN ? INT8_MIN : (half > INT8_MAX ? INT8_MAX : half));
}

#endif

// What turns the sum of one channel into its output.
struct Scale {
  int32_t multiplier;
  int32_t shift_less_1;  // 0 ... 21, to the right
  int32_t offset;        // (zero point of y + 1/2) * 2^shift
};

// zero_point_x2_plus_1: 2 * zero point of y + 1.
KWS_KERNELS_INLINE Scale scale_of(int32_t multiplier, int8_t shift_less_1,
                                  int32_t zero_point_x2_plus_1) {
  return {multiplier, shift_less_1,
          static_cast<int32_t>(static_cast<uint32_t>(zero_point_x2_plus_1) << shift_less_1)};
}

// The reference's double rounding in few instructions: requantize(sum, multiplier, -shift) + zero
// point, saturated to int8, for a sum that is given twice itself (|doubled| < 2^31) beside any
// number of its sign.
//
// The first rounding, sum * multiplier / 2^31 with halves up, is SMMLAR of the doubled sum. The
// second, a division by 2^shift with halves away from zero, is a shift after 2^(shift - 1) was
// added, less one where the number is negative. A negative sum whose first rounding is zero loses
// that one, too: (2^(shift - 1) - 1) >> shift is zero as well. What is added before the shift may
// be added in SMMLAR, and the last place of the shift is SSAT's.
KWS_KERNELS_INLINE int8_t finish_doubled(int32_t doubled, int32_t sign, const Scale& by) {
  const int32_t rounding = by.offset + (sign >> 31);
  return saturate_half(smmlar(doubled, by.multiplier, rounding) >> by.shift_less_1);
}

// Where the output is clamped from its zero point up (a ReLU, or a zero point of -128), how a
// negative sum is rounded does not matter: kSigned is false.
template <bool kSigned>
KWS_KERNELS_INLINE int8_t finish_clamped(int32_t doubled, uint32_t sum, const Scale& by) {
  return finish_doubled(doubled, kSigned ? static_cast<int32_t>(sum) : 0, by);
}
template <typename Params>
inline bool is_rectified(const Params& p) {
  return p.output_offset == INT8_MIN || p.activation_min >= p.output_offset;
}

KWS_KERNELS_INLINE int8_t finish(uint32_t sum, const Scale& by) {
  return finish_doubled(static_cast<int32_t>(sum << 1), static_cast<int32_t>(sum), by);
}

// Sums of four neighbouring channels, twice themselves where they are finished.
struct FourSums {
  uint32_t s0, s1, s2, s3;
};

// finish_doubled() of four channels. multipliers and y: theirs; shifts: less 1, theirs.
#if KWS_KERNELS_ARM_DSP

// One channel: finish_doubled(). A shift takes the lowest byte of its register.
#define KWS_KERNELS_FINISH(sum, at) \
  "ldr %[t], [%[m], #4 * " at       \
  "]\n\t"                           \
  "lsl %[o], %[z], %[h]\n\t"        \
  "add %[o], %[o], " sum            \
  ", asr #31\n\t"                   \
  "smmlar " sum ", " sum            \
  ", %[t], %[o]\n\t"                \
  "asr " sum ", " sum               \
  ", %[h]\n\t"                      \
  "lsr %[h], %[h], #8\n\t"          \
  "ssat " sum ", #8, " sum          \
  ", asr #1\n\t"                    \
  "strb " sum ", [%[y], #" at "]\n\t"

KWS_KERNELS_INLINE void finish_four(FourSums& sums, const int32_t* multipliers,
                                    const int8_t* shifts, int32_t zero_point, int8_t* y) {
  uint32_t four = load(shifts);
  int32_t offset;
  int32_t multiplier;
  __asm volatile(KWS_KERNELS_FINISH("%[s0]", "0") KWS_KERNELS_FINISH("%[s1]", "1")
                     KWS_KERNELS_FINISH("%[s2]", "2") KWS_KERNELS_FINISH("%[s3]", "3")
                 : [s0] "+r"(sums.s0), [s1] "+r"(sums.s1), [s2] "+r"(sums.s2), [s3] "+r"(sums.s3),
                   [h] "+r"(four), [o] "=&r"(offset), [t] "=&r"(multiplier)
                 : [m] "r"(multipliers), [z] "r"(zero_point), [y] "r"(y)
                 : "memory");
}

#else

inline void finish_four(const FourSums& sums, const int32_t* multipliers, const int8_t* shifts,
                        int32_t zero_point, int8_t* y) {
  const uint32_t all[4] = {sums.s0, sums.s1, sums.s2, sums.s3};
  for (int32_t i = 0; i < 4; ++i) {
    const auto doubled = static_cast<int32_t>(all[i]);
    y[i] = finish_doubled(doubled, doubled, scale_of(multipliers[i], shifts[i], zero_point));
  }
}

#endif

// Clamps what is saturated to int8 already; a fused activation seldom needs it.
void clamp_all(int8_t* y, int32_t count, int32_t min, int32_t max);

}  // namespace dsp
}  // namespace kws
